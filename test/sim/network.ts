import type { Fetch } from '../../sync/hub-client/guarded-fetch.ts'
import type { FaultKind } from './faults.ts'
import { LightResponse } from './light-fetch.ts'
import type { SimProcess } from './process.ts'
import type { SeededRandom } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** One request or answer as it travels. */
export interface WireRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}
export interface WireReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The program at the other end. Rejects never; a crashed hub simply never answers. */
export interface Endpoint {
  /** False: nothing listens there, connections are refused. */
  readonly listening: boolean
  handle(request: WireRequest): Promise<WireReply>
}

/** How often each misfortune strikes one request, 0 to 1. Delays in milliseconds, one way. */
export interface LinkOptions {
  readonly minDelayMs: number
  readonly maxDelayMs: number
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>
}

export type LinkState = 'up' | 'unreachable' | 'silent' | 'portal'

/** The way between one terminal and the hub. */
export interface Link {
  state: LinkState
  /** Faults strike only while this is true. */
  faulty: boolean
  fetchFor(process: SimProcess): Fetch
}

export interface LinkParts {
  readonly name: string
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly endpoint: Endpoint
  readonly options: LinkOptions
  readonly onFault: (kind: FaultKind) => void
}

/** What an adversary that knows no key can still make of a request: a reply in the hub's shape. */
export type Forger = (request: WireRequest) => WireReply | undefined

const HTML = Buffer.from('<!doctype html><title>Wi-Fi</title><p>Please log in to go on.')
/** Answers made by machines between us and the hub, or by the hub in trouble. */
const STATUS_FAULTS: readonly [FaultKind, number][] = [
  ['http-408', 408],
  ['http-413', 413],
  ['http-429', 429],
  ['http-500', 500],
  ['http-502', 502],
  ['http-503', 503],
]
/** Beyond the hub client's patience: the answer finds nobody. */
const LATE_MS = 25_000
const KEPT_REPLIES = 20

export function createLink(parts: LinkParts, forge: Forger): Link {
  const { scheduler, random, endpoint, options } = parts
  const kept: WireReply[] = []
  let count = 0

  const link: Link = { state: 'up', faulty: true, fetchFor }

  function strikes(kind: FaultKind): boolean {
    const rate = options.rates[kind]
    if (!link.faulty || rate === undefined || !random.chance(rate)) return false
    parts.onFault(kind)
    return true
  }
  const delay = () => random.logarithmic(options.minDelayMs, options.maxDelayMs)

  function fetchFor(process: SimProcess): Fetch {
    return async (request, init) => {
      const body = Buffer.from(await request.arrayBuffer())
      const { method, url } = request
      const wire = { method, url, headers: Object.fromEntries(request.headers.entries()), body }
      return new Promise<Response>((resolve, reject) => {
        const path = new URL(url).pathname
        const label = `${parts.name} #${count++} ${method} ${path} ${body.length}`
        scheduler.note(`sends ${label}`)
        // Sender and signal may be gone by the time something comes back: then it is delivered to nobody.
        let open = true
        const answer = (afterMs: number, what: string, act: () => void) => {
          process.after(afterMs, `net ${label} ${what}`, () => {
            if (!open) return
            open = false
            act()
          })
        }
        init.signal?.addEventListener('abort', () => {
          if (!open) return
          open = false
          reject(new DOMException('The operation was aborted.', 'AbortError'))
        })
        travel({
          wire,
          label,
          fail: (afterMs, code) => answer(afterMs, code, () => reject(fetchError(code))),
          reply: (afterMs, reply) => answer(afterMs, String(reply.status), () => resolve(toResponse(reply, undefined))),
          half: (afterMs, reply) =>
            answer(afterMs, `half ${reply.status}`, () => resolve(toResponse(reply, reply.body.length >> 1))),
        })
      })
    }
  }

  function travel(trip: Trip): void {
    if (link.state === 'silent') return
    if (link.state === 'unreachable') {
      trip.fail(1, 'ENETUNREACH')
      return
    }
    const instead = answeredOnTheWay(trip)
    if (instead === 'nothing') return
    if (instead !== undefined) {
      trip.reply(delay(), instead)
      return
    }
    if (strikes('request-lost')) {
      if (random.chance(0.5)) trip.fail(delay(), 'ECONNRESET')
      return
    }
    const wire = strikes('request-corrupted') ? { ...trip.wire, body: flipped(trip.wire.body, random) } : trip.wire
    deliver(trip, wire, true)
    if (strikes('request-duplicated')) deliver(trip, trip.wire, false)
  }

  /** What something between the two answers in the hub's place, if it does. */
  function answeredOnTheWay(trip: Trip): WireReply | 'nothing' | undefined {
    if (link.state === 'portal' || strikes('portal-html')) return html(200)
    if (strikes('redirect')) return { ...html(302), headers: { location: 'http://portal.invalid/' } }
    if (strikes('receipt-forged')) return forge(trip.wire)
    if (strikes('reply-replayed')) return kept.length === 0 ? undefined : random.pick(kept)
    for (const [kind, status] of STATUS_FAULTS) if (strikes(kind)) return troubled(status, random)
    return strikes('hub-hung') ? 'nothing' : undefined
  }

  /** Hands the request to the hub after a while; `heard`: the sender gets what comes of it. */
  function deliver(trip: Trip, wire: WireRequest, heard: boolean): void {
    scheduler.after(delay(), `net ${trip.label} ${heard ? 'arrives' : 'arrives again'}`, () => {
      if (!endpoint.listening) {
        if (heard) trip.fail(delay(), 'ECONNREFUSED')
        return
      }
      void endpoint.handle(wire).then((reply) => {
        if (!heard) return
        kept.push(reply)
        if (kept.length > KEPT_REPLIES) kept.shift()
        answerWith(trip, reply)
      })
    })
  }

  function answerWith(trip: Trip, reply: WireReply): void {
    if (strikes('reply-lost')) {
      if (random.chance(0.5)) trip.fail(delay(), 'ECONNRESET')
    } else if (strikes('late-reply')) trip.reply(LATE_MS + delay(), reply)
    else if (strikes('reply-half-sent')) trip.half(delay(), reply)
    else if (strikes('reply-corrupted')) trip.reply(delay(), { ...reply, body: flipped(reply.body, random) })
    else trip.reply(delay(), reply)
  }

  return link
}

interface Trip {
  readonly wire: WireRequest
  readonly label: string
  fail(afterMs: number, code: string): void
  reply(afterMs: number, reply: WireReply): void
  half(afterMs: number, reply: WireReply): void
}

function html(status: number): WireReply {
  return { status, headers: { 'content-type': 'text/html' }, body: HTML }
}

/** An answer of a hub or proxy in trouble: sometimes with Retry-After, sometimes in the hub's own words. */
function troubled(status: number, random: SeededRandom): WireReply {
  const retry: Record<string, string> = random.chance(0.5) ? { 'retry-after': String(random.int(1, 120)) } : {}
  if (status === 413 || random.chance(0.5))
    return { ...html(status), headers: { 'content-type': 'text/html', ...retry } }
  const body = Buffer.from(JSON.stringify({ defined: false, code: 'TROUBLE', status, message: 'not now' }))
  return { status, headers: { 'content-type': 'application/json', ...retry }, body }
}

function flipped(body: Buffer, random: SeededRandom): Buffer {
  if (body.length === 0) return body
  const changed = Buffer.from(body)
  const at = random.int(0, body.length - 1)
  changed[at] = (changed[at] ?? 0) ^ (1 << random.int(0, 7))
  return changed
}

/** As undici's fetch fails. */
function fetchError(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
}

function toResponse(reply: WireReply, cutAt: number | undefined): Response {
  const { status, headers } = reply
  const init = cutAt === undefined ? { status, headers } : { status, headers, cutAt }
  return new LightResponse(status === 204 ? null : reply.body, init)
}
