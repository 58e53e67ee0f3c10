import { backoffMs } from './backoff.ts'
import type { Random } from './clock.ts'

/**
 * One circuit breaker for the hub. A hub-wide failure opens it; after a wait that grows it lets one single item through
 * (the probe); any answer of the hub closes it. Pure: the drain keeps the state and passes monotonic time.
 */
export type Breaker =
  | { state: 'closed' }
  | { state: 'open'; failures: number; untilMs: number }
  | { state: 'probing'; failures: number; sinceMs: number }

export const CLOSED: Breaker = { state: 'closed' }

/** What may leave now. */
export function allowance(breaker: Breaker, nowMs: number): 'all' | 'probe' | 'none' {
  if (breaker.state === 'closed') return 'all'
  if (breaker.state === 'probing') return 'none'
  return nowMs >= breaker.untilMs ? 'probe' : 'none'
}

export function probeSent(breaker: Breaker, nowMs: number): Breaker {
  if (breaker.state !== 'open') return breaker
  return { state: 'probing', failures: breaker.failures, sinceMs: nowMs }
}

/** The hub answered, whatever it said of the item. */
export function hubAnswered(): Breaker {
  return CLOSED
}

/** `wasProbe`: others, sent before the breaker opened, must not make the wait longer. */
export function hubFailed(
  breaker: Breaker,
  nowMs: number,
  random: Random,
  retryAfterMs: number | null,
  wasProbe: boolean,
): Breaker {
  if (breaker.state !== 'closed' && !wasProbe) {
    if (breaker.state === 'probing' || retryAfterMs === null) return breaker
    return { ...breaker, untilMs: Math.max(breaker.untilMs, nowMs + backoffMs(1, random, retryAfterMs)) }
  }
  const failures = breaker.state === 'closed' ? 1 : breaker.failures + 1
  return { state: 'open', failures, untilMs: nowMs + backoffMs(failures, random, retryAfterMs) }
}

/** The probe neither reached the hub nor failed there (the channel to main broke): try another one soon. */
export function probeLost(breaker: Breaker, nowMs: number, random: Random): Breaker {
  if (breaker.state !== 'probing') return breaker
  return { state: 'open', failures: breaker.failures, untilMs: nowMs + backoffMs(1, random, null) }
}

/** The connection came back: a probe may leave at once. */
export function kicked(breaker: Breaker, nowMs: number): Breaker {
  return breaker.state === 'open' ? { ...breaker, untilMs: nowMs } : breaker
}
