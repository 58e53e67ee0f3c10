import type { Random } from './clock.ts'

/** First wait after a failure. */
export const BACKOFF_BASE_MS = 2_000
/** No wait is longer: a terminal that was offline for a month must not need a month more. */
export const BACKOFF_CAP_MS = 15 * 60_000

/**
 * How long to wait after the `attempts`-th failure in a row (1, 2, …): full jitter over base × 2^(attempts − 1), at
 * most the cap, so that ten thousand terminals do not return in the same second. `retryAfterMs` (what the hub asked
 * for) is a floor, with a little jitter above it; a floor beyond the cap becomes the cap, because a stored moment
 * further away than that is taken for a clock jump.
 */
export function backoffMs(attempts: number, random: Random, retryAfterMs: number | null): number {
  const spread = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(30, Math.max(0, attempts - 1)))
  const jittered = random() * spread
  const floor = retryAfterMs === null ? 0 : retryAfterMs + random() * BACKOFF_BASE_MS
  return Math.round(Math.min(BACKOFF_CAP_MS, Math.max(jittered, floor)))
}

/** A stored moment further away than the cap comes from another clock: bring it back into reach. */
export function clampNextAttempt(nextAttemptAt: number, now: number): number {
  return Math.min(nextAttemptAt, now + BACKOFF_CAP_MS)
}
