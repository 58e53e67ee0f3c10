/** 王大力 → 王＊力, 王力 → 王＊, longer names keep first and last. */
export function maskName(name: string): string {
  const glyphs = [...name]
  const first = glyphs[0] ?? ''
  if (glyphs.length <= 2) return `${first}＊`
  return `${first}${'＊'.repeat(glyphs.length - 2)}${glyphs.at(-1) ?? ''}`
}
