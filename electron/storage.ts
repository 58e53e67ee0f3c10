import { join } from 'node:path'
import { type AttachmentStore, openAttachments } from '../sync/journal/attachments.ts'
import { isDiskFull } from '../sync/journal/disk.ts'
import type { JournalEntry } from '../sync/journal/entry.ts'
import { type Journal, openJournal } from '../sync/journal/journal.ts'
import { Ledger } from '../sync/journal/ledger.ts'
import { nodeDisk } from '../sync/journal/node-disk.ts'
import { createSpace, type Space, type SpaceLevel, type SpaceOptions } from '../sync/journal/space.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'
import { journalRefusal } from './journal-refusal.ts'

/** What lies on this machine's disk and must never be lost, opened together: they share its space. */
export interface Storage {
  readonly journal: Journal
  readonly ledger: Ledger
  /** The journal's last sequence, told soon after each durable frame: nobody's answer waits for those who watch. */
  readonly journalHead: Cell<number>
  readonly attachments: AttachmentStore
  readonly space: Space
  /** What free space allows. */
  readonly spaceLevel: Cell<SpaceLevel>
  /** Resolves when free space was measured and the reserve laid for the first time; the screen need not wait for it. */
  readonly spaceKnown: Promise<void>
  close(): Promise<void>
}

export type StorageResult =
  | { readonly ok: true; readonly storage: Storage }
  | { readonly ok: false; readonly fault: string; readonly detail: string }

/** Opens journal, attachments and the watch over free space. Throws what the disk throws outside the journal. */
export async function openStorage(
  dataDir: string,
  log: Log,
  options: Partial<Pick<SpaceOptions, 'disk' | 'reserveBytes' | 'marks'>> & { readonly every?: Every } = {},
): Promise<StorageResult> {
  const { disk = nodeDisk, every = realEvery, ...room } = options
  const journalDir = join(dataDir, 'journal')
  const note = (level: string, event: string, detail: Record<string, unknown>) =>
    log(level === 'error' ? 'journal-refused' : 'journal-note', { journal: event, ...detail })
  let ledger = new Ledger()
  let unknownFrames = 0
  const head = laterCell(0)
  const spaceLevel = createCell<SpaceLevel>('open')
  const space = createSpace({
    ...room,
    disk,
    dir: journalDir,
    clock: { every },
    log: note,
    onLevel(level) {
      log('space-changed', { intake: level, freeBytes: space.freeBytes })
      spaceLevel.set(level)
    },
  })
  const open = () => {
    ledger = new Ledger()
    unknownFrames = 0
    return openJournal({
      dir: journalDir,
      disk,
      log: note,
      reserve: space,
      onEntry(entry: JournalEntry) {
        if (!entry.known) unknownFrames += 1
        ledger.apply(entry)
        head.set(entry.sequence)
      },
      onColumns(columns) {
        for (const entry of columns.others) if (!entry.known) unknownFrames += 1
        ledger.applyAll(columns)
        head.set(columns.facts.lastSequence)
      },
    })
  }
  let opened = await open()
  // Not even the lock or a note of damage fits: that is what the reserve is for. What waits here must get out.
  if (!opened.ok && isNoRoom(opened) && (await space.release())) opened = await open()
  if (!opened.ok) {
    const detail = journalRefusal(opened, journalDir)
    log('journal-refused', { fault: opened.fault, detail })
    return { ok: false, fault: `journal-${opened.fault}`, detail }
  }
  const { journal, frames, repaired, damage } = opened
  log('journal-opened', { frames, tornBytes: repaired.tornBytes, waiting: ledger.waiting })
  for (const { kind, segment, offset, tickets } of damage) {
    log('journal-damaged', { kind, place: `${segment}:${offset}`, tickets })
  }
  const attachments = await openAttachments(disk, join(dataDir, 'attachments'), note)
  // Those of this start are in the ledger too, unless a full disk kept them from being journalled.
  const broken = [...ledger.damage, ...damage].filter(({ kind }) => kind === 'broken')
  const brokenPlaces = new Set(broken.map(({ segment, offset }) => `${segment}:${offset}`)).size
  const damagedSegments = journal.segments().filter((segment) => segment.damaged).length
  if (unknownFrames + brokenPlaces + damagedSegments === 0) await attachments.sweep(needed(ledger))
  else await sweepDraftsOnly(attachments, needed(ledger), log, { unknownFrames, brokenPlaces, damagedSegments })
  const spaceKnown = space.start()
  return {
    ok: true,
    storage: {
      journal,
      ledger,
      journalHead: head.cell,
      attachments,
      space,
      spaceLevel,
      spaceKnown,
      async close() {
        await spaceKnown
        space.stop()
        await journal.close()
      },
    },
  }
}

function isNoRoom(refused: Extract<Awaited<ReturnType<typeof openJournal>>, { ok: false }>): boolean {
  return refused.fault === 'disk-full' || (refused.fault === 'unreadable' && isDiskFull(refused.detail))
}

/**
 * What this start cannot read may list chunks too: of a damaged place that a person can still mend, or of a frame that a
 * later program wrote before a roll-back. Nothing that may be one of theirs is removed.
 */
async function sweepDraftsOnly(
  attachments: AttachmentStore,
  isNeeded: (sha256: string) => boolean,
  log: Log,
  why: Record<string, number>,
): Promise<void> {
  const kept = (await attachments.list()).filter((sha256) => !isNeeded(sha256)).length
  await attachments.sweep(() => true)
  log('journal-note', { journal: 'attachments-not-swept', kept, ...why })
}

/** Chunks whose submission can still be sent. */
function needed(ledger: Ledger): (sha256: string) => boolean {
  const hashes = new Set(ledger.chunkSha256s())
  return (sha256) => hashes.has(sha256)
}

/** A cell whose newest value is told once the turn that set it is over, however often it was set meanwhile. */
export function laterCell<T>(
  initial: T,
  later: (run: () => void) => void = (run) => void setImmediate(run),
): { readonly cell: Cell<T>; set(value: T): void } {
  const cell = createCell(initial)
  let newest = initial
  let isPlanned = false
  return {
    cell,
    set(value) {
      newest = value
      if (isPlanned) return
      isPlanned = true
      later(() => {
        isPlanned = false
        cell.set(newest)
      })
    },
  }
}

type Every = (intervalMs: number, act: () => void) => () => void

function realEvery(intervalMs: number, act: () => void): () => void {
  const timer = setInterval(act, intervalMs)
  return () => clearInterval(timer)
}
