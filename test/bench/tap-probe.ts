/**
 * Runs in the page before its own scripts and times taps, in milliseconds of performance.now(): from the finger's going
 * down (the event's own time stamp, so that waiting behind other work counts) until what the tap leads to has been painted:
 * it stands in the document and a frame with it has begun to be shown, that is, two callbacks of requestAnimationFrame.
 */
export interface TapProbe {
  /** Before a tap: a CSS selector of what it leads to. */
  arm(selector: string): void
  /** The armed tap's time; rejects when nothing was armed, or what was wanted did not come within 20 s. */
  painted(): Promise<number>
  /**
   * The duration of each touch of this document until its next frame, by Event Timing (W3C): in steps of 8 ms; what took less
   * than the 16 ms from which on the browser reports is counted as 16.
   */
  touches(): number[]
}

declare global {
  interface Window {
    benchTap: TapProbe
  }
}

export const TAP_PROBE = `(() => {
  let selector = null
  let downAtMs = null
  let resolve = () => undefined
  let result = Promise.reject(new Error('no tap was armed'))
  result.catch(() => undefined)
  addEventListener('pointerdown', (event) => {
    if (selector !== null && downAtMs === null) downAtMs = event.timeStamp
  }, { capture: true })
  const look = () => {
    if (selector === null || downAtMs === null || document.querySelector(selector) === null) return
    const fromMs = downAtMs
    const done = resolve
    selector = null
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - fromMs)))
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true })
  const slowest = new Map()
  const seen = (list) => {
    for (const { interactionId, duration } of list.getEntries()) {
      if (interactionId > 0) slowest.set(interactionId, Math.max(duration, slowest.get(interactionId) ?? 0))
    }
  }
  const observer = new PerformanceObserver(seen)
  observer.observe({ type: 'event', durationThreshold: 16, buffered: true })
  globalThis.benchTap = {
    touches() {
      seen({ getEntries: () => observer.takeRecords() })
      const reported = [...slowest.values()]
      return [...reported, ...Array(Math.max(0, performance.interactionCount - reported.length)).fill(16)]
    },
    arm(wanted) {
      if (document.querySelector(wanted) !== null) throw new Error(wanted + ' is there before the tap')
      selector = wanted
      downAtMs = null
      result = new Promise((each, reject) => {
        resolve = each
        setTimeout(() => reject(new Error(wanted + ' did not come after its tap')), 20_000)
      })
      result.catch(() => undefined)
    },
    painted: () => result,
  }
})()`
