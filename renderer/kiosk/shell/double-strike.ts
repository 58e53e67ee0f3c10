/**
 * A second strike of the same finger within half a second is not a second wish (look.md section 5). Two touches are
 * the same finger when they fall on nearly the same place; keys that may repeat carry `data-repeats`.
 */
export const STRIKE_GUARD_MS = 500
/** A finger that strikes twice lands this near. */
export const SAME_PLACE_MM = 6

export interface Strike {
  readonly atMs: number
  readonly x: number
  readonly y: number
}

export function isDoubleStrike(before: Strike | null, strike: Strike, pxPerMm: number): boolean {
  if (before === null || strike.atMs - before.atMs >= STRIKE_GUARD_MS) return false
  return Math.hypot(strike.x - before.x, strike.y - before.y) <= SAME_PLACE_MM * pxPerMm
}

/** Stops second strikes before anything on the page sees them. */
export function guardDoubleStrikes(pxPerMm: () => number): void {
  let last: Strike | null = null
  window.addEventListener(
    'click',
    (event) => {
      // Enter and Space click without a place; a held key is stopped by the browser's own `repeat`.
      if (event.detail === 0) return
      const strike = { atMs: event.timeStamp, x: event.clientX, y: event.clientY }
      const target = event.target instanceof Element ? event.target : null
      const mayRepeat = target?.closest('[data-repeats]') !== null
      if (!mayRepeat && isDoubleStrike(last, strike, pxPerMm())) {
        event.stopPropagation()
        event.preventDefault()
        return
      }
      last = mayRepeat ? null : strike
    },
    { capture: true },
  )
}
