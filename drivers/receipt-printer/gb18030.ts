import iconv from 'iconv-lite'

/**
 * Which characters a Chinese receipt printer can print as text. Its font covers one-byte ASCII and the two-byte part of
 * GB18030 (GBK); characters that take four bytes (rare names, Ext A/B) usually print as something else (devices.md 4.3).
 */

/** Two-byte codes that stand for private-use code points have no glyph anywhere; soft hyphens and the like have no width. */
const NEVER_PRINTABLE = /[\p{Co}\p{Cs}\p{Cf}\p{Cc}\p{Cn}]/u

/** What is known of each character of the basic plane: 0 nothing yet, 1 not printable, else its one or two bytes. */
const known = new Uint16Array(0x1_0000)
const NOT_PRINTABLE = 1
const FIRST_PRINTABLE = 0x20
const LAST_ASCII = 0x7e

/**
 * The one or two bytes of a character (one code point) as one number, or undefined if it must not be sent as text. Looked
 * up once per character: a receipt is encoded while somebody waits for it.
 */
export function textCode(codePoint: number): number | undefined {
  // Beyond the basic plane GB18030 takes four bytes.
  if (codePoint > 0xffff) return undefined
  let code = known[codePoint] ?? 0
  if (code === 0) {
    code = lookUp(String.fromCharCode(codePoint))
    known[codePoint] = code
  }
  return code === NOT_PRINTABLE ? undefined : code
}

function lookUp(character: string): number {
  if (NEVER_PRINTABLE.test(character)) return NOT_PRINTABLE
  const [first = 0, second, ...more] = iconv.encode(character, 'gb18030')
  if (second === undefined) return first >= FIRST_PRINTABLE && first <= LAST_ASCII ? first : NOT_PRINTABLE
  return more.length === 0 ? (first << 8) | second : NOT_PRINTABLE
}

/** Columns of 12 dots at normal size: 1 for ASCII, 2 for all else, drawn characters included. */
export function columnsOf(character: string): 1 | 2 {
  const code = character.charCodeAt(0)
  return character.length === 1 && code >= FIRST_PRINTABLE && code <= LAST_ASCII ? 1 : 2
}

export function textColumns(text: string): number {
  let columns = 0
  for (const character of text) columns += columnsOf(character)
  return columns
}
