import type { DiskFile } from './disk.ts'
import { type Decoded, decodeFrame, FORMAT_VERSION, HEADER_BYTES, VERSION_AT } from './framing.ts'

/** For walking: frames of 2 KB come about a hundred to a read. */
export const WINDOW_BYTES = 256 * 1024
/** For one frame alone: holds a submission of 2 KB, sealed; a longer one costs a second read. */
export const SINGLE_FRAME_BYTES = 8 * 1024
const NAME = /^journal-(\d{6})\.(bmj|idx)$/

export interface Segment {
  readonly number: number
  readonly name: string
  /** Sequences of its first and last frame; the last is one less than the first while it has none. */
  firstSequence: number
  lastSequence: number
  /** Hash of the frame before its first one, and of its last one. */
  previousHash: Buffer
  lastHash: Buffer
  /** Length in bytes: of the good part, or of the whole file once it is closed with damage in it. */
  bytes: number
  frames: number
  /** Nothing is appended to it any more. */
  closed: boolean
  /** Its file is there; when not, and it was not purged, it is damaged. */
  present: boolean
  purged: boolean
  damaged: boolean
  /** A good index of it is on disk. */
  indexed: boolean
  /** The columns of its index are, as far as is known. */
  columned: boolean
}

export function newSegment(number: number, lastSequence: number, lastHash: Buffer): Segment {
  return {
    number,
    name: segmentName(number),
    firstSequence: lastSequence + 1,
    lastSequence,
    previousHash: lastHash,
    lastHash,
    bytes: 0,
    frames: 0,
    closed: false,
    present: true,
    purged: false,
    damaged: false,
    indexed: false,
    columned: false,
  }
}

export function segmentName(number: number): string {
  return `journal-${String(number).padStart(6, '0')}.bmj`
}
export function indexName(number: number): string {
  return `journal-${String(number).padStart(6, '0')}.idx`
}
/** Of an index's columns (columns-file.ts). */
export function columnsName(number: number): string {
  return `journal-${String(number).padStart(6, '0')}.col`
}

/** The highest number that a segment or an index among a folder's files has; 0 without any. */
export function lastSegmentNumber(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => Number(NAME.exec(name)?.[1] ?? 0)))
}

/** Reads frames out of a file through a window, so that memory does not grow with the file. */
export class FrameReader {
  readonly #file: DiskFile
  readonly #windowBytes: number
  #window: Buffer = Buffer.alloc(0)
  #start = 0

  /** `windowBytes`: the least that is read at once. */
  constructor(file: DiskFile, windowBytes = WINDOW_BYTES) {
    this.#file = file
    this.#windowBytes = windowBytes
  }

  /** The frame at `offset`, not looking at or beyond `end`. */
  async frameAt(offset: number, end: number): Promise<Decoded> {
    const first = decodeFrame(await this.#bytes(offset, Math.min(HEADER_BYTES, end - offset), end))
    if (first.kind === 'newer-format') return this.#judged(first, offset, end)
    if (first.kind !== 'incomplete' || first.neededBytes > end - offset) return first
    return decodeFrame(await this.#bytes(offset, first.neededBytes, end))
  }

  /** A version that is not ours may be a flipped bit: then the frame is whole under our version. */
  async #judged(newer: Decoded, offset: number, end: number): Promise<Decoded> {
    const header = Buffer.from(await this.#bytes(offset, Math.min(HEADER_BYTES, end - offset), end))
    header.writeUInt8(FORMAT_VERSION, VERSION_AT)
    const ours = decodeFrame(header)
    const length = ours.kind === 'incomplete' ? ours.neededBytes : HEADER_BYTES
    if (ours.kind === 'bad' && ours.why !== 'hash') return newer
    if (length > end - offset) return newer
    const whole = Buffer.from(await this.#bytes(offset, length, end))
    whole.writeUInt8(FORMAT_VERSION, VERSION_AT)
    return decodeFrame(whole).kind === 'frame' ? { kind: 'bad', why: 'version' } : newer
  }

  async #bytes(offset: number, length: number, end: number): Promise<Buffer> {
    if (offset < this.#start || offset + length > this.#start + this.#window.length) {
      // Never past the end given: what lies there may still be changing.
      this.#window = await this.#file.read(offset, Math.min(Math.max(length, this.#windowBytes), end - offset))
      this.#start = offset
    }
    return this.#window.subarray(offset - this.#start, offset - this.#start + length)
  }
}
