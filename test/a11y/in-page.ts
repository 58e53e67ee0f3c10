/** Runs inside the page, so it may use nothing from outside of itself. Sizes in millimetres by the page's own `--mm`. */

export type Mode = 'standard' | 'elder'

export interface Limits {
  readonly floorMm: number
  readonly bodyMm: number
  readonly targetMm: number
  readonly gapMm: number
}

export interface Found {
  readonly rule: 'type' | 'target' | 'gap' | 'cut-off' | 'scroll' | 'elder-choices' | 'keys' | 'untranslated'
  readonly where: string
  readonly detail: string
}

export interface Violation {
  readonly page: string
  readonly rule: string
  readonly where: string
  readonly detail: string
}

/**
 * What a person of the mode would stumble over: type below its floor, targets too small or too near to each other, text
 * that is cut off or lies beyond the glass, anything that would have to be scrolled, and in elder mode more than four
 * answers. `data-a11y-exempt` on an element names the reason why a rule does not hold for it.
 */
export function findFaults({ floorMm, bodyMm, targetMm, gapMm, mode }: Limits & { mode: Mode }): Found[] {
  const found: Found[] = []
  const mm = Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--mm'))
  const nameOf = (element: Element): string => {
    const named = element.closest('[data-testid]')
    const text = (element.textContent ?? '').trim().slice(0, 12)
    return `${named?.getAttribute('data-testid') ?? '?'} ${element.tagName.toLowerCase()}.${element.className} "${text}"`
  }
  const tell = (rule: Found['rule'], element: Element, detail: string) =>
    found.push({ rule, where: nameOf(element), detail })
  const isShown = (element: Element): boolean => {
    const { width, height } = element.getBoundingClientRect()
    if (width === 0 || height === 0) return false
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  }
  const round = (value: number) => Math.round(value * 10) / 10
  // Half a pixel is what rounding to whole pixels may cost.
  const slackMm = 0.5 / mm

  const veil = document.querySelector('.veil')
  /** What lies under a sheet is not read now. */
  const isCovered = (element: Element) => veil !== null && !veil.contains(element) && element.closest('main') !== null

  const HEAD = '.header, .status, .footer'
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement
    if (element === null || (node.textContent ?? '').trim() === '') continue
    if (element.closest('svg, script, style') !== null || !isShown(element) || isCovered(element)) continue
    const sizeMm = Number.parseFloat(getComputedStyle(element).fontSize) / mm
    const floor = element.closest(HEAD) === null ? bodyMm : floorMm
    if (sizeMm < floor - slackMm) tell('type', element, `${round(sizeMm)} mm, at least ${floor}`)
    const range = document.createRange()
    range.selectNodeContents(node)
    for (const box of range.getClientRects()) {
      let clip = { left: 0, top: 0, right: innerWidth, bottom: innerHeight }
      for (let above: Element | null = element; above !== null; above = above.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(above)
        const edge = above.getBoundingClientRect()
        if (overflowX !== 'visible')
          clip = { ...clip, left: Math.max(clip.left, edge.left), right: Math.min(clip.right, edge.right) }
        if (overflowY !== 'visible')
          clip = { ...clip, top: Math.max(clip.top, edge.top), bottom: Math.min(clip.bottom, edge.bottom) }
      }
      // A line's box is higher than its glyphs: a quarter of it may lie beyond an edge.
      const reach = box.height / 4
      const isOut =
        box.left < clip.left - 1 ||
        box.right > clip.right + 1 ||
        box.top < clip.top - reach ||
        box.bottom > clip.bottom + reach
      if (isOut) {
        tell(
          'cut-off',
          element,
          `text ends at ${Math.round(box.right)},${Math.round(box.bottom)}, seen to ${Math.round(clip.right)},${Math.round(clip.bottom)}`,
        )
        break
      }
    }
  }

  const TARGETS = 'button, a[href], input, [role="button"], [role="tab"]'
  const targets = [...document.querySelectorAll(TARGETS)].filter((each) => isShown(each) && !isCovered(each))
  for (const target of targets) {
    const { width, height } = target.getBoundingClientRect()
    if (Math.min(width, height) / mm < targetMm - slackMm) {
      tell('target', target, `${round(width / mm)} x ${round(height / mm)} mm, at least ${targetMm}`)
    }
  }
  for (const [place, one] of targets.entries()) {
    for (const other of targets.slice(place + 1)) {
      if (one.contains(other) || other.contains(one)) continue
      const a = one.getBoundingClientRect()
      const b = other.getBoundingClientRect()
      const apartX = Math.max(a.left, b.left) - Math.min(a.right, b.right)
      const apartY = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom)
      const apart = Math.max(apartX, apartY) / mm
      if (apart < gapMm - slackMm) tell('gap', one, `${round(apart)} mm to ${nameOf(other)}, at least ${gapMm}`)
    }
  }

  for (const element of document.querySelectorAll('body, body *')) {
    if (!isShown(element) || isCovered(element)) continue
    const { overflowY, overflowX } = getComputedStyle(element)
    const scrolls = /auto|scroll/
    if (scrolls.test(overflowY) && element.scrollHeight > element.clientHeight + 1)
      tell('scroll', element, 'up and down')
    if (scrolls.test(overflowX) && element.scrollWidth > element.clientWidth + 1) tell('scroll', element, 'sideways')
  }
  if (mode === 'elder') {
    for (const list of document.querySelectorAll('.choices, .elder-choices')) {
      const answers = [...list.querySelectorAll('.choice')].filter(isShown).length
      if (answers > 4) tell('elder-choices', list, `${answers} answers, four at most`)
    }
  }
  return found
}

/**
 * What arrow keys do not reach from where the focus is, of all that a finger reaches. Every arrow is pressed from everywhere;
 * like any other key it says that somebody is there, so nothing else is looked at after it.
 */
export function findUnreached(): Found[] {
  const isShown = (element: Element) => {
    const { width, height } = element.getBoundingClientRect()
    return width > 0 && height > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  }
  const veil = document.querySelector('.veil')
  const isCovered = (element: Element) => veil !== null && !veil.contains(element) && element.closest('main') !== null
  const targets = [
    ...document.querySelectorAll('button, a[href], input, textarea, [role="button"], [role="tab"]'),
  ].filter((each) => isShown(each) && !isCovered(each) && !each.matches(':disabled'))

  // Nothing of the page hears of the focus meanwhile: a field would open its keyboard.
  const deaf = (event: Event) => event.stopImmediatePropagation()
  const FOCUS_EVENTS = ['focus', 'blur', 'focusin', 'focusout'] as const
  for (const name of FOCUS_EVENTS) window.addEventListener(name, deaf, { capture: true })
  const began = document.activeElement
  const reached = new Set<Element>()
  const waiting: Element[] = [began ?? document.body]
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
    for (const key of ['ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight']) {
      if (from instanceof HTMLElement) from.focus({ preventScroll: true })
      // Between two presses the caret may have gone to the end that the arrow points to.
      if (from instanceof HTMLInputElement || from instanceof HTMLTextAreaElement) {
        const end = key === 'ArrowDown' || key === 'ArrowRight' ? from.value.length : 0
        from.setSelectionRange(end, end)
      }
      from.dispatchEvent(new KeyboardEvent('keydown', { key, code: key, bubbles: true, cancelable: true }))
      const to = document.activeElement
      if (to === null || to === from || to === document.body || reached.has(to)) continue
      reached.add(to)
      waiting.push(to)
    }
  }
  if (began instanceof HTMLElement) began.focus({ preventScroll: true })
  for (const name of FOCUS_EVENTS) window.removeEventListener(name, deaf, { capture: true })
  delete document.documentElement.dataset.keys
  return targets
    .filter((target) => !reached.has(target))
    .map((target) => ({
      rule: 'keys',
      where: `${target.getAttribute('data-testid') ?? target.className} "${(target.textContent ?? '').trim().slice(0, 12)}"`,
      detail: 'no arrow leads there',
    }))
}
