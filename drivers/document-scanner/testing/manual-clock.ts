import type { Clock } from '../../transport/clock.ts'

/**
 * A clock that moves only when told, for drivers whose other end is real: the test names the wait that is to end, and so
 * nothing depends on how busy the machine is. Each kind of wait needs a length of its own.
 */
export interface ManualClock extends Clock {
  /** Waits until a wait of one of these lengths has begun (it may have already), and ends it. Resolves with its length. */
  fire(...delaysMs: readonly number[]): Promise<number>
  /** Resolves when a wait of this length is under way. */
  begun(delayMs: number): Promise<void>
  /** Time passes, and what is due by then fires, in its order. */
  advance(byMs: number): void
  /** The lengths of all waits that are under way. */
  pending(): readonly number[]
}

interface Wait {
  readonly delayMs: number
  readonly dueMs: number
  readonly run: () => void
}

export function createManualClock(): ManualClock {
  let nowMs = 0
  const waits = new Set<Wait>()
  const watchers = new Set<() => void>()
  return {
    nowMs: () => nowMs,
    after(delayMs, run) {
      const wait: Wait = { delayMs, dueMs: nowMs + delayMs, run }
      waits.add(wait)
      // As with a real clock, nothing fires before the one who waits has gone on.
      for (const watcher of watchers) queueMicrotask(watcher)
      return () => waits.delete(wait)
    },
    fire(...delaysMs) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!watchers.has(look)) return
          const wait = [...waits].find((each) => delaysMs.includes(each.delayMs))
          if (wait === undefined) return
          watchers.delete(look)
          waits.delete(wait)
          nowMs = Math.max(nowMs, wait.dueMs)
          wait.run()
          resolve(wait.delayMs)
        }
        watchers.add(look)
        look()
      })
    },
    begun(delayMs) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!watchers.has(look) || ![...waits].some((each) => each.delayMs === delayMs)) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      })
    },
    advance(byMs) {
      const untilMs = nowMs + byMs
      for (;;) {
        const [next] = [...waits].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)
        if (next === undefined) break
        waits.delete(next)
        nowMs = Math.max(nowMs, next.dueMs)
        next.run()
      }
      nowMs = untilMs
    },
    pending: () => [...waits].map(({ delayMs }) => delayMs),
  }
}
