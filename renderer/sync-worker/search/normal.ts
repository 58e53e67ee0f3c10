/** Longest query that is searched, in glyphs; a name's full pinyin and an item code fit. */
export const MAX_QUERY_GLYPHS = 64

/** Han characters, letters and digits; width, case, spaces and punctuation do not count. */
export function glyphsOf(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(GLYPH) ?? []
}

const GLYPH = /[\p{Script=Han}\p{Letter}\p{Number}]/gu
/** What no key writes: a query with it is rubbish that was scanned or pasted. Line ends and tabs may end a scan. */
const RUBBISH = /[^\P{C}\t\r\n\u200b-\u200d\ufeff]/u

/** The glyphs of a query; none when there is nothing in it to look for. */
export function queryGlyphs(query: string): string[] {
  // Twice, for halves of surrogates and what is not shown, before any pattern runs over a long paste.
  if (query.length > 2 * MAX_QUERY_GLYPHS || RUBBISH.test(query)) return []
  const glyphs = glyphsOf(query)
  return glyphs.length > MAX_QUERY_GLYPHS ? [] : glyphs
}

export const isLetter = (glyph: string): boolean => /^[a-z]$/.test(glyph)
