/**
 * Runs in the page before its own scripts and writes down, in milliseconds of performance.now() (0 = navigation start),
 * when the page could be used: what it waits for stands in the document, and two callbacks of requestAnimationFrame
 * later, since the first of them runs before the frame that shows it. The same for the kiosk page and the empty one.
 */
export const IDLE_START = '[data-testid="start"]'

export interface Probe {
  /** The awaited element stands in the document; for the empty page: the document was parsed. */
  readyMs?: number
  interactiveMs?: number
}

/** `selector`: what makes the page usable; null for the empty page, which is so once it is parsed. */
export function probeScript(selector: string | null): string {
  return `(() => {
  const selector = ${JSON.stringify(selector)}
  const probe = {}
  globalThis.benchProbe = probe
  const isReady = () => {
    if (selector === null) return document.readyState !== 'loading'
    const found = document.querySelector(selector)
    return found !== null && !found.disabled
  }
  const ready = () => {
    if (probe.readyMs !== undefined || !isReady()) return
    observer.disconnect()
    probe.readyMs = performance.now()
    requestAnimationFrame(() => requestAnimationFrame(() => { probe.interactiveMs = performance.now() }))
  }
  const observer = new MutationObserver(ready)
  observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] })
  document.addEventListener('readystatechange', ready)
})()`
}
