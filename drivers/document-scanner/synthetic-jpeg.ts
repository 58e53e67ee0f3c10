/**
 * Baseline JPEG (ITU-T T.81) of a picture of squares: each square is one block with nothing but its mean, which needs no
 * transform. Every decoder reads it; it encodes nothing else.
 */

/** A picture of squares: red, green, blue per square, row by row. */
export interface Cells {
  readonly columns: number
  readonly rows: number
  readonly rgb: Uint8Array
}

export interface JpegShape {
  readonly widthPx: number
  readonly heightPx: number
  readonly dpi: number
  readonly isColour: boolean
  /** Gives each block one faint wave of random strength, as the noise of a sensor would. */
  readonly random: (() => number) | undefined
}

/** The table for means that every example of the standard uses: lengths of codes 1 to 16, then their categories. */
const DC_COUNTS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
const DC_SYMBOLS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
/** "End of block", and waves of up to five bits; all of three bits, with one code to spare as the standard demands. */
const AC_COUNTS = [0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
const AC_SYMBOLS = [0, 1, 2, 3, 4, 5]
const END_OF_BLOCK = 0
const GRAIN = 15

/** A mean of m gives a coefficient of 8 m: divided by 8 it is m again. Waves are divided by 4, which keeps them faint. */
const QUANTA = [8, ...Array.from({ length: 63 }, () => 4)]

export function encodeCells(cells: Cells, shape: JpegShape): Uint8Array {
  const { widthPx, heightPx, dpi, isColour, random } = shape
  const components = isColour ? [1, 2, 3] : [1]
  const head = [
    ...[0xff, 0xd8],
    ...segment(0xe0, [...latin1('JFIF\0'), 1, 1, 1, ...u16(dpi), ...u16(dpi), 0, 0]),
    ...segment(0xdb, [0, ...QUANTA]),
    ...segment(0xc0, [
      8,
      ...u16(heightPx),
      ...u16(widthPx),
      components.length,
      ...components.flatMap((id) => [id, 0x11, 0]),
    ]),
    ...segment(0xc4, [0x00, ...DC_COUNTS, ...DC_SYMBOLS]),
    ...segment(0xc4, [0x10, ...AC_COUNTS, ...AC_SYMBOLS]),
    ...segment(0xda, [components.length, ...components.flatMap((id) => [id, 0x00]), 0, 63, 0]),
  ]
  const bits = createBitWriter()
  const dc = codesOf(DC_COUNTS, DC_SYMBOLS)
  const ac = codesOf(AC_COUNTS, AC_SYMBOLS)
  const before = [0, 0, 0]

  function value(codes: ReadonlyMap<number, Code>, value: number): void {
    const category = 32 - Math.clz32(Math.abs(value))
    const code = codes.get(category)
    if (code === undefined) throw new Error(`no code for category ${category}`)
    bits.put(code.bits, code.length)
    if (category > 0) bits.put(value < 0 ? value + (1 << category) - 1 : value, category)
  }

  for (let cell = 0; cell < cells.columns * cells.rows; cell++) {
    const [red = 0, green = 0, blue = 0] = cells.rgb.subarray(cell * 3, cell * 3 + 3)
    // JFIF's YCbCr, around zero.
    const y = 0.299 * red + 0.587 * green + 0.114 * blue - 128
    const means = isColour ? [y, 0.564 * (blue - 128 - y), 0.713 * (red - 128 - y)] : [y]
    means.forEach((mean, component) => {
      const level = Math.max(-128, Math.min(127, Math.round(mean)))
      value(dc, level - (before[component] ?? 0))
      before[component] = level
      if (random !== undefined) value(ac, 1 + (random() % GRAIN))
      const end = ac.get(END_OF_BLOCK)
      if (end !== undefined) bits.put(end.bits, end.length)
    })
  }
  const data = bits.end()
  const jpeg = new Uint8Array(head.length + data.length + 2)
  jpeg.set(head)
  jpeg.set(data, head.length)
  jpeg.set([0xff, 0xd9], head.length + data.length)
  return jpeg
}

interface Code {
  readonly bits: number
  readonly length: number
}

/** Canonical codes: counted up within a length, doubled at each next. */
function codesOf(counts: readonly number[], symbols: readonly number[]): ReadonlyMap<number, Code> {
  const codes = new Map<number, Code>()
  let bits = 0
  let next = 0
  counts.forEach((count, index) => {
    for (let each = 0; each < count; each++) {
      const symbol = symbols[next++]
      if (symbol !== undefined) codes.set(symbol, { bits, length: index + 1 })
      bits++
    }
    bits <<= 1
  })
  return codes
}

function createBitWriter() {
  let bytes = new Uint8Array(64 * 1024)
  let length = 0
  let pending = 0
  let pendingBits = 0
  const put = (value: number, count: number): void => {
    pending = (pending << count) | value
    pendingBits += count
    while (pendingBits >= 8) {
      const byte = (pending >> (pendingBits - 8)) & 0xff
      pendingBits -= 8
      pending &= (1 << pendingBits) - 1
      if (length + 2 > bytes.length) {
        const grown = new Uint8Array(bytes.length * 2)
        grown.set(bytes)
        bytes = grown
      }
      bytes[length++] = byte
      // A marker begins with FF, so data must not.
      if (byte === 0xff) bytes[length++] = 0
    }
  }
  return {
    put,
    end() {
      // Filled up with ones.
      if (pendingBits > 0) put((1 << (8 - pendingBits)) - 1, 8 - pendingBits)
      return bytes.subarray(0, length)
    },
  }
}

function segment(marker: number, payload: readonly number[]): number[] {
  return [0xff, marker, ...u16(payload.length + 2), ...payload]
}

function u16(value: number): number[] {
  return [value >> 8, value & 0xff]
}

function latin1(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0))
}
