import { type Arrow, nextInDirection } from './arrow-geometry.ts'

/**
 * Arrow keys and OK for those who do not touch the glass (look.md section 5): arrows go to what stands there, OK is the
 * browser's own Enter, the key for back presses 返回. On a new page the question has the focus, and from there the first
 * answer is next. Under a sheet nothing is reached but what a finger reaches.
 */

const CONTROLS = 'button, a[href], input, textarea, [role="button"], [role="tab"]'
/** Where the first answer is looked for, in this order. */
const ANSWERS = ['main .page-content', 'main .page-actions', 'main']
const BACK_KEYS = new Set(['Escape', 'GoBack', 'BrowserBack'])
const ARROWS: ReadonlySet<string> = new Set<Arrow>(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'])
const isArrow = (key: string): key is Arrow => ARROWS.has(key)

export function moveFocusByArrows(): void {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return
    if (BACK_KEYS.has(event.key)) {
      const back = document.querySelector<HTMLButtonElement>('.footer [data-testid="back"]')
      if (back === null || !isWithinReach(back)) return
      event.preventDefault()
      back.click()
      return
    }
    if (!isArrow(event.key) || movesCaret(event.key, document.activeElement)) return
    const next = nextFrom(document.activeElement, event.key)
    if (next === undefined) return
    event.preventDefault()
    next.focus({ preventScroll: true })
  })
}

function nextFrom(from: Element | null, arrow: Arrow): HTMLElement | undefined {
  const within = [...document.querySelectorAll<HTMLElement>(CONTROLS)].filter(isWithinReach)
  const isControl = from instanceof HTMLElement && within.includes(from)
  const isForward = arrow === 'ArrowDown' || arrow === 'ArrowRight'
  if (!isControl && isForward) return firstAnswer(within)
  const others = within.filter((each) => each !== from)
  const start = isControl || (from !== null && from !== document.body) ? from : firstAnswer(within)
  if (start === undefined) return undefined
  const place = nextInDirection(
    arrow,
    start.getBoundingClientRect(),
    others.map((each) => each.getBoundingClientRect()),
  )
  return place === null ? undefined : others[place]
}

function firstAnswer(within: readonly HTMLElement[]): HTMLElement | undefined {
  const sheet = [...document.querySelectorAll('[role="dialog"]')].at(-1)
  if (sheet !== undefined) return within.find((each) => sheet.contains(each))
  const found = ANSWERS.map((selector) => within.find((each) => each.closest(selector) !== null))
  return found.find((each) => each !== undefined) ?? within[0]
}

/** What a finger would hit in its middle; the shield against double strikes is not meant for keys. */
function isWithinReach(element: HTMLElement): boolean {
  if (element.matches(':disabled')) return false
  const { left, top, width, height } = element.getBoundingClientRect()
  if (width === 0 || height === 0) return false
  const hit = document
    .elementsFromPoint(left + width / 2, top + height / 2)
    .find((each) => !each.classList.contains('strike-shield'))
  return hit !== undefined && element.contains(hit)
}

/** In a field with words the arrows are the caret's until it stands at the end that they point to. */
function movesCaret(arrow: Arrow, field: Element | null): boolean {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return false
  const isAlong = arrow === 'ArrowLeft' || arrow === 'ArrowRight'
  if (field instanceof HTMLInputElement && !isAlong) return false
  const { selectionStart, selectionEnd, value } = field
  if (selectionStart === null) return false
  const isBackward = arrow === 'ArrowLeft' || arrow === 'ArrowUp'
  return isBackward ? selectionStart !== 0 || selectionEnd !== 0 : selectionEnd !== value.length
}
