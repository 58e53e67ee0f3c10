/**
 * Frames of the line between terminal and board; the whole protocol is in README.md. ASCII, so that a maintainer can read
 * it in any serial monitor:
 *
 *     @ LL SS BODY * CCCC CR LF
 *
 * LL: bytes of BODY; SS: number of the frame; CCCC: CRC-16/CCITT-FALSE over LL, SS and BODY as they are written, all in upper-case
 * hexadecimal. BODY holds printable characters except `@`, so every `@` begins a frame and nothing else does.
 */

/** Long enough for every message, short enough that a lost one costs 12 ms at 115200 baud. */
export const MAX_BODY_BYTES = 120
/** @, LL, SS, body, *, CCCC, CR LF. */
export const MAX_FRAME_BYTES = 1 + 4 + MAX_BODY_BYTES + 1 + 4 + 2
const HEADER_BYTES = 5
const TRAILER_BYTES = 7
const AT = 0x40

export interface Frame {
  readonly sequence: number
  readonly body: string
}

const CRC_TABLE: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) !== 0 ? (crc << 1) ^ 0x1021 : crc << 1
  return crc & 0xffff
})

/** CRC-16/CCITT-FALSE: polynomial 1021, start FFFF, nothing reflected; "123456789" gives 29B1. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (CRC_TABLE[((crc >> 8) ^ byte) & 0xff] ?? 0)
  return crc
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

/** Throws RangeError for a body that cannot be framed: a program's mistake. */
export function buildFrame(sequence: number, body: string): Uint8Array {
  if (!/^[ -?A-~]{1,120}$/.test(body)) throw new RangeError(`"${body}" cannot be framed`)
  const checked = `${hex(body.length, 2)}${hex(sequence & 0xff, 2)}${body}`
  return Buffer.from(`@${checked}*${hex(crc16(Buffer.from(checked, 'latin1')), 4)}\r\n`, 'latin1')
}

export type DamageReason = 'checksum' | 'over-long' | 'malformed' | 'truncated'

export type LineEvent =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'damaged'; readonly reason: DamageReason }

const DAMAGED: Readonly<Record<DamageReason, LineEvent>> = {
  checksum: { kind: 'damaged', reason: 'checksum' },
  'over-long': { kind: 'damaged', reason: 'over-long' },
  malformed: { kind: 'damaged', reason: 'malformed' },
  truncated: { kind: 'damaged', reason: 'truncated' },
}

function isHexDigit(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46))
}

export interface LineParser {
  /** Takes a chunk of any size and returns what became whole with it, in order. */
  push(bytes: Uint8Array): LineEvent[]
  /** Bytes of an unfinished frame. */
  held(): number
  /** Bytes that belonged to no frame so far. */
  skipped(): number
}

/** Finds frames in a stream with noise; holds at most one unfinished frame. */
export function createLineParser(): LineParser {
  let kept: Buffer = Buffer.alloc(0)
  let skipped = 0

  /** What the bytes from the `@` at `at` are: undefined = not enough of them yet. */
  function judge(all: Buffer, at: number): { event: LineEvent; bytes: number } | undefined {
    const damaged = (reason: DamageReason, bytes: number) => ({ event: DAMAGED[reason], bytes })
    // Most noise is recognised by its first byte, without taking anything apart.
    if (all[at + 1] === AT) return damaged('truncated', 1)
    if (at + 1 < all.length && !isHexDigit(all[at + 1])) return damaged('malformed', 1)
    const next = all.indexOf(AT, at + 1)
    const here = all.subarray(at, next < 0 ? all.length : next)
    if (here.length < HEADER_BYTES) return next < 0 ? undefined : damaged('truncated', here.length)
    const header = here.toString('latin1', 1, HEADER_BYTES)
    if (!/^[0-9A-F]{4}$/.test(header)) return damaged('malformed', 1)
    const bodyBytes = Number.parseInt(header.slice(0, 2), 16)
    if (bodyBytes > MAX_BODY_BYTES || bodyBytes === 0) return damaged('over-long', 1)
    const total = HEADER_BYTES + bodyBytes + TRAILER_BYTES
    if (here.length < total) return next < 0 ? undefined : damaged('truncated', here.length)
    const checked = here.subarray(1, HEADER_BYTES + bodyBytes)
    const trailer = here.toString('latin1', HEADER_BYTES + bodyBytes, total)
    const match = /^\*([0-9A-F]{4})\r\n$/.exec(trailer)
    if (match === null) return damaged('malformed', 1)
    if (Number.parseInt(match[1] ?? '', 16) !== crc16(checked)) return damaged('checksum', 1)
    const body = here.toString('latin1', HEADER_BYTES, HEADER_BYTES + bodyBytes)
    if (!/^[ -~]+$/.test(body)) return damaged('malformed', 1)
    const sequence = Number.parseInt(header.slice(2), 16)
    return { event: { kind: 'frame', frame: { sequence, body } }, bytes: total }
  }

  return {
    push(bytes) {
      const all = kept.length === 0 ? Buffer.from(bytes) : Buffer.concat([kept, bytes])
      const events: LineEvent[] = []
      let at = 0
      for (;;) {
        const start = all[at] === AT ? at : all.indexOf(AT, at)
        if (start < 0) {
          skipped += all.length - at
          kept = Buffer.alloc(0)
          return events
        }
        skipped += start - at
        const judged = judge(all, start)
        if (judged === undefined) {
          // Less than one frame: a copy, so that a large chunk is not kept alive by its end.
          kept = Buffer.from(all.subarray(start))
          return events
        }
        events.push(judged.event)
        if (judged.event.kind === 'damaged') skipped += judged.bytes
        at = start + judged.bytes
      }
    },
    held: () => kept.length,
    skipped: () => skipped,
  }
}
