import type { Frame } from '../protocol/frames.ts'
import { entryOf, type JournalEntry } from './entry.ts'
import { HEADER_BYTES } from './framing.ts'
import { type Journal, type JournalOptions, openJournal } from './journal.ts'
import type { Ledger } from './ledger.ts'
import { type MemoryDisk, memoryDisk } from './memory-disk.ts'
import { AT } from './sample-frames.ts'

/** For this room's tests: journals on memory disks. */

export const DIR = '/journal'
export const FIRST = `${DIR}/journal-000001.bmj`
export const ID = '7d1c2c1e-8f0c-4b39-9f4c-2a1d0c5f7b10'
export const events: { event: string; detail: Record<string, unknown> }[] = []

export function open(disk: MemoryDisk, more: Partial<JournalOptions> = {}) {
  events.length = 0
  const clock = { unixMs: () => Date.parse(AT) }
  const log: JournalOptions['log'] = (_, event, detail) => void events.push({ event, detail })
  return openJournal({ dir: DIR, disk, clock, log, newId: () => ID, ...more })
}

export async function opened(disk: MemoryDisk, more: Partial<JournalOptions> = {}) {
  const result = await open(disk, more)
  if (!result.ok) throw new Error(`${result.fault}: ${result.detail}`)
  return result
}

/** A ledger that follows its journal as main's does. */
export function following(ledger: Ledger): Required<Pick<JournalOptions, 'onEntry' | 'onColumns'>> {
  return { onEntry: (entry) => ledger.apply(entry), onColumns: (columns) => ledger.applyAll(columns) }
}

export async function frames(journal: Journal, from?: number): Promise<JournalEntry[]> {
  const all: JournalEntry[] = []
  for await (const entry of journal.read(from)) all.push(entry)
  return all
}

export const known = (list: readonly Frame[]): JournalEntry[] => list.map((frame, index) => entryOf(index + 1, frame))

/** A disk with a closed journal that holds these frames, each appended by itself. */
export async function written(list: readonly Frame[], more: Partial<JournalOptions> = {}): Promise<MemoryDisk> {
  const disk = memoryDisk()
  const { journal } = await opened(disk, more)
  for (const frame of list) {
    const appended = await journal.append(frame)
    if (!appended.ok) throw new Error(appended.detail)
  }
  await journal.close()
  return disk
}

export function contentOf(disk: MemoryDisk, path = FIRST): Buffer {
  const content = disk.content(path)
  if (content === undefined) throw new Error(`no ${path}`)
  return content
}

/** Where each frame of a file begins. */
export function offsets(content: Buffer): number[] {
  const found: number[] = []
  for (let at = 0; at < content.length; at += HEADER_BYTES + content.readUInt32BE(at + 4)) found.push(at)
  return found
}
