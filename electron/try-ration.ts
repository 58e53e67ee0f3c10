/** Typed look-ups are rationed over the whole terminal: a ticket has 28^7 possibilities, and nobody gets many tries. */
export const LOOK_UP_LIMITS: readonly TryLimit[] = [
  { tries: 5, withinMs: 60_000 },
  { tries: 30, withinMs: 60 * 60_000 },
]

export interface TryLimit {
  readonly tries: number
  readonly withinMs: number
}

/** Answers 0 and counts a try when one is left, else how many milliseconds to wait. A refused try costs nothing. */
export type TryRation = () => number

/** Keeps the moments of the tries that the longest limit still counts; `monotonicMs` cannot be set back by anybody. */
export function createTryRation(limits: readonly TryLimit[], monotonicMs: () => number): TryRation {
  const longestMs = Math.max(...limits.map((limit) => limit.withinMs))
  let tries: number[] = []
  return () => {
    const nowMs = monotonicMs()
    tries = tries.filter((atMs) => nowMs - atMs < longestMs)
    let waitMs = 0
    for (const limit of limits) {
      const oldestThatCounts = tries.at(-limit.tries)
      if (tries.length >= limit.tries && oldestThatCounts !== undefined) {
        waitMs = Math.max(waitMs, oldestThatCounts + limit.withinMs - nowMs)
      }
    }
    if (waitMs > 0) return Math.ceil(waitMs)
    tries.push(nowMs)
    return 0
  }
}
