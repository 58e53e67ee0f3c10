import type { SendHint } from '../protocol/worker-port.ts'
import { BACKOFF_CAP_MS, backoffMs } from './backoff.ts'
import { allowance, type Breaker, CLOSED, hubAnswered, hubFailed, kicked, probeLost, probeSent } from './breaker.ts'
import { createBusy } from './busy.ts'
import { type Clock, errorText, type Log, type Random } from './clock.ts'
import { decide, type Flight, MAX_BATCH, MAX_FLIGHTS } from './drain-decision.ts'
import { createDueScan } from './due-scan.ts'
import type { QueueItem, QueueStore, Reschedule } from './queue-store.ts'

/** A tick at least this often, whatever was missed. */
export const IDLE_TICK_MS = 5_000
/** And never more often than this, so that no fault can spin the loop. */
export const MIN_TICK_MS = 20
/** After a throw of the store the next tick waits this long. */
export const STORE_FAULT_PAUSE_MS = 1_000
/**
 * A flight without an answer frees its lane after this; main keeps one flight per submission, so a resend is safe. Six full
 * ones share 100 kbit/s for seven minutes.
 */
export const FLIGHT_LIMIT_MS = 8 * 60_000
/** A hint said "received" or "quarantined"; the feed has this long to say so before the item is tried again. */
export const FEED_LIMIT_MS = 60_000
/**
 * So many may wait for the feed: then no more leave until it comes up. Bounds the memory of both sides and how far the
 * store may lag behind the journal.
 */
export const MAX_UNCONFIRMED = 10_000
/** Far moments that are pulled back at once. */
const FAR_PAGE = 1_000
/** Between two looks for far moments while the two clocks go alike; an hour's jump is seen at once. */
const FAR_EVERY_MS = 30_000
/** The two clocks may part by so much without being looked at: a clock that is being slewed, or a slow tick. */
const CLOCK_JUMP_MS = 1_000
/** Busy items are gone through this often. */
const EXPIRE_EVERY_MS = 1_000

export type DrainOptions = {
  store: Pick<QueueStore, 'due' | 'later' | 'reschedule'>
  /** Hands in these submissions; the hints only schedule, the truth comes through the feed. */
  send: (submissionIds: readonly string[]) => Promise<readonly SendHint[]>
  clock: Clock
  random: Random
  log: Log
  /** Main does not know these: the store shows another journal. */
  onUnknown?: (submissionIds: readonly string[]) => void
}

export type Drain = {
  start(): void
  /** No new flight leaves; those in the air end by themselves. Resolves when the running tick has ended. */
  stop(): Promise<void>
  /** The connection came back: try now. */
  kick(): void
  /** Something changed in the store: look at once. */
  wake(): void
}

/**
 * The loop that empties the queue. It keeps nothing that matters: every tick reads the store again, so a lost message,
 * a throwing store or a crash costs at most one early or late try.
 */
export function createDrain({ store, send, clock, random, log, onUnknown }: DrainOptions): Drain {
  const busy = createBusy()
  const scan = createDueScan(store, busy, log)
  const flights = new Map<Flight, number>()
  let breaker: Breaker = CLOSED
  let running = false
  let ticking: Promise<void> | null = null
  let again = false
  let expireAtMs = 0
  let lookFarAtMs = 0
  let clocksApartMs: number | null = null
  let cancelTimer: () => void = () => undefined

  const plan = (delayMs: number) => {
    cancelTimer()
    if (running) cancelTimer = clock.after(Math.max(MIN_TICK_MS, Math.min(IDLE_TICK_MS, delayMs)), wake)
  }

  function wake(): void {
    if (!running) return
    if (ticking !== null) {
      again = true
      return
    }
    cancelTimer()
    ticking = tick()
      .then(
        (nextMs) => nextMs,
        (error: unknown) => {
          log('drain-tick-failed', { error: errorText(error) })
          return STORE_FAULT_PAUSE_MS
        },
      )
      .then((nextMs) => {
        ticking = null
        const early = again
        again = false
        plan(early ? 0 : nextMs)
      })
  }

  /** Answers when to look again, in milliseconds. */
  async function tick(): Promise<number> {
    expire()
    await pullBackFarMoments()
    const now = clock.now()
    const allowed = allowance(breaker, clock.monotonic())
    if (allowed === 'none') return breaker.state === 'open' ? breaker.untilMs - clock.monotonic() : IDLE_TICK_MS
    const lanes = MAX_FLIGHTS - flights.size
    // The end of a flight wakes the loop.
    if (lanes <= 0) return IDLE_TICK_MS
    if (busy.unconfirmed >= MAX_UNCONFIRMED) scan.restart()
    const due = await scan.look(now, clock.monotonic(), allowed === 'probe' ? 1 : lanes * MAX_BATCH)
    if (!running || busy.unconfirmed >= MAX_UNCONFIRMED) return IDLE_TICK_MS
    const chosen = decide({ due, busy, flights: [...flights.keys()], allowance: allowed })
    const itemsById = new Map(due.map((item) => [item.id, item]))
    for (const flight of chosen) {
      const items = flight.ids.map((id) => itemsById.get(id)).filter((item) => item !== undefined)
      scan.took(flight.ids)
      void fly(flight, items, allowed === 'probe')
    }
    if (allowed === 'probe') return IDLE_TICK_MS
    scan.readAhead(now)
    if (flights.size >= MAX_FLIGHTS) return IDLE_TICK_MS
    if (scan.more) return 0
    const [next] = await store.later(now, 1)
    return next === undefined ? IDLE_TICK_MS : next.nextAttemptAt - now
  }

  function expire(): void {
    const nowMs = clock.monotonic()
    if (nowMs >= expireAtMs) {
      expireAtMs = nowMs + EXPIRE_EVERY_MS
      busy.expire(nowMs)
    }
    for (const [flight, untilMs] of flights) {
      if (nowMs < untilMs) continue
      flights.delete(flight)
      for (const id of flight.ids) busy.free(id)
      log('drain-flight-overdue', { items: flight.ids.length })
      breaker = probeLost(breaker, nowMs, random)
    }
  }

  /** A moment beyond the cap was written under another clock (section 7, scenario 12). */
  async function pullBackFarMoments(): Promise<void> {
    const nowMs = clock.monotonic()
    const apartMs = clock.now() - nowMs
    const jumped = clocksApartMs === null || Math.abs(apartMs - clocksApartMs) > CLOCK_JUMP_MS
    if (!jumped && nowMs < lookFarAtMs) return
    const limit = momentIn(BACKOFF_CAP_MS)
    const far = await store.later(limit, FAR_PAGE)
    if (far.length > 0) {
      await store.reschedule(far.map(({ id, attempts }) => ({ id, attempts, nextAttemptAt: limit })))
      log('drain-clock-jump', { items: far.length })
    }
    clocksApartMs = apartMs
    // A full page may not be all: look again at the next tick.
    lookFarAtMs = far.length < FAR_PAGE ? nowMs + FAR_EVERY_MS : nowMs
  }

  async function fly(flight: Flight, items: readonly QueueItem[], probe: boolean): Promise<void> {
    const untilMs = clock.monotonic() + FLIGHT_LIMIT_MS
    flights.set(flight, untilMs)
    for (const id of flight.ids) busy.fly(id, untilMs)
    if (probe) breaker = probeSent(breaker, clock.monotonic())
    let changes: Reschedule[]
    try {
      const hints = await send(flight.ids)
      if (!flights.has(flight)) return
      changes = heed(items, hints, probe)
    } catch (error) {
      if (!flights.has(flight)) return
      log('drain-send-failed', { items: items.length, error: errorText(error) })
      if (probe) breaker = probeLost(breaker, clock.monotonic(), random)
      changes = items.map((item) => delayed(item, null))
    }
    flights.delete(flight)
    if (changes.length > 0) await writeWaits(changes)
    wake()
  }

  /** Until its wait is written an item stays busy, or a tick in between would send it at once. */
  async function writeWaits(changes: readonly Reschedule[]): Promise<void> {
    try {
      await store.reschedule(changes)
      scan.took(changes.map(({ id }) => id))
      for (const { id } of changes) busy.free(id)
    } catch (error) {
      // The store cannot hold the wait, so memory does.
      log('drain-reschedule-failed', { items: changes.length, error: errorText(error) })
      for (const { id, nextAttemptAt } of changes) busy.fly(id, clock.monotonic() + nextAttemptAt - clock.now())
    }
  }

  /** Turns hints into waits. */
  function heed(items: readonly QueueItem[], hints: readonly SendHint[], probe: boolean): Reschedule[] {
    const nowMs = clock.monotonic()
    const hintById = new Map(hints.map((hint) => [hint.submissionId, hint]))
    const changes: Reschedule[] = []
    const unknown: string[] = []
    let answered = false
    let hubWide = null as { retryAfterMs: number | null } | null
    for (const item of items) {
      const hint = hintById.get(item.id)
      if (hint === undefined) {
        log('drain-hint-missing')
        changes.push(delayed(item, null))
      } else if (hint.outcome === 'failed') {
        if (hint.hubWide) hubWide = { retryAfterMs: longer(hubWide?.retryAfterMs ?? null, hint.retryAfterMs) }
        else answered = true
        changes.push(hint.hubWide ? blameless(item) : delayed(item, hint.retryAfterMs))
      } else if (hint.outcome === 'unknown-submission') {
        unknown.push(item.id)
        busy.awaitFeed(item, nowMs + FEED_LIMIT_MS)
      } else {
        answered = true
        busy.awaitFeed(item, nowMs + FEED_LIMIT_MS)
      }
    }
    if (answered) breaker = hubAnswered()
    else if (hubWide !== null) breaker = hubFailed(breaker, nowMs, random, hubWide.retryAfterMs, probe)
    else if (probe) breaker = probeLost(breaker, nowMs, random)
    if (unknown.length > 0) onUnknown?.(unknown)
    return changes
  }

  /** A whole millisecond from now: a clock may count in fractions, the store does not. */
  function momentIn(delayMs: number): number {
    return Math.round(clock.now() + delayMs)
  }

  function delayed(item: QueueItem, retryAfterMs: number | null): Reschedule {
    const attempts = item.attempts + 1
    return { id: item.id, attempts, nextAttemptAt: momentIn(backoffMs(attempts, random, retryAfterMs)) }
  }

  /** The hub as a whole is away: the breaker waits for it, the item only steps back in the round of probes. */
  function blameless(item: QueueItem): Reschedule {
    return { id: item.id, attempts: item.attempts + 1, nextAttemptAt: momentIn(backoffMs(1, random, null)) }
  }

  return {
    start() {
      if (running) return
      running = true
      wake()
    },
    async stop() {
      running = false
      scan.restart()
      cancelTimer()
      await ticking
      await scan.idle()
      cancelTimer()
    },
    kick() {
      breaker = kicked(breaker, clock.monotonic())
      scan.restart()
      wake()
    },
    wake,
  }
}

function longer(a: number | null, b: number | null): number | null {
  if (a === null) return b
  return b === null ? a : Math.max(a, b)
}
