import { StandardOpenAPIHandler } from '@orpc/openapi/standard'
import { createRouterClient, ORPCError } from '@orpc/server'
import type { Suite } from '../../sync/envelope/suite.ts'
import type { HubKeys } from '../../sync/hub/key-ring.ts'
import type { makeHubRouter } from '../../sync/hub/router.ts'
import type { WireReply, WireRequest } from './network.ts'
import type { Oracle } from './oracle.ts'
import type { SeededRandom } from './random.ts'

const SIGNATURE_BYTES = 64
const JSON_ANSWER = { 'content-type': 'application/json' }

/** The router behind oRPC's own HTTP handler, without a socket; the body as the hub's server gives it (sync/hub/server.ts). */
export function handlerOver(router: ReturnType<typeof makeHubRouter>, oracle: Oracle) {
  const handler = new StandardOpenAPIHandler(router, {
    clientInterceptors: [
      async ({ next, path }) => {
        try {
          return await next()
        } catch (error) {
          if (!(error instanceof ORPCError)) {
            const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
            oracle.violated('unexpected-error', `hub ${path.join('.')}: ${text.slice(0, 800)}`)
          }
          throw error
        }
      },
    ],
  })
  const direct = createRouterClient(router)
  return async ({ method, url, headers, body }: WireRequest): Promise<WireReply> => {
    const chunk = /\/v1\/chunks\/([0-9a-f]{64})$/.exec(url)?.[1]
    if (method === 'PUT' && chunk !== undefined) return putChunk(direct, chunk, body)
    const request = { method, url: new URL(url), headers, body: async () => jsonOf(body), signal: undefined }
    const { matched, response } = await handler.handle(request, { context: {} })
    if (!matched) return { status: 404, headers: JSON_ANSWER, body: Buffer.from('{}') }
    return { status: response.status, headers: JSON_ANSWER, body: Buffer.from(JSON.stringify(response.body) ?? '') }
  }
}

/** All that terminals send, but for chunks, is JSON. @throws SyntaxError: a malformed request, as oRPC tells its sender. */
function jsonOf(body: Buffer): unknown {
  return body.length === 0 ? undefined : JSON.parse(body.toString('utf8'))
}

/** What the server's body parser does with a chunk's raw bytes (sync/hub/server.ts), in the shape that the client knows. */
async function putChunk(
  hub: { putChunk(input: { sha256: string; chunk: File }): Promise<{ stored: true }> },
  sha256: string,
  body: Buffer,
): Promise<WireReply> {
  const headers = JSON_ANSWER
  try {
    const answer = await hub.putChunk({ sha256, chunk: new File([new Uint8Array(body)], 'chunk') })
    return { status: 200, headers, body: Buffer.from(JSON.stringify(answer)) }
  } catch (error) {
    if (!(error instanceof ORPCError)) throw error
    return { status: error.status, headers, body: Buffer.from(JSON.stringify(error.toJSON())) }
  }
}

/** A receipt that looks right in all but its signature. */
export function forged(wire: WireRequest, keys: HubKeys, suite: Suite, random: SeededRandom): WireReply | undefined {
  const items = handedIn(wire)
  const first = items[0]
  if (first === undefined) return undefined
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const summaryOf = (envelope: string) => {
    const { summary } = JSON.parse(envelope) as { summary: string }
    const text = Buffer.from(summary.split('.')[1] ?? '', 'base64url').toString('utf8')
    return JSON.parse(text) as { terminalId: string; deviceSequence: number }
  }
  const content = {
    kind: 'hub-receipt',
    v: 1,
    terminalId: summaryOf(first.envelope).terminalId,
    hubEpoch: suite.randomUuid(),
    receivedAt: '2026-11-23T02:48:00.000Z',
    previousReceiptSha256: null,
    items: items.map(({ submissionId, sha256, envelope }, index) => ({
      submissionId,
      sha256,
      deviceSequence: summaryOf(envelope).deviceSequence,
      hubSequence: random.int(1, 1000) * 1000 + index,
    })),
  }
  const head = part({ alg: 'EdDSA', typ: 'bm-receipt+jws', kid: keys.signing.receipt.kid })
  const receipt = `${head}.${part(content)}.${suite.randomBytes(SIGNATURE_BYTES).toString('base64url')}`
  const stored = items.map(({ submissionId }) => ({ submissionId, outcome: 'stored' }))
  const body = wire.url.endsWith('/v1/batches') ? { receipt, results: stored } : { receipt }
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  }
}

interface HandedIn {
  readonly submissionId: string
  readonly sha256: string
  readonly envelope: string
}

function handedIn({ method, url, body }: WireRequest): readonly HandedIn[] {
  if (url.endsWith('/v1/batches')) return (JSON.parse(body.toString('utf8')) as { submissions: HandedIn[] }).submissions
  const id = /\/v1\/submissions\/([^/]+)$/.exec(url)?.[1]
  if (method !== 'PUT' || id === undefined) return []
  return [{ submissionId: id, ...(JSON.parse(body.toString('utf8')) as Omit<HandedIn, 'submissionId'>) }]
}
