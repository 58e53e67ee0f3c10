import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { signBundleManifest } from '../sync/envelope/contact.ts'
import type { SigningKey } from '../sync/envelope/suite.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { LedgerItem } from '../sync/journal/ledger.ts'
import type { BundleLine, BundleManifest } from '../sync/protocol/contact.ts'
import type { AcceptedFrame } from '../sync/protocol/frames.ts'
import type { ChunkStore } from './chunk-sending.ts'

/** Owner only: the content is sealed, but who applied when is nobody's business. */
const FILE_MODE = 0o600

export interface BundleSource {
  readonly terminalId: string
  readonly journalId: string
  readonly items: Iterable<LedgerItem>
  readonly readAccepted: Journal['readAccepted']
  readonly attachments: Pick<ChunkStore, 'read'>
  readonly deviceKey: SigningKey
  readonly nowIso: () => string
}

/** What the hub does not surely have; or, with `all`, whatever this terminal can still send. */
export function bundleItems(items: Iterable<LedgerItem>, all: boolean): LedgerItem[] {
  return [...items].filter((item) => !item.purged && (all || item.state !== 'received'))
}

export type BundleResult =
  | {
      readonly ok: true
      readonly file: string
      readonly submissions: number
      readonly bytes: number
      /** Tickets of submissions that this disk cannot give back whole: they are not in the bundle. */
      readonly damaged: readonly string[]
    }
  | { readonly ok: false; readonly fault: 'not-written'; readonly detail: string }

type Entry = BundleManifest['submissions'][number]

/**
 * Writes a rescue bundle (sync/protocol/contact.ts, BundleLine): JSON Lines, a manifest signed by the device first, each
 * chunk before the envelope that needs it. One envelope or chunk in memory at a time; only the list of what is in it
 * grows. Written aside, made durable, then renamed: a stick that is pulled out early holds no half bundle under its name.
 */
export async function writeBundle(source: BundleSource, dir: string): Promise<BundleResult> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const { entries, damaged } = await survey(source)
    const at = source.nowIso()
    const file = join(dir, `bianmin-${source.terminalId}-${at.replace(/[-:]|\.\d+/g, '')}.jsonl`)
    const bytes = await write(source, entries, at, file)
    return { ok: true, file, submissions: entries.length, bytes, damaged }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return { ok: false, fault: 'not-written', detail: String((error as NodeJS.ErrnoException).code) }
  }
}

/** Reads everything once before anything is promised: the manifest names only what can be given back. */
async function survey(source: BundleSource): Promise<{ entries: Entry[]; damaged: string[] }> {
  const entries: Entry[] = []
  const damaged: string[] = []
  for (const item of source.items) {
    const frame = await frameOf(source, item.submissionId)
    const isWhole = frame !== undefined && (await hasChunks(source, frame))
    if (!isWhole) damaged.push(item.ticket)
    else {
      const { submissionId, deviceSequence, envelopeSha256: sha256, chunks = [] } = frame
      entries.push({ submissionId, deviceSequence, sha256, chunks })
    }
  }
  return { entries, damaged }
}

async function frameOf(source: BundleSource, submissionId: string): Promise<AcceptedFrame | undefined> {
  const read = await source.readAccepted(submissionId)
  return read.ok ? read.frame : undefined
}

async function hasChunks(source: BundleSource, frame: AcceptedFrame): Promise<boolean> {
  for (const { sha256 } of frame.chunks ?? []) if (!(await source.attachments.read(sha256)).ok) return false
  return true
}

async function write(source: BundleSource, entries: readonly Entry[], at: string, file: string): Promise<number> {
  const { terminalId, journalId } = source
  const manifest: BundleManifest = {
    kind: 'rescue-bundle',
    v: 1,
    terminalId,
    journalId,
    at,
    submissions: [...entries],
  }
  const draft = `${file}.new`
  const handle = await open(draft, 'w', FILE_MODE)
  let bytes = 0
  try {
    bytes += await writeLine(handle, {
      line: 'manifest',
      manifest: await signBundleManifest(manifest, source.deviceKey),
    })
    for (const { submissionId } of entries) {
      for await (const line of linesOf(source, submissionId)) bytes += await writeLine(handle, line)
    }
    await handle.sync()
  } catch (error) {
    await handle.close()
    await rm(draft, { force: true })
    throw error
  }
  await handle.close()
  await rename(draft, file)
  await syncFolder(dirname(file))
  return bytes
}

async function* linesOf(source: BundleSource, submissionId: string): AsyncGenerator<BundleLine, void, void> {
  const frame = await frameOf(source, submissionId)
  if (frame === undefined) throw gone(submissionId)
  for (const { sha256 } of frame.chunks ?? []) {
    const chunk = await source.attachments.read(sha256)
    if (!chunk.ok) throw gone(submissionId)
    yield { line: 'chunk', sha256, base64: Buffer.from(chunk.bytes).toString('base64') }
  }
  yield { line: 'envelope', submissionId, sha256: frame.envelopeSha256, envelope: frame.envelope }
}

/** It was there a moment ago: the running terminal purged it, or the disk is failing. A new bundle names what is left. */
function gone(submissionId: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${submissionId} went while the bundle was written`), { code: 'CHANGED_MEANWHILE' })
}

async function writeLine(handle: FileHandle, line: BundleLine): Promise<number> {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
  await handle.writeFile(bytes)
  return bytes.length
}

async function syncFolder(dir: string): Promise<void> {
  // Windows has no fsync for folders.
  if (process.platform === 'win32') return
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
