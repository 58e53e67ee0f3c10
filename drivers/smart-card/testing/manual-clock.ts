import type { Clock } from '../../transport/clock.ts'

/** A clock that stands still until it is stepped. */
export interface ManualClock extends Clock {
  /** Moves on, running what falls due on the way, in order of its time. */
  advance(ms: number): void
  /** Timers that wait. */
  pending(): number
}

export function createManualClock(): ManualClock {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly run: () => void }[] = []
  return {
    nowMs: () => nowMs,
    after(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((each) => each !== timer)
      }
    },
    advance(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const due = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (due === undefined) break
        timers = timers.filter((each) => each !== due)
        nowMs = Math.max(nowMs, due.atMs)
        due.run()
      }
      nowMs = untilMs
    },
    pending: () => timers.length,
  }
}

/** Only to end a test that waits for what never comes; nothing is measured with it. */
const GIVE_UP_MS = 10_000

/** Waits, turn by turn of the event loop, until something holds. */
export async function until(holds: () => boolean, what: () => string = () => 'it did not come true'): Promise<void> {
  const giveUpAt = Date.now() + GIVE_UP_MS
  while (!holds()) {
    if (Date.now() > giveUpAt) throw new Error(what())
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

/** Small beside every time-out, so that what is on its way over a socket arrives long before one strikes. */
const STEP_MS = 50
const TURNS_A_STEP = 4

/** Moves the clock on in small steps, with turns of the event loop between them, until something holds. */
export async function advanceUntil(clock: ManualClock, holds: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + GIVE_UP_MS
  while (!holds()) {
    if (Date.now() > giveUpAt) throw new Error('it did not come true, however far the clock went')
    clock.advance(STEP_MS)
    for (let turn = 0; turn < TURNS_A_STEP; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
