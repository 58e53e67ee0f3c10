import type { Language } from './strings/texts.ts'

/**
 * How the citizen wants to see the screen, for this visit only (look.md sections 2 and 4). Elder mode is a flow of its
 * own; size, contrast and height go with either.
 */
export interface Look {
  /** Of all words that have one; the rest stays Chinese. */
  readonly language: Language
  readonly mode: 'standard' | 'elder'
  /** Steps of the type in elder mode. */
  readonly step: 1 | 1.15 | 1.3
  readonly contrast: 'usual' | 'dark' | 'light'
  /** All that can be touched lies in the lowest 190 mm (look.md section 4.3). */
  readonly lowered: boolean
}

export const USUAL_LOOK: Look = { language: 'zh', mode: 'standard', step: 1, contrast: 'usual', lowered: false }
export const TYPE_STEPS: readonly Look['step'][] = [1, 1.15, 1.3]

/** A larger or smaller type is elder mode's; the standard one knows one size. */
export function changedLook(look: Look, change: Partial<Look>): Look {
  const next = { ...look, ...change }
  return next.mode === 'elder' ? next : { ...next, step: 1 }
}
