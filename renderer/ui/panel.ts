/**
 * Sizes of type in millimetres (look.md section 2.1), as whole pixels of this panel: rounded up, so that nothing falls
 * below its floor.
 */
export const TYPE_MM = {
  floor: 7,
  body: 7,
  control: 8.5,
  heading: 10,
  question: 14,
  code: 22,
  greeting: 30,
  'greeting-2': 19,
} as const

/** Panel of 21.5 inches, 1080 × 1920: what tokens.css is written for until main says what the panel really is. */
export const DEFAULT_PX_PER_MM = 4.03

/** Whole pixels that differ by less than this from the exact size are that size (28.21 is 28, not 29). */
const ROUNDING_SLACK_PX = 0.5

/** Custom properties of the panel: `--mm` and one `--type-*` a size. */
export function panelTokens(pxPerMm: number): Readonly<Record<string, string>> {
  const tokens: Record<string, string> = { '--mm': `${pxPerMm}px` }
  for (const [name, sizeMm] of Object.entries(TYPE_MM)) {
    tokens[`--type-${name}`] = `${Math.ceil(sizeMm * pxPerMm - ROUNDING_SLACK_PX)}px`
  }
  return tokens
}

export function applyPanel(pxPerMm: number): void {
  for (const [name, value] of Object.entries(panelTokens(pxPerMm))) {
    document.documentElement.style.setProperty(name, value)
  }
}
