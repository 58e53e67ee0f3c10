import { beforeAll, expect, test } from 'vitest'
import { dotAt, type Rasterise } from './bitmap.ts'
import { encodeDocument } from './encode.ts'
import { loadGlyphs } from './glyphs.ts'

let rasterise: Rasterise
beforeAll(async () => {
  const loaded = await loadGlyphs()
  if (!loaded.ok) throw new Error(`${loaded.fault}: ${loaded.detail}`)
  rasterise = loaded.rasterise
})

const ink = (character: string, height = 24) => {
  const bitmap = rasterise(character, height)
  if (bitmap === undefined) return undefined
  let count = 0
  for (let y = 0; y < height; y++) for (let x = 0; x < height; x++) if (dotAt(bitmap, x, y)) count++
  return count
}

test('rare characters of names are drawn, each in its own shape', () => {
  // Extension A, extension B, and one that GB 18030-2022 moved: none is in a printer's two-byte font.
  for (const character of ['㛃', '𠮷', '䶮']) {
    expect(ink(character)).toBeGreaterThan(60)
    expect(rasterise(character, 24)?.rows).not.toEqual(rasterise('㙓', 24)?.rows)
  }
})

test('一 is one stroke across the middle', () => {
  const bitmap = rasterise('一', 24)
  if (bitmap === undefined) throw new Error('not drawn')
  const inked = Array.from({ length: 24 }, (_, y) => dotAt(bitmap, 12, y))
  const rows = inked.flatMap((isInk, y) => (isInk ? [y] : []))
  expect(rows.length).toBeGreaterThanOrEqual(1)
  expect(rows.length).toBeLessThanOrEqual(4)
  expect(rows.every((y) => y > 6 && y < 18)).toBe(true)
})

test('what the fonts lack is said, and not printed as an empty box', () => {
  expect(rasterise('\u{10fffe}', 24)).toBeUndefined()
  expect(encodeDocument({ blocks: [{ type: 'text', text: '周㛃' }] }, rasterise)).toMatchObject({ ok: true })
  expect(encodeDocument({ blocks: [{ type: 'text', text: '周\u{323af}' }] }, rasterise)).toEqual({
    ok: false,
    unprintable: ['\u{323af}'],
  })
})

test('a folder without fonts is a value', async () => {
  expect(await loadGlyphs([new URL('./no-such-folder/', import.meta.url)])).toMatchObject({
    ok: false,
    fault: 'no-fonts',
  })
})
