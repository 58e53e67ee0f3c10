import type { SendHint } from '../protocol/worker-port.ts'
import { BACKOFF_CAP_MS, backoffMs } from './backoff.ts'
import { allowance, type Breaker, CLOSED, hubAnswered, hubFailed, kicked, probeLost, probeSent } from './breaker.ts'
import { type Clock, errorText, type Log, type Random } from './clock.ts'
import { decide, type Flight, MAX_BATCH, MAX_FLIGHTS } from './drain-decision.ts'
import type { QueueItem, QueueStore, Reschedule } from './queue-store.ts'

/** A tick at least this often, whatever was missed. */
export const IDLE_TICK_MS = 5_000
/** And never more often than this, so that no fault can spin the loop. */
export const MIN_TICK_MS = 20
/** After a throw of the store the next tick waits this long. */
export const STORE_FAULT_PAUSE_MS = 1_000
/** A flight without an answer frees its lane after this; main keeps one flight per submission, so a resend is safe. */
export const FLIGHT_LIMIT_MS = 5 * 60_000
/** A hint said "received" or "quarantined"; the feed has this long to say so before the item is tried again. */
export const FEED_LIMIT_MS = 60_000
/** Items looked at beyond those that are busy. */
const WINDOW = MAX_FLIGHTS * MAX_BATCH

export type DrainOptions = {
  store: QueueStore
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
  /** Ids that may not leave again, with the monotonic moment at which they may. */
  const busy = new Map<string, number>()
  const flights = new Map<Flight, number>()
  let breaker: Breaker = CLOSED
  let running = false
  let ticking: Promise<void> | null = null
  let again = false
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
    const due = await store.due(now, busy.size + WINDOW)
    if (!running) return IDLE_TICK_MS
    const chosen = decide({ due, busy: new Set(busy.keys()), flights: [...flights.keys()], allowance: allowed })
    const itemsById = new Map(due.map((item) => [item.id, item]))
    for (const flight of chosen) {
      const items = flight.ids.map((id) => itemsById.get(id)).filter((item) => item !== undefined)
      void fly(flight, items, allowed === 'probe')
    }
    const [next] = await store.later(now, 1)
    return next === undefined ? IDLE_TICK_MS : next.nextAttemptAt - now
  }

  function expire(): void {
    const nowMs = clock.monotonic()
    for (const [id, untilMs] of busy) if (nowMs >= untilMs) busy.delete(id)
    for (const [flight, untilMs] of flights) {
      if (nowMs < untilMs) continue
      flights.delete(flight)
      log('drain-flight-overdue', { items: flight.ids.length })
      breaker = probeLost(breaker, nowMs, random)
    }
  }

  /** A moment beyond the cap was written under another clock (section 7, scenario 12). */
  async function pullBackFarMoments(): Promise<void> {
    const limit = clock.now() + BACKOFF_CAP_MS
    const far = await store.later(limit, WINDOW)
    if (far.length === 0) return
    await store.reschedule(far.map(({ id, attempts }) => ({ id, attempts, nextAttemptAt: limit })))
    log('drain-clock-jump', { items: far.length })
  }

  async function fly(flight: Flight, items: readonly QueueItem[], probe: boolean): Promise<void> {
    const untilMs = clock.monotonic() + FLIGHT_LIMIT_MS
    flights.set(flight, untilMs)
    for (const id of flight.ids) busy.set(id, untilMs)
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
    try {
      if (changes.length > 0) await store.reschedule(changes)
    } catch (error) {
      // The store cannot hold the wait, so memory does.
      log('drain-reschedule-failed', { items: changes.length, error: errorText(error) })
      for (const { id, nextAttemptAt } of changes) busy.set(id, clock.monotonic() + nextAttemptAt - clock.now())
    }
    wake()
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
        busy.set(item.id, nowMs + FEED_LIMIT_MS)
      } else {
        answered = true
        busy.set(item.id, nowMs + FEED_LIMIT_MS)
      }
    }
    for (const { id } of changes) busy.delete(id)
    if (answered) breaker = hubAnswered()
    else if (hubWide !== null) breaker = hubFailed(breaker, nowMs, random, hubWide.retryAfterMs, probe)
    else if (probe) breaker = probeLost(breaker, nowMs, random)
    if (unknown.length > 0) onUnknown?.(unknown)
    return changes
  }

  function delayed(item: QueueItem, retryAfterMs: number | null): Reschedule {
    busy.delete(item.id)
    const attempts = item.attempts + 1
    return { id: item.id, attempts, nextAttemptAt: clock.now() + backoffMs(attempts, random, retryAfterMs) }
  }

  /** The hub as a whole is away: the breaker waits for it, the item only steps back in the round of probes. */
  function blameless(item: QueueItem): Reschedule {
    return { id: item.id, attempts: item.attempts + 1, nextAttemptAt: clock.now() + backoffMs(1, random, null) }
  }

  return {
    start() {
      if (running) return
      running = true
      wake()
    },
    async stop() {
      running = false
      cancelTimer()
      await ticking
      cancelTimer()
    },
    kick() {
      breaker = kicked(breaker, clock.monotonic())
      wake()
    },
    wake,
  }
}

function longer(a: number | null, b: number | null): number | null {
  if (a === null) return b
  return b === null ? a : Math.max(a, b)
}
