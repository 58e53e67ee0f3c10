import iconv from 'iconv-lite'

/**
 * Which characters a Chinese receipt printer can print as text. Its font covers one-byte ASCII and the two-byte part of
 * GB18030 (GBK); characters that take four bytes (rare names, Ext A/B) usually print as something else (devices.md 4.3).
 */

/** Two-byte codes that stand for private-use code points have no glyph anywhere; soft hyphens and the like have no width. */
const NEVER_PRINTABLE = /[\p{Co}\p{Cs}\p{Cf}\p{Cc}\p{Cn}]/u

/** The one or two bytes of a character (one code point), or undefined if it must not be sent as text. */
export function textBytes(character: string): Uint8Array | undefined {
  if (NEVER_PRINTABLE.test(character)) return undefined
  const bytes = iconv.encode(character, 'gb18030')
  if (bytes.length === 1 && bytes[0] !== undefined && bytes[0] >= 0x20 && bytes[0] < 0x7f) return bytes
  return bytes.length === 2 ? bytes : undefined
}

/** Columns of 12 dots at normal size: 1 for ASCII, 2 for all else, drawn characters included. */
export function columnsOf(character: string): 1 | 2 {
  return /^[\x20-\x7e]$/.test(character) ? 1 : 2
}

export function textColumns(text: string): number {
  let columns = 0
  for (const character of text) columns += columnsOf(character)
  return columns
}
