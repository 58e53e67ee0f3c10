import type { Symbology } from './states.ts'

/**
 * AIM identifiers (ISO/IEC 15424): `]`, a letter for the kind of code, a character that modifies it. reference/devices.md
 * confirms ]Q1, ]C0 and ]d2; the other letters are the standard's, from general knowledge.
 */
const SYMBOLOGY_OF_LETTER: Readonly<Record<string, Symbology>> = {
  A: 'code-39',
  B: 'telepen',
  C: 'code-128',
  d: 'data-matrix',
  E: 'ean-upc',
  e: 'gs1-databar',
  F: 'codabar',
  G: 'code-93',
  H: 'code-11',
  h: 'han-xin',
  I: 'interleaved-2-of-5',
  L: 'pdf417',
  M: 'msi',
  Q: 'qr',
  R: 'straight-2-of-5',
  S: 'straight-2-of-5',
  T: 'code-49',
  U: 'maxicode',
  X: 'other',
  Z: 'other',
  z: 'aztec',
}

export const AIM_BYTES = 3
const AIM_FLAG = ']'.charCodeAt(0)

export interface AimIdentifier {
  readonly aim: string
  readonly symbology: Symbology
}

/** The identifier that stands at `at`; undefined when none does. */
export function aimAt(bytes: Uint8Array, at: number): AimIdentifier | undefined {
  if (bytes[at] !== AIM_FLAG || at + AIM_BYTES > bytes.length) return undefined
  const letter = String.fromCharCode(bytes[at + 1] ?? 0)
  const modifier = String.fromCharCode(bytes[at + 2] ?? 0)
  if (!Object.hasOwn(SYMBOLOGY_OF_LETTER, letter) || !/[0-9A-Za-z]/.test(modifier)) return undefined
  return { aim: `]${letter}${modifier}`, symbology: SYMBOLOGY_OF_LETTER[letter] ?? 'other' }
}
