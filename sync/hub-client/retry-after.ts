/** A wait longer than this is cut: one wrong header must not silence a terminal for days. */
export const MAX_RETRY_AFTER_MS = 3_600_000

/**
 * How long to wait, in ms, or null when nobody said: what the contract's data says, else the Retry-After header in
 * seconds or as a date (RFC 9110 section 10.2.3). A date is compared with the answer's own Date, because the terminal's
 * clock may be off; only without one with `nowMs`.
 */
export function retryAfterMs(headers: Headers, nowMs: number, fromData: number | undefined): number | null {
  const waitMs = fromData ?? ofHeader(headers.get('retry-after')?.trim(), headers.get('date'), nowMs)
  return waitMs === undefined ? null : Math.min(Math.max(0, waitMs), MAX_RETRY_AFTER_MS)
}

function ofHeader(text: string | undefined, date: string | null, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const until = Date.parse(text)
  if (Number.isNaN(until)) return undefined
  const hubNow = Date.parse(date ?? '')
  return until - (Number.isNaN(hubNow) ? nowMs : hubNow)
}
