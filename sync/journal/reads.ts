import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { newCounts } from './columns.ts'
import { type Disk, type DiskFile, diskErrorCode } from './disk.ts'
import { frameOf, type JournalEntry, parseBody, toEntry } from './entry.ts'
import { type FactColumns, Row } from './fact-columns.ts'
import { type Decoded, HEADER_BYTES, nextMagic } from './framing.ts'
import { type IndexLine, readIndex } from './index-file.ts'
import type { AcceptedResult } from './journal-api.ts'
import { KeyColumn, KeyTable, UUID } from './keys.ts'
import { FrameReader, type Segment, SINGLE_FRAME_BYTES, WINDOW_BYTES } from './segment.ts'
import type { Head } from './writer.ts'

/** A mark for every so many frames or bytes: a read from the middle of a segment walks over at most as many. */
const MARK_EVERY = 64
const MARK_EVERY_BYTES = 128 * 1024
/** Frames that lie closer than this on average are read in one go, with what lies between them. */
const NEAR_BYTES = 2 * SINGLE_FRAME_BYTES

interface Asked {
  readonly submissionId: string
  readonly offset: number
  readonly answer: (result: AcceptedResult) => void
  readonly reject: (error: unknown) => void
}

interface Mark {
  readonly sequence: number
  readonly offset: number
}

/** Reading back: remembers where frames lie, never what they hold. */
export class JournalReads {
  readonly #disk: Disk
  readonly #dir: string
  readonly #head: () => Head
  /** By segment, for those that have no index. */
  readonly #marks = new Map<number, Mark[]>()
  /** Submissions by place, in the order of acceptance: their ids and where their frames lie. */
  readonly #ids = new KeyColumn(UUID)
  readonly #places = new KeyTable(this.#ids)
  readonly #segments = newCounts()
  readonly #offsets = newCounts()
  #size = 0
  /** Places of each segment's first submission, and how many it has. */
  readonly #accepted = new Map<number, { readonly first: number; count: number }>()

  /** Asked for in this turn, by segment. */
  #asked = new Map<Segment, Asked[]>()

  /** Frames of each segment that this program does not know. */
  readonly #unknown = new Map<number, number>()

  constructor(disk: Disk, dir: string, head: () => Head) {
    this.#disk = disk
    this.#dir = dir
    this.#head = head
  }

  /** Takes note of a durable frame; called in order. */
  note(entry: JournalEntry, { segment, offset }: { readonly segment: number; readonly offset: number }): void {
    const marks = this.#marks.get(segment)
    if (entry.sequence % MARK_EVERY === 0 || offset - (marks?.at(-1)?.offset ?? 0) >= MARK_EVERY_BYTES) {
      if (marks === undefined) this.#marks.set(segment, [{ sequence: entry.sequence, offset }])
      else marks.push({ sequence: entry.sequence, offset })
    }
    if (!entry.known) this.#unknown.set(segment, this.unknownIn(segment) + 1)
    if (!entry.known || entry.frame.type !== 'accepted') return
    const { submissionId } = entry.frame
    if (this.#places.findText(submissionId) >= 0) return
    this.#ids.setText(this.#size, submissionId)
    this.#accept(segment, offset)
  }

  /** Takes note of all frames of a closed segment. */
  noteAll({ facts, rows, accepted, others }: FactColumns): void {
    const ids = accepted.submissionIds
    this.#places.reserve(accepted.atMs.length)
    const next = { accepted: 0, others: 0 }
    for (let at = 0; at < rows.kinds.length; at++) {
      const place = { segment: facts.segment, offset: rows.offsets[at] ?? 0 }
      if (rows.kinds[at] === Row.other) {
        const entry = others[next.others++]
        if (entry !== undefined) this.note(entry, place)
      } else if (rows.kinds[at] === Row.accepted) {
        const from = next.accepted++ * UUID.width
        if (this.#places.find(ids, from) >= 0) continue
        this.#ids.set(this.#size, ids, from)
        this.#accept(place.segment, place.offset)
      }
    }
  }

  /** Its id is set. */
  #accept(segment: number, offset: number): void {
    const place = this.#size++
    this.#segments.set(place, segment)
    this.#offsets.set(place, offset)
    this.#places.add(place)
    const accepted = this.#accepted.get(segment)
    if (accepted === undefined) this.#accepted.set(segment, { first: place, count: 1 })
    else accepted.count += 1
  }

  /** How many submissions were accepted in a segment. */
  acceptedIn(segment: number): number {
    return this.#accepted.get(segment)?.count ?? 0
  }

  unknownIn(segment: number): number {
    return this.#unknown.get(segment) ?? 0
  }

  submissionIdsOf(segment: number): readonly string[] {
    const { first, count } = this.#accepted.get(segment) ?? { first: 0, count: 0 }
    return Array.from({ length: count }, (_, index) => this.#ids.text(first + index))
  }

  /** A segment's index is read instead from now on. */
  forgetMarks(segment: number): void {
    this.#marks.delete(segment)
  }

  async *from(fromSequence: number): AsyncGenerator<JournalEntry> {
    let next = Math.max(1, fromSequence)
    for (let number = 1; number <= this.#head().segments.length; number++) {
      const segment = this.#head().segments[number - 1]
      if (segment === undefined || segment.lastSequence < next) continue
      for await (const { entry } of this.entriesOf(segment, next)) {
        if (entry.sequence < next) continue
        next = entry.sequence + 1
        yield entry
      }
    }
  }

  /** A segment's entries from a sequence on, or from a little before it. Passes over damage. */
  async *entriesOf(segment: Segment, fromSequence: number): AsyncGenerator<IndexLine> {
    if (segment.indexed) {
      const index = await readIndex(this.#disk, this.#dir, segment.number)
      if (index.ok) {
        yield* index.lines()
        return
      }
    }
    if (!segment.present) return
    const marks = this.#marks.get(segment.number) ?? []
    let offset = 0
    for (const mark of marks) if (mark.sequence <= fromSequence) offset = mark.offset
    yield* this.#framesOf(segment, offset)
  }

  async *#framesOf(segment: Segment, from: number): AsyncGenerator<IndexLine> {
    const file = await this.#open(segment)
    try {
      const reader = new FrameReader(file)
      let last = segment.firstSequence - 1
      // Its length grows while it is written.
      for (let at = from; at < segment.bytes; ) {
        const decoded = await reader.frameAt(at, segment.bytes)
        const body = decoded.kind === 'frame' ? parseBody(decoded.body) : undefined
        if (decoded.kind !== 'frame' || body === undefined || body.sequence <= last) {
          at = await afterDamage(file, at, segment.bytes)
          continue
        }
        last = body.sequence
        if (body.type !== 'journal') yield { offset: at, entry: toEntry(body) }
        at += HEADER_BYTES + decoded.body.length
      }
    } finally {
      await file.close()
    }
  }

  /** What is asked for in one turn is read together: each file is opened once, and neighbours come with one read. */
  async accepted(submissionId: string): Promise<AcceptedResult> {
    const place = this.#places.findText(submissionId)
    if (place < 0) return { ok: false, fault: 'unknown-submission', detail: submissionId }
    const segment = this.#head().segments[this.#segments.get(place) - 1]
    if (segment === undefined) throw new Error(`journal: there is no segment for ${submissionId}`)
    const offset = this.#offsets.get(place)
    return new Promise((answer, reject) => {
      if (this.#asked.size === 0) queueMicrotask(() => this.#readAsked())
      const others = this.#asked.get(segment)
      if (others === undefined) this.#asked.set(segment, [{ submissionId, offset, answer, reject }])
      else others.push({ submissionId, offset, answer, reject })
    })
  }

  #readAsked(): void {
    const asked = this.#asked
    this.#asked = new Map()
    for (const [segment, items] of asked) {
      items.sort((a, b) => a.offset - b.offset)
      this.#readFrom(segment, items).catch((error: unknown) => {
        for (const { reject } of items) reject(error)
      })
    }
  }

  async #readFrom(segment: Segment, items: readonly Asked[]): Promise<void> {
    const open = fileOnce(() => this.#open(segment))
    try {
      let reader: FrameReader | undefined
      for (const { submissionId, offset, answer } of items) {
        answer(
          await judged(segment, submissionId, offset, async () => {
            reader ??= new FrameReader(await open.file(), windowFor(items))
            return reader.frameAt(offset, segment.bytes)
          }),
        )
      }
    } finally {
      await open.close()
    }
  }

  #open(segment: Segment): Promise<DiskFile> {
    return this.#disk.open(join(this.#dir, segment.name), { write: false, create: false })
  }
}

/** Where the next frame may begin behind bytes that are none. */
async function afterDamage(file: DiskFile, at: number, end: number): Promise<number> {
  const next = nextMagic(await file.read(at, end - at), 1)
  return next < 0 ? end : at + next
}

/** What an accepted frame's bytes say, or why they do not. A file that is shorter than it was gives no frame. */
async function judged(
  segment: Segment,
  submissionId: string,
  offset: number,
  read: () => Promise<Decoded>,
): Promise<AcceptedResult> {
  const failed = (fault: 'unreadable' | 'damaged' | 'purged', why: string): AcceptedResult => ({
    ok: false,
    fault,
    detail: `${segment.name} at ${offset}: ${why}`,
  })
  if (segment.purged) return failed('purged', 'the hub has it')
  try {
    const decoded = await read()
    const body = decoded.kind === 'frame' ? parseBody(decoded.body) : undefined
    const frame = body === undefined ? undefined : frameOf(body)
    if (frame?.type !== 'accepted') return failed('damaged', 'no intact accepted frame')
    if (frame.submissionId !== submissionId) return failed('damaged', 'the frame of another submission')
    const sha256 = createHash('sha256').update(frame.envelope).digest('hex')
    return sha256 === frame.envelopeSha256
      ? { ok: true, sequence: body?.sequence ?? 0, frame }
      : failed('damaged', 'the envelope has another hash')
  } catch (error) {
    const code = diskErrorCode(error)
    if (code === undefined) throw error
    // Purged while it was being read.
    if (segment.purged) return failed('purged', 'the hub has it')
    return failed(code === 'ENOENT' ? 'damaged' : 'unreadable', code)
  }
}

/** Opens at the first wish; one that failed to open is tried again at the next. */
function fileOnce(open: () => Promise<DiskFile>) {
  let opened: DiskFile | undefined
  return {
    async file(): Promise<DiskFile> {
      opened ??= await open()
      return opened
    },
    async close(): Promise<void> {
      await opened?.close()
    },
  }
}

/** How much to read at once, in bytes: neighbours together, far ones each for itself. `items` by offset. */
function windowFor(items: readonly Asked[]): number {
  const span = (items.at(-1)?.offset ?? 0) - (items[0]?.offset ?? 0)
  if (span > items.length * NEAR_BYTES) return SINGLE_FRAME_BYTES
  return Math.min(WINDOW_BYTES, span + SINGLE_FRAME_BYTES)
}
