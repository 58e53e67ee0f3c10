import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { AcceptedFrame } from '../protocol/frames.ts'
import { type Disk, type DiskFile, diskErrorCode } from './disk.ts'
import { type JournalEntry, parseBody, toEntry } from './entry.ts'
import { HEADER_BYTES } from './framing.ts'
import { FrameReader, type Segment, segmentName } from './segment.ts'
import type { Head } from './writer.ts'

/** A mark for every so many frames: a read from the middle walks over at most as many. */
const MARK_EVERY = 64

interface Spot {
  readonly segment: number
  readonly offset: number
}
type Mark = Spot & { readonly sequence: number }

export type AcceptedResult =
  | { readonly ok: true; readonly sequence: number; readonly frame: AcceptedFrame }
  | { readonly ok: false; readonly fault: 'unknown-submission' | 'unreadable'; readonly detail: string }

/** Reading back: remembers where frames lie, never what they hold. */
export class JournalReads {
  readonly #disk: Disk
  readonly #dir: string
  readonly #marks: Mark[] = []
  readonly #accepted = new Map<string, Spot>()

  constructor(disk: Disk, dir: string) {
    this.#disk = disk
    this.#dir = dir
  }

  /** Takes note of a durable frame; called in order. */
  note(entry: JournalEntry, at: Spot): void {
    if ((entry.sequence - 1) % MARK_EVERY === 0) this.#marks.push({ ...at, sequence: entry.sequence })
    if (entry.known && entry.frame.type === 'accepted' && !this.#accepted.has(entry.frame.submissionId)) {
      this.#accepted.set(entry.frame.submissionId, at)
    }
  }

  async *from(fromSequence: number, head: Head): AsyncGenerator<JournalEntry> {
    const first = Math.max(1, fromSequence)
    const mark = this.#marks[Math.floor((first - 1) / MARK_EVERY)]
    if (mark === undefined) return
    let { segment: number, offset } = mark
    let file = await this.#open(number)
    try {
      let reader = new FrameReader(file)
      for (let sequence = mark.sequence; sequence <= head.lastSequence; ) {
        if (offset >= segmentOf(head, number).bytes) {
          await file.close()
          number += 1
          offset = 0
          file = await this.#open(number)
          reader = new FrameReader(file)
          continue
        }
        const decoded = await reader.frameAt(offset, segmentOf(head, number).bytes)
        const body = decoded.kind === 'frame' ? parseBody(decoded.body) : undefined
        if (decoded.kind !== 'frame' || body?.sequence !== sequence) {
          throw new Error(`journal: frame ${sequence} in ${segmentName(number)} at ${offset} cannot be read back`)
        }
        if (sequence >= first) yield toEntry(body)
        sequence += 1
        offset += HEADER_BYTES + decoded.body.length
      }
    } finally {
      await file.close()
    }
  }

  async accepted(submissionId: string, head: Head): Promise<AcceptedResult> {
    const spot = this.#accepted.get(submissionId)
    if (spot === undefined) return { ok: false, fault: 'unknown-submission', detail: submissionId }
    const unreadable = (why: string): AcceptedResult => ({
      ok: false,
      fault: 'unreadable',
      detail: `${segmentName(spot.segment)} at ${spot.offset}: ${why}`,
    })
    try {
      const entry = await this.#entryAt(spot, head)
      if (!entry?.known || entry.frame.type !== 'accepted') return unreadable('no intact accepted frame')
      const { frame, sequence } = { frame: entry.frame, sequence: entry.sequence }
      if (frame.submissionId !== submissionId) return unreadable('the frame of another submission')
      const sha256 = createHash('sha256').update(frame.envelope).digest('hex')
      return sha256 === frame.envelopeSha256
        ? { ok: true, sequence, frame }
        : unreadable('the envelope has another hash')
    } catch (error) {
      const code = diskErrorCode(error)
      if (code === undefined) throw error
      return unreadable(code)
    }
  }

  async #entryAt(spot: Spot, head: Head): Promise<JournalEntry | undefined> {
    const file = await this.#open(spot.segment)
    try {
      const decoded = await new FrameReader(file).frameAt(spot.offset, segmentOf(head, spot.segment).bytes)
      const body = decoded.kind === 'frame' ? parseBody(decoded.body) : undefined
      return body === undefined ? undefined : toEntry(body)
    } finally {
      await file.close()
    }
  }

  #open(number: number): Promise<DiskFile> {
    return this.#disk.open(join(this.#dir, segmentName(number)), { write: false, create: false })
  }
}

function segmentOf(head: Head, number: number): Segment {
  const segment = head.segments[number - 1]
  if (segment === undefined) throw new Error(`journal: there is no ${segmentName(number)}`)
  return segment
}
