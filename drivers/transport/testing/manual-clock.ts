import type { Clock } from '../clock.ts'

/** A clock that a test moves by hand. */
export interface ManualClock extends Clock {
  /** Moves on by that, running each timer that falls due on the way and letting promises settle after each. */
  advance(ms: number): Promise<void>
  /** Lets promises settle without moving on. */
  settle(): Promise<void>
  /** Timers that wait. */
  waiting(): number
}

/** Enough for the longest chain of awaits here; a turn costs nothing. */
const TURNS = 40

export function createManualClock(): ManualClock {
  let now = 0
  let timers: { readonly atMs: number; readonly run: () => void }[] = []

  async function settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve()
  }

  return {
    nowMs: () => now,
    after(delayMs, run) {
      const timer = { atMs: now + Math.max(0, delayMs), run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    async advance(ms) {
      const until = now + ms
      for (;;) {
        await settle()
        timers.sort((a, b) => a.atMs - b.atMs)
        const timer = timers[0]
        if (timer === undefined || timer.atMs > until) break
        timers.shift()
        now = timer.atMs
        timer.run()
      }
      now = until
    },
    settle,
    waiting: () => timers.length,
  }
}
