/** A key press as Electron reports it. */
export interface KeyPress {
  readonly type: string
  readonly key: string
  readonly control: boolean
  readonly alt: boolean
  readonly meta: boolean
}

/** Keys that only a maintainer of a desktop has use for. Combinations first; single keys by name. */
const BLOCKED_KEYS: readonly { readonly key: string; readonly why: string }[] = [
  { key: 'F1', why: 'browser help' },
  { key: 'F3', why: 'search bar' },
  { key: 'F5', why: 'reload' },
  { key: 'F6', why: 'address bar' },
  { key: 'F7', why: 'caret browsing' },
  { key: 'F10', why: 'menu' },
  { key: 'F11', why: 'leaves full screen' },
  { key: 'F12', why: 'developer tools' },
  { key: 'ContextMenu', why: 'context menu' },
  { key: 'PrintScreen', why: 'a picture of personal data' },
]

/** Editing with the control key is what typing needs; everything else with a modifier leaves the page. */
const ALLOWED_WITH_CONTROL: readonly { readonly key: string; readonly why: string }[] = [
  { key: 'a', why: 'select all' },
  { key: 'z', why: 'undo' },
]

export function isBlocked(press: KeyPress): boolean {
  if (press.alt || press.meta) return true
  if (press.control)
    return !ALLOWED_WITH_CONTROL.some((line) => line.key === press.key.toLowerCase()) && press.key !== 'Control'
  return BLOCKED_KEYS.some((line) => line.key === press.key)
}
