import { trustedColumns } from './columns-file.ts'
import { type Disk, type DiskFile, diskErrorCode } from './disk.ts'
import { type Body, HeaderFrameSchema, type JournalEntry, parseBody, toEntry } from './entry.ts'
import { hiddenIn, journalIdIn, MAX_TICKETS, ticketsIn } from './evidence.ts'
import { entriesIn, type FactColumns } from './fact-columns.ts'
import { type Decoded, GENESIS_HASH, HEADER_BYTES } from './framing.ts'
import { damageOf, emptyGap, type Gap, intactFrom, ticketsOf } from './gap.ts'
import { type IndexRead, isIndexOf, readIndex, type SegmentFacts } from './index-file.ts'
import type { Damage } from './journal-api.ts'
import type { ScanResult, ScanVisitor } from './scan-result.ts'
import {
  columnsName,
  FrameReader,
  indexName,
  lastSegmentNumber,
  newSegment,
  type Segment,
  segmentName,
} from './segment.ts'

export type { ScanFault, Scanned, ScanResult, ScanVisitor } from './scan-result.ts'

/** More bytes than the longest write has (writer.ts) are no unfinished write. */
export const MAX_TORN_BYTES = 6 << 20

/**
 * Reads a journal from its first frame to its last and checks every hash, link and sequence. Changes nothing. Closed
 * segments with a good index are not read, unless `readAll`.
 *
 * Damage does not stop it: it goes on at the next intact frame (frames carry their sequence) and tells every place. A bad
 * frame counts as a torn tail only at the end of the last segment and only when no frame of a later write stands behind
 * it: a write is begun after the one before it was made durable, so anything else is damage or tampering.
 */
export async function scanJournal(
  disk: Disk,
  dir: string,
  visitor: ScanVisitor,
  options: { readonly readAll?: boolean } = {},
): Promise<ScanResult> {
  try {
    return await new Scanner(disk, dir, visitor, options.readAll ?? false).run()
  } catch (error) {
    if (error instanceof NewerFormat) return { ok: false, fault: 'newer-format', detail: error.message }
    const code = diskErrorCode(error)
    if (code === undefined) throw error
    return { ok: false, fault: 'unreadable', detail: code }
  }
}

class NewerFormat extends Error {}

class Scanner {
  readonly #disk: Disk
  readonly #dir: string
  readonly #visitor: ScanVisitor
  readonly #readAll: boolean
  readonly #segments: Segment[] = []
  readonly #damage: Damage[] = []
  readonly #damageSeen: Damage[] = []
  readonly #purges: { fromSequence: number; throughSequence: number }[] = []
  readonly #unknownTypes: Record<string, number> = {}
  #journalId: string | null = null
  /** Made out in damaged bytes. */
  #legibleId: string | undefined
  #last = -1
  #lastHash: Buffer = GENESIS_HASH
  #frames = 0
  #unknown = 0
  #tornBytes = 0
  #gap: Gap | undefined

  constructor(disk: Disk, dir: string, visitor: ScanVisitor, readAll: boolean) {
    this.#disk = disk
    this.#dir = dir
    this.#visitor = visitor
    this.#readAll = readAll
  }

  async run(): Promise<ScanResult> {
    const names = await this.#disk.list(this.#dir)
    const present = new Set(names)
    const end = lastSegmentNumber(names)
    for (let number = 1; number <= end; number++) {
      const segment = newSegment(number, this.#last, this.#lastHash)
      segment.present = present.has(segmentName(number))
      segment.closed = number < end
      this.#segments.push(segment)
      const hasIndex = present.has(indexName(number))
      segment.columned = hasIndex && present.has(columnsName(number))
      const columns = await this.#columns(segment)
      const index = async (): Promise<IndexRead> =>
        hasIndex ? readIndex(this.#disk, this.#dir, number) : { ok: false, fault: 'missing' }
      if (segment.present) await this.#segment(segment, columns, index, number === end)
      else await this.#absent(segment, columns, index)
    }
    this.#closeOpenEnd()
    for (const { kind, segment: name } of this.#damageSeen) {
      const segment = this.#segments.find((each) => each.name === name)
      // Seen when it was read again; its index is good all the same.
      if (segment !== undefined && kind === 'broken') segment.damaged = true
    }
    return {
      ok: true,
      journalId: this.#journalId ?? this.#legibleId ?? null,
      segments: this.#segments,
      lastSequence: this.#last,
      lastHash: this.#lastHash,
      tornBytes: this.#tornBytes,
      frames: this.#frames,
      unknownFrames: this.#unknown,
      unknownTypes: this.#unknownTypes,
      damage: this.#damage.filter((damage) => !this.#isPurged(damage)),
      damageSeen: this.#damageSeen,
      purges: this.#purges,
    }
  }

  /** Undefined when the index, or the segment itself, must be read instead. */
  async #columns(segment: Segment): Promise<FactColumns | undefined> {
    if (!segment.columned || this.#readAll || this.#visitor.onColumns === undefined) return undefined
    const columns = await trustedColumns(this.#disk, this.#dir, segment)
    segment.columned = columns !== undefined
    return columns
  }

  async #segment(
    segment: Segment,
    columns: FactColumns | undefined,
    readIndexOf: () => Promise<IndexRead>,
    isLast: boolean,
  ): Promise<void> {
    const file = await this.#disk.open(`${this.#dir}/${segment.name}`, { write: false, create: false })
    try {
      const size = await file.size()
      if (columns?.facts.bytes === size) {
        segment.closed = true
        this.#fromColumns(segment, columns)
        return
      }
      if (columns !== undefined) segment.columned = false
      const found = await readIndexOf()
      // An earlier program, after a roll-back, knows no indexes and goes on writing to the last segment, closed or not.
      const hasGrown = found.ok && size > found.header.bytes
      const index: IndexRead = hasGrown ? { ok: false, fault: 'outgrown' } : found
      // Whoever wrote its index had closed it.
      if (index.ok) segment.closed = true
      if (!index.ok || this.#readAll) {
        await this.#frameByFrame(file, size, segment, isLast && !index.ok)
        segment.indexed = index.ok && isIndexOf(index.header, segment)
        return
      }
      this.#fromIndex(segment, index)
      if (size === index.header.bytes) return
      const cut = [...index.lines()].filter(({ offset }) => offset >= size - HEADER_BYTES)
      this.#place(segment, Math.min(size, segment.bytes), Math.abs(segment.bytes - size), ticketsOf(cut))
    } finally {
      await file.close()
    }
  }

  /** A segment without its file: purged, or lost. */
  async #absent(
    segment: Segment,
    columns: FactColumns | undefined,
    readIndexOf: () => Promise<IndexRead>,
  ): Promise<void> {
    // A purge, if there was one, is told by a later frame.
    if (columns !== undefined) {
      this.#fromColumns(segment, columns)
      this.#place(segment, 0, 0, ticketsOf(entriesIn(columns)))
      return
    }
    const index = await readIndexOf()
    if (!index.ok && index.fault === 'newer-format') throw new NewerFormat(indexName(segment.number))
    if (index.ok) {
      this.#fromIndex(segment, index)
      this.#place(segment, 0, 0, ticketsOf(index.lines()))
      return
    }
    segment.damaged = true
    this.#gap ??= emptyGap(index.fault === 'damaged' ? indexName(segment.number) : segment.name, 0, this.#last + 1)
    this.#gap.counted = false
  }

  #fromColumns(segment: Segment, columns: FactColumns): void {
    this.#begin(segment, columns.facts)
    this.#visitor.onColumns?.(columns)
    for (const entry of columns.others) this.#remember(entry)
    this.#frames += columns.rows.kinds.length
    this.#end(segment, columns.facts)
  }

  #fromIndex(segment: Segment, { header, lines }: Extract<IndexRead, { ok: true }>): void {
    this.#begin(segment, header)
    for (const { entry, offset } of lines()) this.#give(entry, segment, offset)
    this.#end(segment, header)
  }

  #begin(segment: Segment, facts: SegmentFacts): void {
    this.#meet(segment, 0, facts.firstSequence, Buffer.from(facts.previousHash, 'hex'))
    this.#journalId = facts.journalId
  }

  #end(segment: Segment, facts: SegmentFacts): void {
    segment.lastSequence = facts.lastSequence
    segment.lastHash = Buffer.from(facts.lastHash, 'hex')
    segment.bytes = facts.bytes
    segment.frames = facts.frames
    segment.indexed = true
    this.#last = facts.lastSequence
    this.#lastHash = segment.lastHash
  }

  async #frameByFrame(file: DiskFile, size: number, segment: Segment, isLast: boolean): Promise<void> {
    const reader = new FrameReader(file)
    let whole: Buffer | undefined
    for (let at = 0; at < size; ) {
      const decoded = await reader.frameAt(at, size)
      if (decoded.kind === 'newer-format') {
        whole ??= await file.read(0, size)
        // A later program writes no more of our frames behind its own: then it is a byte that changed.
        if (intactFrom(whole, at + 1).next().done === true) {
          throw new NewerFormat(`${segment.name}: format ${decoded.version} of a later program`)
        }
      }
      const body = decoded.kind === 'frame' ? parseBody(decoded.body) : undefined
      if (decoded.kind === 'frame' && body !== undefined && this.#fits(body)) {
        this.#meet(segment, at, body.sequence, decoded.previous)
        this.#take(body, decoded, segment, at)
        at += HEADER_BYTES + decoded.body.length
        if (!segment.damaged) segment.bytes = at
        continue
      }
      // Kept in memory for the rest of this segment: a file with many bad places is read only once more.
      whole ??= await file.read(0, size)
      if (decoded.kind !== 'frame' && isLast && !segment.damaged && this.#isTorn(whole, at)) {
        this.#tornBytes = size - at
        return
      }
      const next = this.#nextIntact(whole, at)
      this.#bad(segment, at, whole.subarray(at, next))
      at = next
      segment.bytes = size
    }
    if (segment.damaged) segment.bytes = size
  }

  /** The journal's own header is the first frame and no other. */
  #fits(body: Body): boolean {
    return body.sequence > this.#last && (body.sequence > 0 || HeaderFrameSchema.safeParse(body).success)
  }

  #take(body: Body, decoded: Extract<Decoded, { kind: 'frame' }>, segment: Segment, offset: number): void {
    this.#last = body.sequence
    this.#lastHash = decoded.hash
    segment.lastSequence = body.sequence
    segment.lastHash = decoded.hash
    segment.frames += 1
    const header = body.type === 'journal' ? HeaderFrameSchema.safeParse(body) : undefined
    if (header?.success) this.#journalId = header.data.journalId
    if (body.type !== 'journal') this.#give(toEntry(body), segment, offset)
  }

  #give(entry: JournalEntry, segment: Segment, offset: number): void {
    this.#frames += 1
    this.#remember(entry)
    this.#visitor.onEntry(entry, { segment: segment.number, offset })
  }

  #remember(entry: JournalEntry): void {
    if (!entry.known) {
      this.#unknown += 1
      this.#unknownTypes[entry.type] = (this.#unknownTypes[entry.type] ?? 0) + 1
    } else if (entry.frame.type === 'purged') this.#purges.push(entry.frame)
    else if (entry.frame.type === 'damage-seen') this.#damageSeen.push(entry.frame)
  }

  /** An intact frame, or an index: closes the gap before it, and checks that it follows what came before. */
  #meet(segment: Segment, offset: number, sequence: number, previous: Buffer): void {
    if (segment.frames === 0) {
      segment.firstSequence = sequence
      segment.previousHash = previous
    }
    const gap = this.#gap
    this.#gap = undefined
    const follows = sequence === this.#last + 1 && previous.equals(this.#lastHash)
    if (gap === undefined && follows) return
    const missing = sequence - this.#last - 1
    const before = offset === 0 ? this.#segments[segment.number - 2] : segment
    const place =
      gap ?? emptyGap((before ?? segment).name, before === segment ? offset : (before?.bytes ?? 0), this.#last + 1)
    if (gap === undefined) (before ?? segment).damaged = true
    this.#damage.push({
      ...damageOf(place),
      throughSequence: sequence - 1,
      mayHoldAccepted: place.counted && place.frames === missing ? place.accepted : missing,
    })
  }

  #bad(segment: Segment, offset: number, bytes: Buffer): void {
    segment.damaged = true
    segment.closed = true
    const gap = this.#gap ?? emptyGap(segment.name, offset, this.#last + 1)
    const hidden = hiddenIn(bytes)
    gap.bytes += bytes.length
    gap.frames += hidden.frames
    gap.accepted += hidden.accepted
    gap.counted &&= hidden.counted
    gap.tickets = [...gap.tickets, ...ticketsIn(bytes)].slice(0, MAX_TICKETS)
    this.#gap = gap
    this.#legibleId ??= journalIdIn(bytes)
  }

  /** A place where nothing is missing that is not known by the index. */
  #place(segment: Segment, offset: number, bytes: number, tickets: readonly string[]): void {
    segment.damaged = true
    segment.closed = true
    this.#damage.push({
      ...damageOf({ ...emptyGap(segment.name, offset, segment.firstSequence), bytes, tickets }),
      throughSequence: segment.lastSequence,
      mayHoldAccepted: 0,
    })
  }

  /**
   * Nothing intact stands behind the last gap. The numbers of what may stand there are passed over, so that they are
   * not given twice should it be read one day.
   */
  #closeOpenEnd(): void {
    const gap = this.#gap
    if (gap === undefined) return
    this.#last += gap.frames
    this.#damage.push({ ...damageOf(gap), throughSequence: null, mayHoldAccepted: gap.accepted })
  }

  /** Frames of one write may reach the disk in any order; none of them was promised before all were durable. */
  #isTorn(whole: Buffer, at: number): boolean {
    if (whole.length - at > MAX_TORN_BYTES) return false
    const expected = this.#last + 1
    for (const { body } of intactFrom(whole, at + 1)) if (body === undefined || body.group > expected) return false
    return true
  }

  #nextIntact(whole: Buffer, at: number): number {
    for (const { offset, body } of intactFrom(whole, at + 1)) {
      if (body !== undefined && this.#fits(body)) return offset
    }
    return whole.length
  }

  /** Segments without a file are found before the frame that says that they were purged. */
  #isPurged({ segment: name, offset, bytes, fromSequence, throughSequence }: Damage): boolean {
    const segment = this.#segments.find((each) => each.name === name)
    if (segment === undefined || segment.present || offset > 0 || bytes > 0) return false
    const purged = this.#purges.some(
      (purge) =>
        purge.fromSequence <= Math.max(1, fromSequence) &&
        throughSequence !== null &&
        throughSequence <= purge.throughSequence,
    )
    if (purged && segment.indexed) {
      segment.purged = true
      segment.damaged = false
      return true
    }
    return false
  }
}
