import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { ResponseValidationPlugin } from '@orpc/contract/plugins'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { hubContract } from '../protocol/hub-api.ts'
import type { Submission } from './answers.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Fetch, type GuardedAnswer, type GuardOptions, guardedAnswer, guardedFetch } from './guarded-fetch.ts'

/** Long enough for 64 KiB over a poor mobile line; larger bodies get more (guarded-fetch.ts). */
const TIMEOUT_MS = 20_000
/** The status line must not lie for longer than this (a signed answer counts for 30 s). */
const PING_TIMEOUT_MS = 8_000
/** A receipt or key set is a few KiB; a page of 1,000 case changes or ids is below 250 KiB. */
const MAX_ANSWER_BYTES = 512 * 1024
/** 200 held items, each with a stored batch receipt of 200 lines: what a hub without "held-with" answers. */
const MAX_BATCH_ANSWER_BYTES = 16 << 20
/** A catalogue of a few thousand items. */
const MAX_PACKAGE_BYTES = 16 << 20

export interface TransportOptions {
  /** As in the provisioning file: https, or http to this machine. */
  readonly baseUrl: string
  readonly fetch?: Fetch
  readonly clock?: Clock
  readonly timeoutMs?: number
  readonly pingTimeoutMs?: number
  readonly maxPackageBytes?: number
}

export interface Transport {
  /** The contract's small calls, all JSON. */
  readonly hub: Omit<ContractRouterClient<typeof hubContract>, 'putChunk' | 'putBatch'>
  /**
   * The contract's putBatch, its mebibyte written and its answer read without a detour: a backlog is made of these.
   * Resolves as `putChunk` does.
   */
  putBatch(submissions: readonly Submission[]): Promise<GuardedAnswer>
  /**
   * The one call that is not JSON: the sealed bytes themselves, with no multipart around them and no base64. Resolves
   * to JSON with 200 or 201, or to a refusal in the hub's words.
   */
  putChunk(sha256: string, bytes: Uint8Array): Promise<GuardedAnswer>
}

/** Length of the texts in a flat object: ASCII here, so its bytes. */
function textLength(input: unknown): number {
  if (typeof input !== 'object' || input === null) return 0
  return Object.values(input).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0)
}

/** Both ways over the same guard: nothing but our hub's kind of answer comes through; the rest throws CallFailure. */
export function createTransport(options: TransportOptions): Transport {
  const common: GuardOptions = {
    fetch: options.fetch ?? ((request, init) => globalThis.fetch(request, init)),
    clock: options.clock ?? systemClock,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  }

  function guardOf(name: string | undefined, input: unknown): GuardOptions {
    switch (name) {
      case 'ping':
        return { ...common, timeoutMs: options.pingTimeoutMs ?? PING_TIMEOUT_MS }
      case 'getPackage':
        return { ...common, maxAnswerBytes: options.maxPackageBytes ?? MAX_PACKAGE_BYTES }
      default:
        // An envelope of 256 KiB, a claim over 1,000 submissions: all that is large stands in a text of its own.
        return { ...common, requestBytes: textLength(input) }
    }
  }

  const link = new OpenAPILink(hubContract, {
    url: options.baseUrl,
    plugins: [new ResponseValidationPlugin(hubContract)],
    fetch: (request, init, _, [name], input) => guardedFetch(request, init, guardOf(name, input)),
  })
  const base = options.baseUrl.replace(/\/+$/, '')
  return {
    hub: createORPCClient<ContractRouterClient<typeof hubContract>>(link),
    putBatch(submissions) {
      const request = new Request(`${base}/v1/batches`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: batchText(submissions),
      })
      const requestBytes = submissions.reduce((sum, { envelope }) => sum + envelope.length, 0)
      const guard = { ...common, requestBytes, maxAnswerBytes: MAX_BATCH_ANSWER_BYTES, divisible: true }
      return guardedAnswer(request, {}, guard)
    },
    putChunk(sha256, bytes) {
      const request = new Request(`${base}/v1/chunks/${sha256}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream' },
        // TypeScript holds a view of shared memory possible; these bytes were read from a file.
        body: bytes as Uint8Array<ArrayBuffer>,
      })
      const guard = { ...common, requestBytes: bytes.byteLength, divisible: true }
      return guardedAnswer(request, {}, guard)
    },
  }
}

/** The input of putBatch as JSON. Ids and hashes hold nothing that JSON escapes. */
function batchText(submissions: readonly Submission[]): string {
  const items = submissions.map(
    ({ submissionId, sha256, envelope }) =>
      `{"submissionId":"${submissionId}","sha256":"${sha256}","envelope":${JSON.stringify(envelope)}}`,
  )
  return `{"submissions":[${items.join(',')}]}`
}
