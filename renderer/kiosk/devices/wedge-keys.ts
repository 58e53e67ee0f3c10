import {
  MAX_GAP_MS,
  NOTHING_HELD,
  onWedgeKey,
  onWedgeStill,
  type WedgeKey,
  type WedgeState,
  type WedgeStep,
} from './keyboard-wedge.ts'

/** The keys of the page, seen before anything else sees them: a wedge scanner's codes out, a person's keys typed. */

/** When the page was held up, its timers are late and keys may wait behind them: one more turn to hear those. */
const LAST_LOOK_MS = 5

/** What is used of a KeyboardEvent. */
export interface KeyEvent extends Event {
  readonly key: string
  readonly code: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
  readonly repeat: boolean
  readonly isComposing: boolean
}

interface HeldKey extends WedgeKey {
  readonly event: KeyEvent
}

export interface WedgeKeysOptions {
  /** The window. */
  readonly target: EventTarget
  readonly onCode: (code: string) => void
  /** So many keys of a burst were thrown away, because its beginning or end is missing. */
  readonly onDropped?: (keys: number) => void
  /** Does what a key that was held back would have done. Must mark its event with `passOn`. */
  readonly retype?: (event: KeyEvent, passOn: (event: Event) => void) => void
  /** Calls back after so many milliseconds; returns the way to call it off. */
  readonly after?: (delayMs: number, run: () => void) => () => void
}

/** Listens until the returned function is called; what is held by then is typed. */
export function listenForWedgeCodes(options: WedgeKeysOptions): () => void {
  const { target, onCode } = options
  const retype = options.retype ?? retypeInPage
  const after = options.after ?? afterInPage
  const passedOn = new WeakSet<Event>()
  let state: WedgeState<HeldKey> = NOTHING_HELD
  let cancel: () => void = () => undefined

  function take(step: WedgeStep<HeldKey>): void {
    state = step.state
    for (const { event } of step.type) retype(event, (copy) => void passedOn.add(copy))
    if (step.dropped !== undefined) options.onDropped?.(step.dropped)
    if (step.code !== undefined) onCode(step.code)
    cancel()
    if (state.held.length > 0) cancel = after(MAX_GAP_MS, () => (cancel = after(LAST_LOOK_MS, still)))
  }

  function still(): void {
    take(onWedgeStill(state))
  }

  function onKeyDown(event: Event): void {
    if (passedOn.has(event) || !isKeyEvent(event)) return
    const step = onWedgeKey<HeldKey>(state, { kind: kindOf(event), key: event.key, atMs: event.timeStamp, event })
    if (step.swallow) {
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    take(step)
  }

  target.addEventListener('keydown', onKeyDown, { capture: true })
  return () => {
    target.removeEventListener('keydown', onKeyDown, { capture: true })
    still()
    cancel()
  }
}

function isKeyEvent(event: Event): event is KeyEvent {
  return 'key' in event && typeof event.key === 'string'
}

function kindOf(event: KeyEvent): WedgeKey['kind'] {
  // A key that is held down repeats itself every 30 ms; that is a finger.
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return 'other'
  if (event.key === 'Enter') return 'enter'
  if (event.key === 'Shift') return 'shift'
  return [...event.key].length === 1 ? 'character' : 'other'
}

function afterInPage(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}

/** Buttons that the space bar presses. */
const PRESSED_BY_SPACE =
  'button, summary, [role="button"], input[type="button"], input[type="checkbox"], input[type="radio"]'
const TAKES_TEXT =
  'textarea, input:not([type="button"], [type="checkbox"], [type="radio"], [type="range"]), [contenteditable]'

/** The event once more for the page's own listeners, and then what the browser would have done with it. */
function retypeInPage(event: KeyEvent, passOn: (event: Event) => void): void {
  const { key, code, shiftKey } = event
  const place = event.target instanceof Element && event.target.isConnected ? event.target : document.body
  const copy = new KeyboardEvent('keydown', { key, code, shiftKey, bubbles: true, cancelable: true, composed: true })
  passOn(copy)
  if (!place.dispatchEvent(copy)) return
  if (place.matches(TAKES_TEXT)) {
    // Old-fashioned, and the one way that keeps caret, undo and the page's own input events in order.
    document.execCommand('insertText', false, key)
  } else if (key === ' ' && place instanceof HTMLElement && place.matches(PRESSED_BY_SPACE)) place.click()
}
