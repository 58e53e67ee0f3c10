import type { DamageLog } from './damage-log.ts'
import { type Disk, diskErrorCode } from './disk.ts'
import { readIndex } from './index-file.ts'
import { keepColumns, keepIndex, rereadSegment } from './indexes.ts'
import type { Damage, PurgeResult, ScrubReport, SegmentInfo } from './journal-api.ts'
import type { Log } from './log.ts'
import type { JournalReads } from './reads.ts'
import { indexName, type Segment } from './segment.ts'
import type { Head, JournalWriter } from './writer.ts'

export interface SegmentsOptions {
  readonly disk: Disk
  readonly dir: string
  readonly log: Log
  readonly journalId: string
  readonly head: Head
  readonly reads: JournalReads
  readonly writer: JournalWriter
  readonly damages: DamageLog
}
type Range = { readonly fromSequence: number; readonly throughSequence: number }

/** What is done with closed segments: their indexes, purging them, and reading them again to find what rotted. */
export class Segments {
  readonly #options: SegmentsOptions
  /** One thing at a time with files that nobody appends to. */
  #work: Promise<unknown> = Promise.resolve()
  #stopped = false

  constructor(options: SegmentsOptions) {
    this.#options = options
  }

  /** At start: finishes purges that were journalled, and writes the indexes that are missing, in the background. */
  async begin(purges: readonly Range[]): Promise<void> {
    for (const segment of this.#options.head.segments) {
      const range = purgeRange(segment)
      const isPurged = purges.some(
        (each) => each.fromSequence === range.fromSequence && each.throughSequence === range.throughSequence,
      )
      if (!segment.present || !segment.closed || segment.damaged) continue
      segment.purged = isPurged
      if (isPurged && segment.indexed) await this.#finishPurge(segment)
      else if (isPurged) void this.#alone(async () => (await this.#index(segment)) ?? this.#finishPurge(segment))
      else if (!segment.indexed) this.index(segment)
    }
    for (const segment of this.#options.head.segments) {
      if (segment.indexed && !segment.columned) void this.#alone(() => this.#columns(segment))
    }
  }

  list(): readonly SegmentInfo[] {
    const { head, reads } = this.#options
    return head.segments.map((segment) => ({
      number: segment.number,
      firstSequence: segment.firstSequence,
      lastSequence: segment.lastSequence,
      bytes: segment.bytes,
      closed: segment.closed,
      purged: segment.purged,
      damaged: segment.damaged,
      unknownFrames: reads.unknownIn(segment.number),
      // By the thousand: for those who ask.
      get submissionIds() {
        return reads.submissionIdsOf(segment.number)
      },
    }))
  }

  /** Writes a closed segment's index in the background. It is derived: a failure is logged and tried again later. */
  index(segment: Segment): void {
    void this.#alone(() => this.#index(segment))
  }

  purge(number: number, at: string, stillMay: () => boolean = () => true): Promise<PurgeResult> {
    return this.#alone(() => this.#purge(number, at, stillMay))
  }

  async *scrub(): AsyncGenerator<ScrubReport> {
    for (let number = 1; number <= this.#options.head.segments.length && !this.#stopped; number++) {
      const segment = this.#options.head.segments[number - 1]
      if (segment?.closed !== true) continue
      yield* await this.#alone(() => this.#scrubbed(segment))
    }
  }

  /** Work under way is given up at the next frame. */
  stop(): void {
    this.#stopped = true
  }

  async settled(): Promise<void> {
    for (let work = this.#work; ; work = this.#work) {
      await work
      if (work === this.#work) return
    }
  }

  #alone<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#work.then(act)
    // A bug in it is its caller's to hear of, or, without one, the process's.
    this.#work = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  async #index(segment: Segment): Promise<string | undefined> {
    const { disk, dir, log, journalId, reads } = this.#options
    if (segment.indexed || segment.damaged || !segment.present || this.#stopped) return 'not now'
    const reread = await rereadSegment(disk, dir, segment, () => this.#stopped)
    if (reread.kind === 'stopped') return 'stopped'
    if (reread.kind === 'damaged') {
      await this.#note(segment, reread.damage)
      return 'damaged'
    }
    const failure =
      reread.kind === 'unreadable' ? reread.code : await keepIndex(disk, dir, journalId, segment, reread.drafts)
    if (failure !== undefined) {
      log('warn', 'journal-index-not-written', { segment: segment.name, code: failure })
      return failure
    }
    segment.indexed = true
    segment.columned = true
    reads.forgetMarks(segment.number)
    return undefined
  }

  /** Writes the columns of an index, which only make starts fast. */
  async #columns(segment: Segment): Promise<void> {
    const { disk, dir, log } = this.#options
    if (segment.columned || this.#stopped) return
    let failure: string | undefined
    try {
      const index = await readIndex(disk, dir, segment.number)
      failure = index.ok ? await keepColumns(disk, dir, index) : index.fault
    } catch (error) {
      failure = diskErrorCode(error)
      if (failure === undefined) throw error
    }
    if (failure === undefined) segment.columned = true
    else log('warn', 'journal-columns-not-written', { segment: segment.name, code: failure })
  }

  async #purge(number: number, at: string, stillMay: () => boolean): Promise<PurgeResult> {
    const { disk, dir, head, reads, writer } = this.#options
    const segment = head.segments[number - 1]
    const detail = segment?.name ?? String(number)
    if (segment === undefined) return { ok: false, fault: 'unknown-segment', detail }
    if (!segment.closed) return { ok: false, fault: 'not-closed', detail }
    if (segment.damaged) return { ok: false, fault: 'damaged', detail }
    if (!segment.indexed) {
      const failure = await this.#index(segment)
      if (failure !== undefined) return { ok: false, fault: segment.damaged ? 'damaged' : 'io', detail: failure }
    }
    // The index is all that stays: it is read back from disk before the rest may go.
    const chunks: string[] = []
    try {
      const index = await readIndex(disk, dir, number)
      if (!index.ok) {
        segment.indexed = false
        return { ok: false, fault: 'io', detail: `${indexName(number)} is ${index.fault}: it will be written anew` }
      }
      for (const { entry } of index.lines()) {
        if (!entry.known || entry.frame.type !== 'accepted') continue
        for (const chunk of entry.frame.chunks ?? []) chunks.push(chunk.sha256)
      }
    } catch (error) {
      const code = diskErrorCode(error)
      if (code === undefined) throw error
      return { ok: false, fault: 'io', detail: code }
    }
    const submissions = reads.acceptedIn(number)
    if (!segment.purged) {
      const frame = { type: 'purged', at, ...purgeRange(segment), submissions } as const
      const written = await writer.appendIf(frame, () => !segment.damaged && stillMay())
      if (!written.ok) return written
      segment.purged = true
    }
    const freedBytes = segment.present ? segment.bytes : 0
    const failure = segment.present ? await this.#finishPurge(segment) : undefined
    return failure === undefined
      ? { ok: true, submissions, freedBytes, chunks }
      : { ok: false, fault: 'io', detail: failure }
  }

  /** Returns the disk's error code when the file is still there: the next start, or the next call, tries again. */
  async #finishPurge(segment: Segment): Promise<string | undefined> {
    const { disk, dir, log, reads } = this.#options
    segment.purged = true
    try {
      await disk.remove(`${dir}/${segment.name}`)
      await disk.syncDir(dir)
    } catch (error) {
      const code = diskErrorCode(error)
      if (code === undefined) throw error
      log('warn', 'journal-purge-not-finished', { segment: segment.name, code })
      return code
    }
    segment.present = false
    log('info', 'journal-purged', { segment: segment.name, submissions: reads.acceptedIn(segment.number) })
    return undefined
  }

  async #scrubbed(segment: Segment): Promise<readonly ScrubReport[]> {
    const reports: ScrubReport[] = []
    if (segment.present) {
      const { disk, dir } = this.#options
      const reread = await rereadSegment(disk, dir, segment, () => this.#stopped)
      if (reread.kind === 'stopped') return reports
      const damage = reread.kind === 'damaged' ? reread.damage : []
      if (damage.length > 0) await this.#note(segment, damage)
      const unreadable = reread.kind === 'unreadable' ? reread.code : null
      reports.push({ file: segment.name, bytes: segment.bytes, damage, unreadable })
    }
    if (segment.indexed || segment.purged) reports.push(await this.#scrubbedIndex(segment))
    return reports
  }

  async #scrubbedIndex(segment: Segment): Promise<ScrubReport> {
    const { disk, dir } = this.#options
    const report = { file: indexName(segment.number), bytes: 0, damage: [], unreadable: null }
    try {
      const index = await readIndex(disk, dir, segment.number)
      if (index.ok) return report
    } catch (error) {
      const code = diskErrorCode(error)
      if (code === undefined) throw error
      return { ...report, unreadable: code }
    }
    segment.indexed = false
    const damage: Damage = {
      kind: 'broken',
      segment: report.file,
      offset: 0,
      bytes: 0,
      ...purgeRange(segment),
      mayHoldAccepted: 0,
      tickets: [],
    }
    // With the segment still there it is written anew and nothing is lost.
    if (segment.present) await this.#index(segment)
    else await this.#note(segment, [damage])
    return { ...report, damage: [damage] }
  }

  async #note(segment: Segment, places: readonly Damage[]): Promise<void> {
    segment.damaged = true
    for (const damage of places) this.#options.damages.note(damage)
    const failed = await this.#options.damages.flush()
    if (failed !== undefined) this.#options.log('warn', 'journal-damage-not-journalled', { ...failed })
  }
}

/** The frames of a segment as a `purged` frame names them; the journal's header is none of them. */
function purgeRange({ firstSequence, lastSequence }: Segment): Range {
  return { fromSequence: Math.max(1, firstSequence), throughSequence: lastSequence }
}
