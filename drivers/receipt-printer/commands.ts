/** ESC/POS commands as bytes (devices.md 4.1; ESC 3 and FS ! from the same public command set). */

const of = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)

export const INITIALISE = of(0x1b, 0x40)
export const CHINESE_ON = of(0x1c, 0x26)
export const LINE_FEED = of(0x0a)

/** Real-time: answered at once, even off line and with a full buffer. 1 printer, 2 off-line cause, 3 error cause, 4 paper. */
export type RealTimeStatus = 1 | 2 | 3 | 4
export const askRealTimeStatus = (n: RealTimeStatus): Uint8Array => of(0x10, 0x04, n)
/** Real-time: recover from an error and throw away what the receive and print buffers hold. */
export const CLEAR_BUFFERS = of(0x10, 0x05, 0x02)

/** Queued paper status: answered only after everything before it was processed. Here the mark that a job has settled. */
export const SETTLE_MARK = of(0x1d, 0x72, 0x01)

export const align = (n: 0 | 1 | 2): Uint8Array => of(0x1b, 0x61, n)
export const bold = (on: boolean): Uint8Array => of(0x1b, 0x45, on ? 1 : 0)
/** Multiples 1..8 of a 12 x 24 (Chinese: 24 x 24) dot cell. */
export const size = (wide: number, high: number): Uint8Array => of(0x1d, 0x21, ((wide - 1) << 4) | (high - 1))
/** Older models take the size of Chinese characters only from FS !, which knows 1 and 2. */
export const chineseSize = (wide: number, high: number): Uint8Array =>
  of(0x1c, 0x21, (wide > 1 ? 0x04 : 0) | (high > 1 ? 0x08 : 0))
export const lineSpacing = (dots: number): Uint8Array => of(0x1b, 0x33, dots)

/** Feed in dots; more than one command when it exceeds 255. */
export function feedDots(dots: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = dots; rest > 0; rest -= 255) bytes.push(0x1b, 0x4a, Math.min(rest, 255))
  return Uint8Array.from(bytes)
}

/** Partial cut after feeding the print to the knife and `dots` further. */
export const cutPartial = (dots: number): Uint8Array => of(0x1d, 0x56, 0x42, dots)

/** QR code, model 2, level M. `data` is bytes for the symbol, at most 7089 as the length field allows. */
export function qrCode(data: Uint8Array, moduleDots: number): Uint8Array {
  const length = data.length + 3
  return Uint8Array.from([
    ...[0x1d, 0x28, 0x6b, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00],
    ...[0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x43, moduleDots],
    ...[0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x45, 0x31],
    ...[0x1d, 0x28, 0x6b, length & 0xff, length >> 8, 0x31, 0x50, 0x30],
    ...data,
    ...[0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x51, 0x30],
  ])
}

/**
 * Raster image, normal density. Printers watch the raw stream for real-time commands, picture data included, and 10 05 or
 * 10 14 by chance in a picture could clear the buffer or open a drawer: such a 10 gets one more dot (18).
 */
export function raster(widthBytes: number, heightDots: number, data: Uint8Array): Uint8Array {
  const safe = Uint8Array.from(data)
  for (let i = 0; i + 1 < safe.length; i++) {
    const next = safe[i + 1]
    if (safe[i] === 0x10 && (next === 0x04 || next === 0x05 || next === 0x14)) safe[i] = 0x18
  }
  const head = [0x1d, 0x76, 0x30, 0x00, widthBytes & 0xff, widthBytes >> 8, heightDots & 0xff, heightDots >> 8]
  return Uint8Array.from([...head, ...safe])
}
