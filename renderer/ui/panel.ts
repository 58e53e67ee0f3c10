import { type Look, USUAL_LOOK } from './look.ts'
import { directionOf, LANGUAGE_TAG } from './strings/language.ts'
import type { Language } from './strings/texts.ts'

/**
 * Sizes of type in millimetres (look.md section 2.1), as whole pixels of this panel: rounded up, so that nothing falls
 * below its floor.
 */
export const TYPE_MM = {
  standard: { floor: 7, body: 7, control: 8.5, heading: 10, question: 14, code: 22, greeting: 30, 'greeting-2': 19 },
  elder: { floor: 8.2, body: 10.2, control: 12, heading: 14, question: 18, code: 28, greeting: 30, 'greeting-2': 19 },
} as const
/** These do not grow with elder mode's steps: the idle page's greeting, and header and status line. */
const FIXED: ReadonlySet<string> = new Set(['floor', 'greeting', 'greeting-2'])

/** Panel of 21.5 inches, 1080 × 1920: what tokens.css is written for until main says what the panel really is. */
export const DEFAULT_PX_PER_MM = 4.03

/** Whole pixels that differ by less than this from the exact size are that size (28.21 is 28, not 29). */
const ROUNDING_SLACK_PX = 0.5

/** Joined and stacked letters are larger (look.md section 3); the greeting is large as it is. */
const SCRIPT_SCALE: Readonly<Record<Language, number>> = { zh: 1, en: 1, ug: 1.1, bo: 1.15 }

/** Custom properties of the panel: `--mm` and one `--type-*` a size. */
export function panelTokens(
  pxPerMm: number,
  { mode, step, language }: Look = USUAL_LOOK,
): Readonly<Record<string, string>> {
  const tokens: Record<string, string> = { '--mm': `${pxPerMm}px` }
  for (const [name, sizeMm] of Object.entries(TYPE_MM[mode])) {
    const script = name.startsWith('greeting') ? 1 : SCRIPT_SCALE[language]
    const mm = FIXED.has(name) ? sizeMm * script : sizeMm * script * step
    tokens[`--type-${name}`] = `${Math.ceil(mm * pxPerMm - ROUNDING_SLACK_PX)}px`
  }
  return tokens
}

/** Sizes as properties, the rest of the look as attributes that the style sheets ask for. */
export function applyPanel(pxPerMm: number, look: Look = USUAL_LOOK): void {
  const { documentElement } = document
  for (const [name, value] of Object.entries(panelTokens(pxPerMm, look))) documentElement.style.setProperty(name, value)
  documentElement.lang = LANGUAGE_TAG[look.language]
  documentElement.dir = directionOf(look.language)
  documentElement.dataset.mode = look.mode
  documentElement.dataset.step = String(look.step)
  documentElement.dataset.contrast = look.contrast
  documentElement.dataset.lowered = String(look.lowered)
}
