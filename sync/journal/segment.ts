import type { DiskFile } from './disk.ts'
import { type Decoded, decodeFrame, HEADER_BYTES, nextMagic } from './framing.ts'

/** Frames of 2 KB come about a hundred to a read. */
const WINDOW_BYTES = 256 * 1024
const NAME = /^journal-(\d{6})\.bmj$/

export interface Segment {
  readonly number: number
  readonly name: string
  /** Sequence of its first frame. */
  firstSequence: number
  /** Length of its good part in bytes. */
  bytes: number
}

export function segmentName(number: number): string {
  return `journal-${String(number).padStart(6, '0')}.bmj`
}

/** The numbers of the segments among a folder's files, in order. */
export function segmentNumbers(names: readonly string[]): readonly number[] {
  return names
    .map((name) => Number(NAME.exec(name)?.[1] ?? Number.NaN))
    .filter((number) => !Number.isNaN(number))
    .sort((a, b) => a - b)
}

/** Reads frames out of a file through a window, so that memory does not grow with the file. */
export class FrameReader {
  readonly #file: DiskFile
  #window: Buffer = Buffer.alloc(0)
  #start = 0

  constructor(file: DiskFile) {
    this.#file = file
  }

  /** The frame at `offset`, not looking at or beyond `end`. */
  async frameAt(offset: number, end: number): Promise<Decoded> {
    const first = decodeFrame(await this.#bytes(offset, Math.min(HEADER_BYTES, end - offset), end))
    if (first.kind !== 'incomplete' || first.neededBytes > end - offset) return first
    return decodeFrame(await this.#bytes(offset, first.neededBytes, end))
  }

  async #bytes(offset: number, length: number, end: number): Promise<Buffer> {
    if (offset < this.#start || offset + length > this.#start + this.#window.length) {
      // Never past the end given: what lies there may still be changing.
      this.#window = await this.#file.read(offset, Math.min(Math.max(length, WINDOW_BYTES), end - offset))
      this.#start = offset
    }
    return this.#window.subarray(offset - this.#start, offset - this.#start + length)
  }
}

/** All intact frames that begin anywhere after `offset`: they tell damage from a torn tail. */
export async function intactFramesAfter(
  file: DiskFile,
  offset: number,
  end: number,
): Promise<readonly { readonly offset: number; readonly body: Buffer }[]> {
  const intact = []
  const rest = await file.read(offset, end - offset)
  for (let at = nextMagic(rest, 1); at >= 0; at = nextMagic(rest, at + 1)) {
    const decoded = decodeFrame(rest.subarray(at))
    if (decoded.kind === 'frame') intact.push({ offset: offset + at, body: decoded.body })
  }
  return intact
}
