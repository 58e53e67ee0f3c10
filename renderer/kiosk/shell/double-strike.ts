/**
 * A second strike of the same finger within half a second is not a second wish (look.md section 5). After every touch
 * a shield lies on that place, so that whatever the touch brought there cannot be struck by it. Keys and the signature,
 * which are meant to be struck quickly, carry `data-repeats`.
 */
export const STRIKE_GUARD_MS = 500
/** A finger that strikes twice lands this near. */
export const SAME_PLACE_MM = 6

/** The square around a touch, in px. */
export function shieldBox(x: number, y: number, pxPerMm: number) {
  const reachPx = SAME_PLACE_MM * pxPerMm
  return { left: x - reachPx, top: y - reachPx, side: 2 * reachPx }
}

/** Lays the shield after every touch of this document. */
export function guardDoubleStrikes(pxPerMm: () => number): void {
  const shield = document.createElement('div')
  shield.className = 'strike-shield'
  let timer: ReturnType<typeof setTimeout> | undefined
  window.addEventListener(
    'click',
    (event) => {
      // Enter and Space click without a place; the keyboard's own repeat is not a touch.
      if (event.detail === 0) return
      if (event.target instanceof Element && event.target.closest('[data-repeats], input') !== null) return
      const box = shieldBox(event.clientX, event.clientY, pxPerMm())
      Object.assign(shield.style, {
        left: `${box.left}px`,
        top: `${box.top}px`,
        width: `${box.side}px`,
        height: `${box.side}px`,
      })
      document.body.append(shield)
      clearTimeout(timer)
      timer = setTimeout(() => shield.remove(), STRIKE_GUARD_MS)
    },
    { capture: true },
  )
}
