import type { Bitmap, Rasterise } from './bitmap.ts'
import { bytesPerRow, dotAt, emptyBitmap, setDot } from './bitmap.ts'
import * as command from './commands.ts'
import type { Align, ReceiptBlock, ReceiptDocument, TextSize } from './document.ts'
import { columnsOf, textCode, textColumns } from './gb18030.ts'
import { layOutRow, wrapText } from './text-layout.ts'

/** Document to ESC/POS bytes. */

export const DOTS_PER_MM = 8
export const PAPER_DOTS = 576
const COLUMNS = 48
/** Labels of up to five Chinese characters, then a gap of one. */
const VALUE_COLUMN = 12
/** QR codes are to be 32 mm wide (look.md 4.6). */
const QR_DOTS = 32 * DOTS_PER_MM
/** White that a QR code needs around it (ISO/IEC 18004). */
const QUIET_ZONE_MODULES = 4
/** Space between lines of print. 10 dots = 1.25 mm under a 3 mm line. */
const LEADING_DOTS = 10
const CELL_DOTS = 24
/** Feed beyond the knife, so that the last line is not cut into. 3 mm. */
const CUT_MARGIN_DOTS = 24

interface Scale {
  readonly wide: number
  readonly high: number
}
const SCALES: Record<TextSize, Scale> = {
  normal: { wide: 1, high: 1 },
  tall: { wide: 1, high: 2 },
  double: { wide: 2, high: 2 },
}
/** 12 mm cells, digits about 9 mm high: the built-in font has no step nearer to 10 mm without falling short of it. */
const CODE_SCALE: Scale = { wide: 4, high: 4 }
const ALIGNS: Record<Align, 0 | 1 | 2> = { left: 0, centre: 1, right: 2 }

/** Bytes of data a QR code of version 1, 2, 3, ... holds at level M, byte mode (ISO/IEC 18004 table 7). */
const QR_CAPACITY_M = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412]

/** Dots per module so that the symbol comes nearest to 32 mm. A printer that packs digits tighter prints it a little smaller. */
export function qrModuleDots(byteLength: number): number {
  const index = QR_CAPACITY_M.findIndex((capacity) => capacity >= byteLength)
  if (index < 0) throw new RangeError(`a QR code of ${byteLength} bytes is beyond what a receipt carries`)
  const modules = 21 + 4 * index
  return Math.max(3, Math.min(16, Math.round(QR_DOTS / modules)))
}

/**
 * `chunks`: whole commands each, in order, so that a real-time request may be written between any two of them.
 * `unprintable`: characters that neither the printer's font nor the rasteriser has, each once; nothing may be printed then.
 */
export type EncodeResult =
  | { readonly ok: true; readonly chunks: readonly Uint8Array[] }
  | { readonly ok: false; readonly unprintable: readonly string[] }

export function encodeDocument(document: ReceiptDocument, rasterise?: Rasterise): EncodeResult {
  const unprintable = new Set<string>()
  const lineOf = (text: string, style: Style): Uint8Array => encodeLine(text, style, rasterise, unprintable)
  const chunks: Uint8Array[] = [join([command.INITIALISE, command.CHINESE_ON])]
  for (const block of document.blocks) chunks.push(...encodeBlock(block, lineOf))
  if (document.blocks.at(-1)?.type !== 'cut') chunks.push(command.cutPartial(CUT_MARGIN_DOTS))
  return unprintable.size > 0 ? { ok: false, unprintable: [...unprintable] } : { ok: true, chunks }
}

interface Style {
  readonly scale: Scale
  readonly bold: boolean
  readonly align: Align
}

function encodeBlock(block: ReceiptBlock, lineOf: (text: string, style: Style) => Uint8Array): Uint8Array[] {
  const lines = (texts: readonly string[], style: Style): Uint8Array[] => [
    styleBytes(style),
    ...texts.map((text) => lineOf(text, style)),
  ]
  switch (block.type) {
    case 'title': {
      const style: Style = { scale: SCALES.double, bold: true, align: 'centre' }
      return lines(wrapText(block.text, COLUMNS / style.scale.wide), style)
    }
    case 'text': {
      const scale = SCALES[block.size ?? 'normal']
      const style: Style = { scale, bold: block.bold ?? false, align: block.align ?? 'left' }
      return lines(wrapText(block.text, COLUMNS / scale.wide), style)
    }
    case 'row': {
      const scale = SCALES[block.size ?? 'normal']
      const style: Style = { scale, bold: false, align: 'left' }
      return lines(layOutRow(block.label, block.value, COLUMNS / scale.wide, VALUE_COLUMN), style)
    }
    case 'code':
      return lines([`${block.code.slice(0, 4)}-${block.code.slice(-4)}`], {
        scale: CODE_SCALE,
        bold: true,
        align: 'centre',
      })
    case 'qr': {
      const data = new TextEncoder().encode(block.data)
      const moduleDots = qrModuleDots(data.length)
      const quietZone = command.feedDots(QUIET_ZONE_MODULES * moduleDots)
      return [
        styleBytes({ scale: SCALES.normal, bold: false, align: 'centre' }),
        join([quietZone, command.qrCode(data, moduleDots), quietZone]),
      ]
    }
    case 'rule':
      return lines(['─'.repeat(COLUMNS / 2)], { scale: SCALES.normal, bold: false, align: 'left' })
    case 'feed':
      return [command.feedDots(Math.round(block.heightMm * DOTS_PER_MM))]
    case 'cut':
      return [command.cutPartial(CUT_MARGIN_DOTS)]
  }
}

function styleBytes({ scale, bold, align }: Style): Uint8Array {
  return join([
    command.align(ALIGNS[align]),
    command.bold(bold),
    command.size(scale.wide, scale.high),
    command.chineseSize(scale.wide, scale.high),
    // FS ! knows only doubles: where it cannot say the size, GS ! must have the last word.
    scale.wide > 2 ? command.size(scale.wide, scale.high) : new Uint8Array(0),
    command.lineSpacing(CELL_DOTS * scale.high + LEADING_DOTS),
  ])
}

function encodeLine(
  text: string,
  style: Style,
  rasterise: Rasterise | undefined,
  unprintable: Set<string>,
): Uint8Array {
  const bytes = new Uint8Array(text.length * 2 + command.LINE_FEED.length)
  let length = 0
  let missing = false
  for (const character of text) {
    const code = textCode(character.codePointAt(0) ?? 0)
    if (code === undefined) {
      missing = true
      if (!rasterise) unprintable.add(character)
      continue
    }
    if (code > 0xff) bytes[length++] = code >> 8
    bytes[length++] = code & 0xff
  }
  if (!missing) {
    bytes.set(command.LINE_FEED, length)
    return bytes.subarray(0, length + command.LINE_FEED.length)
  }
  if (!rasterise) return command.LINE_FEED
  const picture = drawLine(text, style, rasterise, unprintable)
  return join([
    command.raster(bytesPerRow(picture.widthDots), picture.heightDots, picture.rows),
    command.feedDots(LEADING_DOTS),
  ])
}

/** The whole line as a picture, on the same grid as text, so that it stands in its place. */
function drawLine(text: string, style: Style, rasterise: Rasterise, unprintable: Set<string>): Bitmap {
  const { wide, high } = style.scale
  const line = emptyBitmap((textColumns(text) * wide * CELL_DOTS) / 2, CELL_DOTS * high)
  let left = 0
  for (const character of text) {
    const cellDots = (columnsOf(character) * wide * CELL_DOTS) / 2
    const glyph = character === ' ' ? emptyBitmap(1, 1) : rasterise(character, CELL_DOTS * wide)
    if (!glyph) unprintable.add(character)
    else drawGlyph(line, glyph, left, cellDots, high / wide, style.bold)
    left += cellDots
  }
  return line
}

function drawGlyph(line: Bitmap, glyph: Bitmap, left: number, cellDots: number, stretch: number, bold: boolean): void {
  const inset = Math.max(0, Math.floor((cellDots - glyph.widthDots) / 2))
  for (let y = 0; y < line.heightDots; y++) {
    for (let x = 0; x < Math.min(glyph.widthDots, cellDots); x++) {
      if (!dotAt(glyph, x, Math.floor(y / stretch))) continue
      setDot(line, left + inset + x, y)
      if (bold) setDot(line, left + inset + x + 1, y)
    }
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
