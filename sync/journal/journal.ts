import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DamageLog } from './damage-log.ts'
import { type Disk, diskErrorCode } from './disk.ts'
import type { HeaderFrame } from './entry.ts'
import type { FactColumns } from './fact-columns.ts'
import type { Damage, Journal, JournalOptions, OpenResult } from './journal-api.ts'
import { nodeDisk } from './node-disk.ts'
import { JournalReads } from './reads.ts'
import { cutTornTail, removeDrafts, tornDamage, unnotedTails } from './repair.ts'
import { type Scanned, scanJournal } from './scan.ts'
import { Segments } from './segments.ts'
import { type Head, JournalWriter } from './writer.ts'

export type {
  AcceptedResult,
  AppendFault,
  AppendResult,
  Damage,
  Journal,
  JournalOptions,
  OpenResult,
  PurgeResult,
  ScrubReport,
  SegmentInfo,
} from './journal-api.ts'

/** Small enough to be read whole when damage is looked for, large enough for thousands of submissions. */
const SEGMENT_BYTES = 16 << 20
const LOCK_NAME = 'journal.lock'

/**
 * Opens the journal of a folder for its one writer, or begins one. Checks the whole chain (closed segments by their
 * index), cuts off a torn tail (kept aside in a file of its own), passes over any other damage without touching it, and
 * journals both as `damage-seen`.
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
  await removeDrafts(disk, dir)
  const reads = new JournalReads(disk, dir, () => head)
  const { onColumns } = options
  const scanned = await scanJournal(disk, dir, {
    onEntry(entry, at) {
      reads.note(entry, at)
      options.onEntry?.(entry)
    },
    ...(onColumns === undefined
      ? {}
      : {
          onColumns(columns: FactColumns) {
            reads.noteAll(columns)
            onColumns(columns)
          },
        }),
  })
  if (!scanned.ok) {
    log('error', 'journal-not-opened', { fault: scanned.fault, detail: scanned.detail })
    return scanned
  }
  await makeDurable(disk, dir, scanned.segments.at(-1))
  const { lastSequence, lastHash, tornBytes, unknownFrames, frames } = scanned
  const head: Head = { lastSequence, lastHash, segments: scanned.segments }
  // What was found is in the ledger's hands already; what is found now must be journalled before anything else.
  const found = [...scanned.damage, ...(await cutTails(disk, options, scanned))]

  const nowIso = () => new Date(options.clock?.unixMs() ?? Date.now()).toISOString()
  let segments: Segments | undefined
  const writer = new JournalWriter({
    disk,
    dir,
    head,
    segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
    releaseReserve: async () => (await options.reserve?.release()) ?? false,
    onDurable(entry, at) {
      reads.note(entry, at)
      options.onEntry?.(entry)
    },
    onClosed: (segment) => segments?.index(segment),
  })
  const damages = new DamageLog(scanned.damageSeen, { nowIso, log, append: (frame) => writer.append(frame) })
  const fresh = found.filter((damage) => damages.note(damage))

  let { journalId } = scanned
  if (journalId === null) {
    const header: HeaderFrame = { type: 'journal', journalId: (options.newId ?? randomUUID)(), at: nowIso() }
    const begun = await writer.append(header)
    if (!begun.ok) {
      await writer.close()
      return { ok: false, fault: begun.fault === 'closed' ? 'io' : begun.fault, detail: begun.detail }
    }
    journalId = header.journalId
  }
  segments = new Segments({ disk, dir, log, journalId, head, reads, writer, damages })
  await damages.flush()
  await segments.begin(scanned.purges)
  log('info', 'journal-opened', { journalId, frames, tornBytes, unknownFrames, damage: fresh.length })
  const journal = journalOver(journalId, head, writer, reads, segments, damages, release)
  return { ok: true, journal, repaired: { tornBytes }, frames, damage: fresh }
}

/**
 * A program that died between a write and its sync left frames that are whole but not yet durable, and perhaps a name
 * that no folder has for good. They count from now on, so they must outlive a power cut before anybody hears of them.
 */
async function makeDurable(disk: Disk, dir: string, active: Head['segments'][number] | undefined): Promise<void> {
  if (active === undefined) return
  const file = await disk.open(join(dir, active.name), { write: true, create: false })
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.syncDir(dir)
}

/** Cuts the torn tail, and tells it together with older ones that were cut and never journalled. */
async function cutTails(disk: Disk, { dir, log }: JournalOptions, scanned: Scanned): Promise<readonly Damage[]> {
  const { segments, tornBytes, damageSeen } = scanned
  const next = scanned.lastSequence + 1
  const last = segments.at(-1)
  const notKept = tornBytes > 0 && last ? await cutTornTail(disk, dir, last, tornBytes, damageSeen, log) : undefined
  const kept = await unnotedTails(disk, dir, damageSeen, next)
  if (notKept === undefined || last === undefined) return kept
  return [...kept, tornDamage(last.name, last.bytes, notKept, next)]
}

function journalOver(
  journalId: string,
  head: Head,
  writer: JournalWriter,
  reads: JournalReads,
  segments: Segments,
  damages: DamageLog,
  release: () => Promise<void>,
): Journal {
  let closing: Promise<void> | undefined
  const journal: Journal = {
    journalId,
    get lastSequence() {
      return Math.max(0, head.lastSequence)
    },
    async append(frame) {
      if (!damages.hasPending) return writer.append(frame)
      const failed = await damages.flush()
      if (failed !== undefined) return failed
      // Its number was given before the damage was known to the ledger.
      if (frame.type !== 'accepted') return writer.append(frame)
      return { ok: false, fault: 'io', detail: 'damage had to be journalled first: number it anew' }
    },
    read: (fromSequence = 1) => reads.from(fromSequence),
    readAccepted: (submissionId) => reads.accepted(submissionId),
    segments: () => segments.list(),
    rotate: () => writer.rotate(),
    purge: (segmentNumber, at, stillMay) => segments.purge(segmentNumber, at, stillMay),
    scrub: () => segments.scrub(),
    settled: () => segments.settled(),
    close() {
      closing ??= (async () => {
        segments.stop()
        await segments.settled()
        await writer.close()
        await release()
      })()
      return closing
    },
  }
  return journal
}
