import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type Frame, FrameSchema } from '../protocol/frames.ts'
import { type Disk, diskErrorCode } from './disk.ts'
import type { HeaderFrame, JournalEntry } from './entry.ts'
import type { Log } from './log.ts'
import { nodeDisk } from './node-disk.ts'
import { type AcceptedResult, JournalReads } from './reads.ts'
import { cutTornTail } from './repair.ts'
import { type ScanFault, scanJournal } from './scan.ts'
import { type AppendFault, type AppendResult, type Head, JournalWriter } from './writer.ts'

/** Small enough to be read whole when damage is looked for, large enough for thousands of submissions. */
const SEGMENT_BYTES = 16 << 20
const LOCK_NAME = 'journal.lock'

export interface JournalOptions {
  readonly dir: string
  readonly disk?: Disk
  /** Wall clock in milliseconds since 1970, for the header frame. */
  readonly clock?: { unixMs(): number }
  readonly log: Log
  /** Name for a new journal. */
  readonly newId?: () => string
  readonly segmentBytes?: number
  /**
   * Called for every frame but the header, in order: while opening for those that are there, afterwards for each new one
   * as soon as it is durable and before its append resolves. A ledger follows the journal with this and one scan. When
   * opening ends in a fault, what was handed over so far is only a beginning.
   */
  readonly onEntry?: (entry: JournalEntry) => void
}

export type OpenResult =
  | {
      readonly ok: true
      readonly journal: Journal
      readonly repaired: { readonly tornBytes: number }
      /** Frames that it holds, the header apart. */
      readonly frames: number
    }
  | ScanFault
  | { readonly ok: false; readonly fault: 'locked'; readonly detail: string }
  /** A new journal could not be begun. */
  | { readonly ok: false; readonly fault: Exclude<AppendFault, 'closed'>; readonly detail: string }

export interface Journal {
  readonly journalId: string
  /** Of the last durable frame; 0 when there is none. */
  readonly lastSequence: number
  /**
   * Appends one frame. Resolves only once the frame is durable (fdatasync), or with a fault when it is not there at all;
   * a failed write is cut off again. Appends keep their order.
   * @throws ZodError for a frame that breaks FrameSchema, RangeError for one above the size limit: both are bugs.
   */
  append(frame: Frame): Promise<AppendResult>
  /**
   * All durable frames from a sequence on, one in memory at a time; ends when it has caught up.
   * @throws an Error when a frame that was good at start cannot be read back.
   */
  read(fromSequence?: number): AsyncIterable<JournalEntry>
  /** Reads one accepted frame with its envelope back from disk and checks it. */
  readAccepted(submissionId: string): Promise<AcceptedResult>
  /** Finishes pending appends and frees the lock; later appends answer 'closed'. */
  close(): Promise<void>
}

/**
 * Opens the journal of a folder for its one writer, or begins one. Checks the whole chain, cuts off a torn tail (kept
 * aside in a file of its own) and reports any other damage without touching it.
 */
export async function openJournal(options: JournalOptions): Promise<OpenResult> {
  const disk = options.disk ?? nodeDisk
  try {
    await disk.makeDir(options.dir)
    const lock = await disk.lock(join(options.dir, LOCK_NAME))
    if (!lock.ok) return { ok: false, fault: 'locked', detail: lock.holder }
    let opened: OpenResult | undefined
    try {
      opened = await openLocked(options, disk, lock.release)
      return opened
    } finally {
      if (!opened?.ok) await lock.release()
    }
  } catch (error) {
    const code = diskErrorCode(error)
    if (code === undefined) throw error
    return { ok: false, fault: 'unreadable', detail: code }
  }
}

async function openLocked(options: JournalOptions, disk: Disk, release: () => Promise<void>): Promise<OpenResult> {
  const { dir, log } = options
  const reads = new JournalReads(disk, dir)
  const scanned = await scanJournal(disk, dir, {
    onEntry(entry, at) {
      reads.note(entry, at)
      options.onEntry?.(entry)
    },
  })
  if (!scanned.ok) {
    const place = scanned.fault === 'broken-chain' ? scanned.place : undefined
    log('error', 'journal-not-opened', { fault: scanned.fault, ...place, detail: scanned.detail })
    return scanned
  }
  const { segments, lastSequence, lastHash, tornBytes, unknownFrames } = scanned
  if (tornBytes > 0) await cutTornTail(disk, dir, segments.at(-1), tornBytes, log)
  const head: Head = { lastSequence, lastHash, segments: [...segments] }
  const writer = new JournalWriter({
    disk,
    dir,
    head,
    segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
    onDurable(frame, sequence, at) {
      if (frame.type === 'journal') return
      const entry: JournalEntry = { sequence, known: true, frame }
      reads.note(entry, at)
      options.onEntry?.(entry)
    },
  })
  let { journalId } = scanned
  if (journalId === null) {
    const header = newHeader(options)
    const begun = await writer.append(header)
    if (!begun.ok) {
      await writer.close()
      return { ok: false, fault: begun.fault === 'closed' ? 'io' : begun.fault, detail: begun.detail }
    }
    journalId = header.journalId
  }
  log('info', 'journal-opened', { journalId, frames: head.lastSequence, tornBytes, unknownFrames })
  const journal = journalOver(journalId, head, writer, reads, release)
  return { ok: true, journal, repaired: { tornBytes }, frames: head.lastSequence }
}

function journalOver(
  journalId: string,
  head: Head,
  writer: JournalWriter,
  reads: JournalReads,
  release: () => Promise<void>,
): Journal {
  let closing: Promise<void> | undefined
  return {
    journalId,
    get lastSequence() {
      return Math.max(0, head.lastSequence)
    },
    append: async (frame) => writer.append(FrameSchema.parse(frame)),
    read: (fromSequence = 1) => reads.from(fromSequence, head),
    readAccepted: (submissionId) => reads.accepted(submissionId, head),
    close() {
      closing ??= writer.close().then(release)
      return closing
    },
  }
}

function newHeader(options: JournalOptions): HeaderFrame {
  const now = options.clock?.unixMs() ?? Date.now()
  return { type: 'journal', journalId: (options.newId ?? randomUUID)(), at: new Date(now).toISOString() }
}
