import type { Clock } from '../../transport/clock.ts'

/** Time that stands until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves on to the next timer and runs it; the milliseconds that it took. Throws when none is set. */
  next(): number
  /** How many timers are set. */
  waiting(): number
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
    next() {
      const first = timers.reduce<(typeof timers)[number] | undefined>(
        (soonest, each) => (soonest === undefined || each.atMs < soonest.atMs ? each : soonest),
        undefined,
      )
      if (first === undefined) throw new Error('no timer is set')
      timers = timers.filter((each) => each !== first)
      const tookMs = first.atMs - nowMs
      nowMs = first.atMs
      first.run()
      return tookMs
    },
    waiting: () => timers.length,
  }
}
