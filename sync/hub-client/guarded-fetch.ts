import { z } from 'zod'
import { CallFailure, failureOfFetch } from './call-failure.ts'
import type { Clock } from './clock.ts'
import { retryAfterMs } from './retry-after.ts'

export type Fetch = (request: Request, init: RequestInit) => Promise<Response>

/** How our hub words a refusal: oRPC's error as JSON. A portal's or proxy's 403 is no refusal of our hub. */
const RefusalSchema = z.object({
  code: z.string().max(80),
  status: z.int(),
  message: z.string(),
  data: z.unknown().optional(),
})
const BusyDataSchema = z.object({ data: z.object({ retryAfterMs: z.int().min(0) }) })

export interface GuardOptions {
  readonly fetch: Fetch
  readonly clock: Clock
  /** For the whole call, the answer's body included. */
  readonly timeoutMs: number
  /** An answer above this is not read to its end. */
  readonly maxAnswerBytes: number
}

/**
 * fetch that lets only our hub's kind of answer through: JSON with 200 or 201, or a refusal (4xx) in the hub's own words.
 * Everything else becomes a CallFailure, so that the layers above never meet HTML, redirects or endless bodies.
 */
export function guardedFetch(options: GuardOptions): Fetch {
  return async (request, init) => {
    const abort = new AbortController()
    let timedOut = false
    const cancelTimer = options.clock.after(options.timeoutMs, () => {
      timedOut = true
      abort.abort()
    })
    try {
      const response = await options
        .fetch(request, { ...init, redirect: 'manual', signal: abort.signal })
        .catch((error) => {
          throw timedOut ? error : failureOfFetch(error)
        })
      return await judged(response, options)
    } catch (error) {
      if (timedOut) throw new CallFailure('timed-out', `no whole answer in ${options.timeoutMs} ms`)
      throw error
    } finally {
      cancelTimer()
      // An answer that was given up half way would hold its connection.
      abort.abort()
    }
  }
}

async function judged(response: Response, { clock, maxAnswerBytes }: GuardOptions): Promise<Response> {
  const { status, headers } = response
  const text = await limitedText(response, maxAnswerBytes)
  const value = isJson(headers) ? jsonOrUndefined(text) : undefined
  if (status >= 500 || status === 408 || status === 429) {
    const asked = BusyDataSchema.safeParse(value)
    const waitMs = retryAfterMs(headers, clock.unixMs(), asked.success ? asked.data.data.retryAfterMs : undefined)
    throw new CallFailure(`http-${status}`, `status ${status}`, waitMs)
  }
  if (value === undefined) throw new CallFailure('not-our-hub', `status ${status}, no JSON`)
  if (status >= 400) {
    if (!RefusalSchema.safeParse(value).success) throw new CallFailure('not-our-hub', `status ${status}, other JSON`)
  } else if (status !== 200 && status !== 201) throw new CallFailure('not-our-hub', `status ${status}`)
  return new Response(text, { status, headers: { 'content-type': 'application/json' } })
}

function isJson(headers: Headers): boolean {
  return /^application\/json\b/i.test(headers.get('content-type') ?? '')
}

/** JSON has no undefined. */
function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function limitedText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      throw new CallFailure('cut-off', error instanceof Error ? error.name : 'unknown')
    })
    if (done) return Buffer.concat(chunks).toString('utf8')
    bytes += value.byteLength
    if (bytes > maxBytes) throw new CallFailure('not-our-hub', `an answer of more than ${maxBytes} bytes`)
    chunks.push(value)
  }
}
