import { PNG } from 'pngjs'
import type { PageFormat } from './states.ts'
import { type Cells, encodeCells } from './synthetic-jpeg.ts'
import { wrapInPdf } from './synthetic-pdf.ts'

/**
 * Pages for the simulator: a form-like sheet with its number on it, made of squares of 8 pixels. The same order gives the
 * same bytes, always. Squares, because a square is one block of JPEG: a page at 300 dpi is written in a few ms.
 */

export const CELL_PX = 8

export interface PageOrder {
  readonly page: number
  readonly widthPx: number
  readonly heightPx: number
  readonly mode: 'colour' | 'grey' | 'bw'
  readonly dpi: number
  readonly format: PageFormat
  /** Adds the noise of a real sensor, so that the page has about as many bytes as a real one. JPEG and PDF only. */
  readonly hasGrain: boolean
}

const WHITE = [246, 246, 242] as const
const INK = [28, 32, 40] as const
const RULE = [120, 130, 150] as const
const BARS = [
  [196, 30, 58],
  [30, 140, 90],
  [40, 80, 190],
] as const
type Rgb = readonly [number, number, number]

/** Digits of 3 x 5 squares, a row of each in three bits. */
const DIGITS = ['75557', '26227', '71747', '71717', '55711', '74717', '74757', '71111', '75757', '75717']

function drawCells({ page, widthPx, heightPx, mode }: PageOrder): Cells {
  const columns = Math.ceil(widthPx / CELL_PX)
  const rows = Math.ceil(heightPx / CELL_PX)
  const rgb = new Uint8Array(columns * rows * 3)
  const paint = (column: number, row: number, [red, green, blue]: Rgb): void => {
    if (column < 0 || row < 0 || column >= columns || row >= rows) return
    const grey = mode === 'colour' ? undefined : Math.round(0.299 * red + 0.587 * green + 0.114 * blue)
    const shade = grey === undefined || mode === 'grey' ? grey : grey > 127 ? 255 : 0
    rgb.set(shade === undefined ? [red, green, blue] : [shade, shade, shade], (row * columns + column) * 3)
  }
  const fill = (left: number, top: number, width: number, height: number, colour: Rgb): void => {
    for (let row = top; row < top + height; row++) {
      for (let column = left; column < left + width; column++) paint(column, row, colour)
    }
  }
  fill(0, 0, columns, rows, WHITE)
  const margin = Math.round(columns / 12)
  BARS.forEach((colour, index) => {
    fill(margin + index * margin, margin, margin, Math.round(margin / 2), colour)
  })
  // Lines that look like text: words of changing length, the same for the same page.
  const random = randomFrom(page)
  for (let row = margin * 3; row < rows - margin; row += 5) {
    fill(margin, row + 3, columns - 2 * margin, 1, RULE)
    for (let column = margin; column < columns - margin - 8; column += 3 + (random() % 3)) {
      const length = 2 + (random() % 7)
      fill(column, row, length, 2, INK)
      column += length
    }
  }
  const scale = Math.max(1, Math.round(margin / 5))
  let left = columns - margin - String(page).length * 4 * scale
  for (const digit of String(page)) {
    const shape = DIGITS[Number(digit)] ?? ''
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 3; x++) {
        if (Number(shape[y]) & (4 >> x)) fill(left + x * scale, margin + y * scale, scale, scale, INK)
      }
    }
    left += 4 * scale
  }
  return { columns, rows, rgb }
}

/** The bytes of a page. */
export function makePage(order: PageOrder): Uint8Array {
  const { widthPx, heightPx, mode, dpi, format, page } = order
  const cells = drawCells(order)
  if (format === 'image/png') return encodePng(cells, order)
  const random = order.hasGrain ? randomFrom(page + 1) : undefined
  const jpeg = encodeCells(cells, { widthPx, heightPx, dpi, isColour: mode === 'colour', random })
  if (format === 'image/jpeg') return jpeg
  return wrapInPdf(jpeg, { widthPx, heightPx, dpi, isColour: mode === 'colour' })
}

function encodePng({ columns, rgb }: Cells, { widthPx, heightPx, mode }: PageOrder): Uint8Array {
  const isColour = mode === 'colour'
  const perPixel = isColour ? 3 : 1
  const data = Buffer.alloc(widthPx * heightPx * perPixel)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const from = (Math.floor(y / CELL_PX) * columns + Math.floor(x / CELL_PX)) * 3
      for (let each = 0; each < perPixel; each++) data[(y * widthPx + x) * perPixel + each] = rgb[from + each] ?? 0
    }
  }
  const png = new PNG({ width: widthPx, height: heightPx })
  png.data = data
  const colorType = isColour ? 2 : 0
  return PNG.sync.write(png, { inputColorType: colorType, colorType, inputHasAlpha: false, filterType: 0 })
}

/** Numbers from 0 to 2^31, always the same for a seed (Lehmer's generator). */
function randomFrom(seed: number): () => number {
  let state = (seed * 48_271 + 11) % 2_147_483_647
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state
  }
}
