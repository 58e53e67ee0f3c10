import { signReceipt } from '../../envelope/receipt.ts'
import type { SigningKey, Suite } from '../../envelope/suite.ts'
import { seededRandom } from '../../envelope/testing/seeded-random.ts'
import { seededSuite } from '../../envelope/testing/seeded-suite.ts'
import type { KeySet } from '../../protocol/keys.ts'
import type { HubReceipt } from '../../protocol/receipt.ts'
import type { Submission } from '../answers.ts'
import type { Clock } from '../clock.ts'
import { createHubClient, type HubClient, type HubClientOptions } from '../hub-client.ts'

export const AT = '2026-03-01T08:00:00.000Z'
export const EPOCH = '5b0f1d9e-46b1-4f0f-9b0a-0d7d8f3c1a11'
export const TERMINAL = 'HALL-0001'

/** What the hub side of a test saw of one request. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly bytes: Buffer
}

export type Answerer = (seen: Seen, json: unknown) => Response | Promise<Response>

/** Keys, a clock that stands still, and a hub that is one function: no server, no threads, no timers. */
export interface SmallWorld {
  readonly suite: Suite
  readonly device: SigningKey
  readonly foreign: SigningKey
  /** For receipts, pings and packages. */
  readonly hubKey: SigningKey
  readonly keySet: KeySet
  readonly seen: Seen[]
  /** Time-outs asked for, in ms, and how many of them are still open. */
  readonly waits: number[]
  openTimers(): number
  client(answer: Answerer, more?: Partial<HubClientOptions>): HubClient
  receipt(submissions: readonly Submission[], change?: Partial<HubReceipt>, by?: SigningKey): Promise<string>
}

export async function smallWorld(suite: Suite = seededSuite(seededRandom(1))): Promise<SmallWorld> {
  const device = (await suite.generateSigningKey()).key
  const foreign = (await suite.generateSigningKey()).key
  const hubKey = (await suite.generateSigningKey()).key
  const common = { kid: hubKey.kid, jwk: hubKey.jwk, from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' }
  const uses = ['receipt', 'ping', 'package'] as const
  const keySet: KeySet = { kind: 'key-set', version: 1, keys: uses.map((use) => ({ ...common, use })) }
  const seen: Seen[] = []
  const waits: number[] = []
  let open = 0
  const clock: Clock = {
    unixMs: () => Date.parse(AT),
    after(delayMs) {
      waits.push(delayMs)
      open++
      return () => void open--
    },
  }

  return {
    suite,
    device,
    foreign,
    hubKey,
    keySet,
    seen,
    waits,
    openTimers: () => open,
    client: (answer, more = {}) =>
      createHubClient({
        baseUrl: 'https://hub.test',
        suite,
        clock,
        log: () => undefined,
        async fetch(request) {
          const bytes = Buffer.from(await request.arrayBuffer())
          const { pathname, search } = new URL(request.url)
          const one = { method: request.method, path: pathname + search, headers: request.headers, bytes }
          seen.push(one)
          const isJson = request.headers.get('content-type') === 'application/json'
          return answer(one, isJson ? JSON.parse(bytes.toString('utf8')) : undefined)
        },
        ...more,
      }),
    receipt: (submissions, change = {}, by = hubKey) =>
      signReceipt(
        {
          kind: 'hub-receipt',
          v: 1,
          terminalId: TERMINAL,
          hubEpoch: EPOCH,
          receivedAt: AT,
          previousReceiptSha256: null,
          items: submissions.map(({ submissionId, sha256, deviceSequence }) => ({
            submissionId,
            sha256,
            deviceSequence,
            hubSequence: 1000 + deviceSequence,
          })),
          ...change,
        },
        by,
      ),
  }
}

export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } })
}

/** A refusal in the hub's own words. */
export function refusal(status: number, code: string, data?: unknown): Response {
  return json({ defined: true, code, status, message: code, data }, status)
}

export function html(status: number): Response {
  return new Response('<html>Please log in</html>', { status, headers: { 'content-type': 'text/html' } })
}

/** Submissions of the terminal, numbered from 1; their envelopes are not real ones. */
export function submissions(suite: Suite, count: number): Submission[] {
  return Array.from({ length: count }, (_, index) => {
    const envelope = `{"summary":"a.b.${index}","sealed":"a.b.c.d.e"}`
    return {
      submissionId: suite.randomUuid(),
      sha256: suite.sha256Hex(envelope),
      envelope,
      terminalId: TERMINAL,
      deviceSequence: index + 1,
    }
  })
}
