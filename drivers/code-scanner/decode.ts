/**
 * The text of a code. Scanners hand on the bytes of the symbol; older Chinese makers of codes wrote GBK, so UTF-8 is tried
 * first and strictly, GB18030 (which holds GBK) only when that fails (reference/devices.md 3).
 */
export type DecodedText =
  | { readonly ok: true; readonly text: string; readonly encoding: 'utf-8' | 'gb18030' }
  | { readonly ok: false; readonly fault: 'not-text' }

const UTF_8 = new TextDecoder('utf-8', { fatal: true })
const GB18030 = new TextDecoder('gb18030', { fatal: true })

/**
 * What no text has. Tab, line ends, and the separators of GS1 and driving licences (EOT, FS, GS, RS, US) are text; GB18030
 * takes nearly any pair of bytes above 7F, so this is what tells noise from a name.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\x00-\x03\x05-\x08\x0B\x0C\x0E-\x1B\x7F-\x9F\uFFFD\uFFFE\uFFFF]/

export function decodeText(bytes: Uint8Array): DecodedText {
  const utf8 = strictly(UTF_8, bytes)
  if (utf8 !== undefined) return judged(utf8, 'utf-8')
  const chinese = strictly(GB18030, bytes)
  return chinese === undefined ? { ok: false, fault: 'not-text' } : judged(chinese, 'gb18030')
}

function judged(text: string, encoding: 'utf-8' | 'gb18030'): DecodedText {
  return text === '' || CONTROLS.test(text) ? { ok: false, fault: 'not-text' } : { ok: true, text, encoding }
}

function strictly(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
