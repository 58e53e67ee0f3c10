import { z } from 'zod'
import { CallFailure, failureOfFetch } from './call-failure.ts'
import type { Clock } from './clock.ts'
import { retryAfterMs } from './retry-after.ts'

export type Fetch = (request: Request, init: RequestInit) => Promise<Response>

/** How our hub words a refusal: oRPC's error as JSON. A portal's or proxy's 403 is no refusal of our hub. */
export const RefusalSchema = z.object({
  code: z.string().max(80),
  status: z.int(),
  message: z.string(),
  data: z.unknown().optional(),
})
const BusyDataSchema = z.object({ data: z.object({ retryAfterMs: z.int().min(0) }) })

/**
 * A line slower than 64 kbit/s may fail: what is sent or read buys time at this rate, so that a slow line gets through
 * and a dead one is given up. The unit of loss is one call: one chunk, one batch.
 */
const MIN_BYTES_PER_SECOND = 8 * 1024
/** The plain time-out covers this much. */
const FREE_BYTES = 64 * 1024

export interface GuardOptions {
  readonly fetch: Fetch
  readonly clock: Clock
  /** For a call of 64 KiB, the answer's body included; more bytes buy more time. */
  readonly timeoutMs: number
  /** An answer above this is not read to its end. */
  readonly maxAnswerBytes: number
  /** Of the request's body, roughly. */
  readonly requestBytes?: number
  /** True for calls that can be cut smaller: then also a proxy's own 413 is an answer (`http-413`). */
  readonly divisible?: boolean
}

/** What our hub said, read to its end. */
export interface GuardedAnswer {
  /** 200, 201, or that of a refusal (4xx). */
  readonly status: number
  readonly text: string
  /** The text as JSON; of a refusal, in the shape of RefusalSchema. */
  readonly value: unknown
}

/** guardedAnswer as fetch gives it, for a caller that wants a Response. */
export async function guardedFetch(request: Request, init: RequestInit, options: GuardOptions): Promise<Response> {
  const { status, text } = await guardedAnswer(request, init, options)
  return new Response(text, { status, headers: { 'content-type': 'application/json' } })
}

/**
 * fetch that lets only our hub's kind of answer through: JSON with 200 or 201, or a refusal (4xx) in the hub's own words.
 * Everything else becomes a CallFailure, so that the layers above never meet HTML, redirects or endless bodies.
 */
export async function guardedAnswer(
  request: Request,
  init: RequestInit,
  options: GuardOptions,
): Promise<GuardedAnswer> {
  const abort = new AbortController()
  let timedOut = false
  let boughtMs = 0
  let unpaidBytes = (options.requestBytes ?? 0) - FREE_BYTES
  const buy = () => {
    if (unpaidBytes <= 0) return
    boughtMs += Math.ceil((unpaidBytes * 1000) / MIN_BYTES_PER_SECOND)
    unpaidBytes = 0
  }
  const onTime = () => {
    buy()
    if (boughtMs > 0) {
      cancelTimer = options.clock.after(boughtMs, onTime)
      boughtMs = 0
    } else {
      timedOut = true
      abort.abort()
    }
  }
  buy()
  let cancelTimer = options.clock.after(options.timeoutMs + boughtMs, onTime)
  boughtMs = 0
  const onBytes = (bytes: number) => {
    unpaidBytes += bytes
  }
  try {
    const response = await options
      .fetch(request, { ...init, redirect: 'manual', signal: abort.signal })
      .catch((error) => {
        throw timedOut ? error : failureOfFetch(error)
      })
    return await judged(response, options, onBytes)
  } catch (error) {
    // An answer that was given up half way would hold its connection.
    abort.abort()
    if (timedOut) throw new CallFailure('timed-out', `no whole answer in ${options.timeoutMs} ms and more for its size`)
    throw error
  } finally {
    cancelTimer()
  }
}

async function judged(
  response: Response,
  options: GuardOptions,
  onBytes: (bytes: number) => void,
): Promise<GuardedAnswer> {
  const { status, headers } = response
  const text = await limitedText(response, options.maxAnswerBytes, onBytes)
  const value = isJson(headers) ? jsonOrUndefined(text) : undefined
  if (status >= 500 || status === 408 || status === 429) {
    const asked = BusyDataSchema.safeParse(value)
    const waitMs = retryAfterMs(
      headers,
      options.clock.unixMs(),
      asked.success ? asked.data.data.retryAfterMs : undefined,
    )
    throw new CallFailure(`http-${status}`, `status ${status}`, waitMs)
  }
  const refused = status >= 400 && RefusalSchema.safeParse(value).success
  if (status === 413 && options.divisible === true && !refused) {
    throw new CallFailure('http-413', 'status 413, not in the words of our hub')
  }
  if (value === undefined) throw new CallFailure('not-our-hub', `status ${status}, no JSON`)
  if (status >= 400) {
    if (!refused) throw new CallFailure('not-our-hub', `status ${status}, other JSON`)
  } else if (status !== 200 && status !== 201) throw new CallFailure('not-our-hub', `status ${status}`)
  return { status, text, value }
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

async function limitedText(response: Response, maxBytes: number, onBytes: (bytes: number) => void): Promise<string> {
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
    onBytes(value.byteLength)
    chunks.push(value)
  }
}
