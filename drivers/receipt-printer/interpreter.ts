/**
 * Reads an ESC/POS byte stream command by command, written from the command tables and not from our encoder, so that the
 * two check each other. Strict: what it does not know it reports, byte by byte, instead of guessing a length.
 */

export type EscPosCommand =
  | { readonly type: 'text'; readonly bytes: Uint8Array }
  | { readonly type: 'line-feed' }
  | { readonly type: 'initialise' }
  | { readonly type: 'chinese-mode'; readonly on: boolean }
  | { readonly type: 'align'; readonly align: 'left' | 'centre' | 'right' }
  | { readonly type: 'bold'; readonly on: boolean }
  | { readonly type: 'size'; readonly wide: number; readonly high: number }
  | { readonly type: 'chinese-size'; readonly wide: number; readonly high: number }
  | { readonly type: 'line-spacing'; readonly dots: number | undefined }
  | { readonly type: 'feed-dots'; readonly dots: number }
  | { readonly type: 'feed-lines'; readonly lines: number }
  | { readonly type: 'cut'; readonly partial: boolean; readonly feedDots: number }
  | { readonly type: 'qr-model'; readonly model: number }
  | { readonly type: 'qr-module'; readonly dots: number }
  | { readonly type: 'qr-level'; readonly level: 'L' | 'M' | 'Q' | 'H' }
  | { readonly type: 'qr-store'; readonly data: Uint8Array }
  | { readonly type: 'qr-print' }
  | { readonly type: 'raster'; readonly widthBytes: number; readonly heightDots: number; readonly data: Uint8Array }
  | { readonly type: 'auto-status'; readonly mask: number }
  | { readonly type: 'queued-status'; readonly n: number }
  /** A real-time request met again in the queue: it was served when it arrived. */
  | { readonly type: 'real-time' }
  | { readonly type: 'unknown'; readonly bytes: Uint8Array }

type Parsed = { readonly command: EscPosCommand; readonly length: number } | 'incomplete'

const ESC = 0x1b
const FS = 0x1c
const GS = 0x1d
const DLE = 0x10

export interface ReadCommand {
  readonly command: EscPosCommand
  readonly bytes: Uint8Array
}

export interface Interpreter {
  /** Takes bytes as they come, in any pieces. */
  push(bytes: Uint8Array): void
  /** The next whole command with its bytes, or undefined until more bytes come. */
  next(): ReadCommand | undefined
  /** Throws away what is not yet read. */
  clear(): void
}

export function createInterpreter(): Interpreter {
  let held: Uint8Array = new Uint8Array(0)
  let at = 0
  let chinese = false
  return {
    push(bytes) {
      const joined = new Uint8Array(held.length - at + bytes.length)
      joined.set(held.subarray(at))
      joined.set(bytes, held.length - at)
      held = joined
      at = 0
    },
    next() {
      const rest = held.subarray(at)
      if (rest.length === 0) return undefined
      const parsed = parse(rest, chinese)
      if (parsed === 'incomplete') return undefined
      at += parsed.length
      if (parsed.command.type === 'chinese-mode') chinese = parsed.command.on
      if (parsed.command.type === 'initialise') chinese = false
      return { command: parsed.command, bytes: rest.slice(0, parsed.length) }
    },
    clear() {
      held = new Uint8Array(0)
      at = 0
    },
  }
}

function parse(b: Uint8Array, chinese: boolean): Parsed {
  const first = b[0] ?? 0
  if (first >= 0x20 && first !== 0x7f) return parseText(b, chinese)
  if (first === 0x0a) return { command: { type: 'line-feed' }, length: 1 }
  if (first !== ESC && first !== FS && first !== GS && first !== DLE) return unknown(b, 1)
  if (b.length < 2) return 'incomplete'
  if (first === ESC) return parseEsc(b)
  if (first === FS) return parseFs(b)
  if (first === GS) return parseGs(b)
  if (b[1] !== 0x04 && b[1] !== 0x05) return unknown(b, 2)
  return need(b, 3, () => ({ type: 'real-time' }))
}

/** A run of characters up to the next control byte; in Chinese mode a byte from 81 on takes the next one with it. */
function parseText(b: Uint8Array, chinese: boolean): Parsed {
  let end = 0
  while (end < b.length) {
    const byte = b[end] ?? 0
    if (byte < 0x20 || byte === 0x7f) break
    if (chinese && byte >= 0x81) {
      if (end + 1 >= b.length) break
      const second = b[end + 1] ?? 0
      if (second < 0x40 || second === 0x7f || second === 0xff) return end > 0 ? text(b, end) : unknown(b, 2)
      end += 2
    } else if (byte >= 0x80) return end > 0 ? text(b, end) : unknown(b, 1)
    else end++
  }
  return end === 0 ? 'incomplete' : text(b, end)
}

const text = (b: Uint8Array, length: number): Parsed => ({
  command: { type: 'text', bytes: b.slice(0, length) },
  length,
})

const unknown = (b: Uint8Array, length: number): Parsed => ({
  command: { type: 'unknown', bytes: b.slice(0, length) },
  length,
})

/** A command of fixed length; `make` may say undefined for parameters out of range, which makes it unknown. */
function need(b: Uint8Array, length: number, make: (b: Uint8Array) => EscPosCommand | undefined): Parsed {
  if (b.length < length) return 'incomplete'
  const command = make(b)
  return command ? { command, length } : unknown(b, length)
}

const at = (b: Uint8Array, index: number): number => b[index] ?? 0

function parseEsc(b: Uint8Array): Parsed {
  switch (b[1]) {
    case 0x40:
      return { command: { type: 'initialise' }, length: 2 }
    case 0x32:
      return { command: { type: 'line-spacing', dots: undefined }, length: 2 }
    case 0x33:
      return need(b, 3, () => ({ type: 'line-spacing', dots: at(b, 2) }))
    case 0x45:
      return need(b, 3, () => ({ type: 'bold', on: (at(b, 2) & 1) === 1 }))
    case 0x4a:
      return need(b, 3, () => ({ type: 'feed-dots', dots: at(b, 2) }))
    case 0x64:
      return need(b, 3, () => ({ type: 'feed-lines', lines: at(b, 2) }))
    case 0x61:
      return need(b, 3, () => {
        const align = (['left', 'centre', 'right'] as const)[at(b, 2) % 48]
        return align ? { type: 'align', align } : undefined
      })
    default:
      return unknown(b, 2)
  }
}

function parseFs(b: Uint8Array): Parsed {
  if (b[1] === 0x26) return { command: { type: 'chinese-mode', on: true }, length: 2 }
  if (b[1] === 0x2e) return { command: { type: 'chinese-mode', on: false }, length: 2 }
  if (b[1] !== 0x21) return unknown(b, 2)
  return need(b, 3, () => {
    const n = at(b, 2)
    if ((n & ~0x8c) !== 0) return undefined
    return { type: 'chinese-size', wide: n & 0x04 ? 2 : 1, high: n & 0x08 ? 2 : 1 }
  })
}

function parseGs(b: Uint8Array): Parsed {
  switch (b[1]) {
    case 0x21:
      return need(b, 3, () => {
        const n = at(b, 2)
        return (n & 0x88) === 0 ? { type: 'size', wide: (n >> 4) + 1, high: (n & 7) + 1 } : undefined
      })
    case 0x56:
      return parseCut(b)
    case 0x61:
      return need(b, 3, () => ({ type: 'auto-status', mask: at(b, 2) }))
    case 0x72:
      return need(b, 3, () => ({ type: 'queued-status', n: at(b, 2) }))
    case 0x76:
      return parseRaster(b)
    case 0x28:
      return parseSymbol(b)
    default:
      return unknown(b, 2)
  }
}

function parseCut(b: Uint8Array): Parsed {
  if (b.length < 3) return 'incomplete'
  const m = at(b, 2)
  if (m === 65 || m === 66) return need(b, 4, () => ({ type: 'cut', partial: m === 66, feedDots: at(b, 3) }))
  if (m % 48 > 1 || m > 49) return unknown(b, 3)
  return { command: { type: 'cut', partial: m % 48 === 1, feedDots: 0 }, length: 3 }
}

function parseRaster(b: Uint8Array): Parsed {
  if (b.length < 8) return 'incomplete'
  if (b[2] !== 0x30 || at(b, 3) % 48 !== 0) return unknown(b, 4)
  const widthBytes = at(b, 4) + at(b, 5) * 256
  const heightDots = at(b, 6) + at(b, 7) * 256
  const length = 8 + widthBytes * heightDots
  return need(b, length, () => ({ type: 'raster', widthBytes, heightDots, data: b.slice(8, length) }))
}

/** GS ( k: only the QR functions (cn 49). */
function parseSymbol(b: Uint8Array): Parsed {
  if (b.length < 7) return 'incomplete'
  if (b[2] !== 0x6b) return unknown(b, 3)
  const length = 5 + at(b, 3) + at(b, 4) * 256
  return need(b, length, () => {
    if (at(b, 5) !== 49 || length < 8) return undefined
    const parameter = at(b, 7)
    switch (at(b, 6)) {
      case 65:
        return { type: 'qr-model', model: parameter - 48 }
      case 67:
        return parameter >= 1 && parameter <= 16 ? { type: 'qr-module', dots: parameter } : undefined
      case 69: {
        const level = (['L', 'M', 'Q', 'H'] as const)[parameter - 48]
        return level ? { type: 'qr-level', level } : undefined
      }
      case 80:
        return parameter === 48 ? { type: 'qr-store', data: b.slice(8, length) } : undefined
      case 81:
        return parameter === 48 ? { type: 'qr-print' } : undefined
      default:
        return undefined
    }
  })
}
