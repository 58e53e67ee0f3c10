import type { Page } from 'playwright-core'

/**
 * How far a page's clock is from this process's. Both count from the same machine's wall clock at their own birth, so
 * they agree unless that clock was set in between. Milliseconds; `uncertaintyMs` is half the shortest round trip.
 */
export interface ClockOffset {
  readonly offsetMs: number
  readonly uncertaintyMs: number
}

const TRIES = 20
/** Further apart than this, times taken in two processes must not be subtracted. */
const TOLERANCE_MS = 2

export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

export async function clockOffset(page: Page): Promise<ClockOffset> {
  let best: ClockOffset = { offsetMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY }
  for (let tried = 0; tried < TRIES; tried += 1) {
    const askedMs = nowMs()
    const theirMs = await page.evaluate(() => performance.timeOrigin + performance.now())
    const uncertaintyMs = (nowMs() - askedMs) / 2
    if (uncertaintyMs < best.uncertaintyMs) best = { offsetMs: theirMs - askedMs - uncertaintyMs, uncertaintyMs }
  }
  return best
}

export function clocksAgree({ offsetMs, uncertaintyMs }: ClockOffset): boolean {
  return Math.abs(offsetMs) <= uncertaintyMs + TOLERANCE_MS
}
