import { readdir, readFile } from 'node:fs/promises'
import { type Bitmap, emptyBitmap, type Rasterise, setDot } from './bitmap.ts'

/**
 * Draws the characters that no receipt printer's own font has (rare names: GB18030 beyond its two-byte part) from the
 * Noto fonts that we ship. Canvas and fonts are loaded when the first such character comes: most machines never need them.
 */

/** Beside the built device host; else where npm put them. */
const FONT_DIRS = [
  new URL('../fonts/', import.meta.url),
  new URL('../../node_modules/@fontsource-variable/noto-sans-sc/files/', import.meta.url),
]
const FAMILY = 'Receipt Sans SC'
/** Strokes of one dot stay whole on 203 dpi when everything that is more grey than white is black. */
const BLACK_BELOW = 150
/** Where Noto's CJK glyphs stand in their square. */
const BASELINE = 0.88
/** Never assigned: what a font shows for a character that it does not have. */
const NEVER_A_CHARACTER = '\u{10ffff}'
/** Of each glyph's four bytes only the first is looked at: what is drawn is grey. */
const CHANNELS = 4

export type GlyphsResult =
  | { readonly ok: true; readonly rasterise: Rasterise }
  /** `detail` for the log. */
  | { readonly ok: false; readonly fault: 'no-canvas' | 'no-fonts'; readonly detail: string }

/** @param fontDirs the first of these folders that exists is used; all its font files together are one family. */
export async function loadGlyphs(fontDirs: readonly URL[] = FONT_DIRS): Promise<GlyphsResult> {
  const imported = await import('@napi-rs/canvas').catch((error: unknown) => String(error))
  if (typeof imported === 'string') return { ok: false, fault: 'no-canvas', detail: imported }
  const canvas = imported
  let fonts = 0
  for (const dir of fontDirs) {
    for (const name of await filesIn(dir)) {
      // Read here and not there: in a packed application only Node's own functions find the files.
      if (canvas.GlobalFonts.register(await readFile(new URL(name, dir)), FAMILY) !== null) fonts++
    }
    if (fonts > 0) break
  }
  if (fonts === 0) return { ok: false, fault: 'no-fonts', detail: fontDirs.map(String).join(' ') }

  function draw(character: string, heightDots: number): Bitmap {
    const surface = canvas.createCanvas(heightDots, heightDots)
    const pen = surface.getContext('2d')
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, heightDots, heightDots)
    pen.fillStyle = '#000'
    pen.font = `${heightDots}px "${FAMILY}"`
    pen.fillText(character, 0, Math.round(heightDots * BASELINE))
    const { data } = pen.getImageData(0, 0, heightDots, heightDots)
    const bitmap = emptyBitmap(heightDots, heightDots)
    for (let y = 0; y < heightDots; y++) {
      for (let x = 0; x < heightDots; x++) {
        if ((data[(y * heightDots + x) * CHANNELS] ?? 0) < BLACK_BELOW) setDot(bitmap, x, y)
      }
    }
    return bitmap
  }

  const missing = new Map<number, string>()
  function missingAt(heightDots: number): string {
    const known = missing.get(heightDots) ?? dots(draw(NEVER_A_CHARACTER, heightDots))
    missing.set(heightDots, known)
    return known
  }
  return {
    ok: true,
    rasterise(character, heightDots) {
      const bitmap = draw(character, heightDots)
      const drawn = dots(bitmap)
      return drawn === missingAt(heightDots) || !drawn.includes('1') ? undefined : bitmap
    },
  }
}

function dots({ rows }: Bitmap): string {
  return Array.from(rows, (byte) => byte.toString(2).padStart(8, '0')).join('')
}

async function filesIn(dir: URL): Promise<readonly string[]> {
  try {
    return (await readdir(dir)).filter((name) => /wght-normal\.woff2$/.test(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
