import { rootKeySha256, signKeySet } from '../../sync/envelope/key-set.ts'
import { type PackageContent, signManifest } from '../../sync/envelope/package.ts'
import { generateSealKey } from '../../sync/envelope/seal-key.ts'
import { sha256Hex } from '../../sync/envelope/sha256.ts'
import { generateSigningKey, type SigningKey } from '../../sync/envelope/signing-key.ts'
import { openJournal } from '../../sync/journal/journal.ts'
import { Ledger } from '../../sync/journal/ledger.ts'
import { type MemoryDisk, memoryDisk } from '../../sync/journal/memory-disk.ts'
import type { KeySet } from '../../sync/protocol/keys.ts'
import type { PackageKind } from '../../sync/protocol/receipt.ts'
import { type Catalogue, CatalogueSchema } from '../../sync/protocol/service-item.ts'
import { type Cell, createCell } from '../cell.ts'
import type { EventName, Log } from '../events.ts'
import type { VerifiedPackage } from '../packages.ts'

/** What the tests of this room share; no part of the program. */

export const NOW = '2026-11-23T02:48:00.000Z'
export const TERMINAL_ID = 'YZ-NQ-03'
export const EPOCH = '5b0f1d9e-46b1-4f0f-9b0a-0d7d8f3c1a11'

/** A clock that moves only when told. */
export function manualClock() {
  let nowMs = 0
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>()
  return {
    nowMs: () => nowMs,
    after(delayMs: number, run: () => void) {
      const timer = { atMs: nowMs + delayMs, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    /** Runs what falls due within so many milliseconds, in order, and lets promises settle in between. */
    async advance(ms: number) {
      const endMs = nowMs + ms
      await settle()
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)
        if (next === undefined) break
        timers.delete(next)
        nowMs = Math.max(nowMs, next.atMs)
        next.run()
        await settle()
      }
      nowMs = endMs
    },
    timers: () => timers.size,
  }
}

/** Lets promise chains run to where they wait for something outside of them. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await null
}

export interface LogLine {
  readonly event: EventName
  readonly detail: Readonly<Record<string, unknown>>
}

/** Keeps what was logged; `text` is all of it, to look for what must not be there. */
export function logBook() {
  const lines: LogLine[] = []
  const log: Log = (event, detail = {}) => void lines.push({ event, detail })
  return {
    log,
    lines,
    of: (event: EventName) => lines.filter((line) => line.event === event).map((line) => line.detail),
    text: () => JSON.stringify(lines),
  }
}

export interface JournalOnMemory {
  readonly disk: MemoryDisk
  readonly ledger: Ledger
  readonly journalHead: Cell<number>
  readonly journal: Extract<Awaited<ReturnType<typeof openJournal>>, { ok: true }>['journal']
}

/** A journal as the Terminal opens it, on a disk that can fill up and fail. */
export async function journalOnMemory(disk: MemoryDisk = memoryDisk()): Promise<JournalOnMemory> {
  const ledger = new Ledger()
  const journalHead = createCell(0)
  const opened = await openJournal({
    dir: '/journal',
    disk,
    log: () => undefined,
    onEntry(entry) {
      ledger.apply(entry)
      journalHead.set(entry.sequence)
    },
  })
  if (!opened.ok) throw new Error(opened.fault)
  return { disk, ledger, journalHead, journal: opened.journal }
}

export const CATALOGUE: Catalogue = CatalogueSchema.parse({
  kind: 'catalogue',
  region: { zh: '云洲市' },
  divisions: [{ code: '990101', name: { zh: '南桥区' } }],
  items: [
    {
      id: 'S07',
      version: 1,
      code: '1133000000248200012014001001000',
      name: { zh: '失业登记' },
      use: { zh: '用处' },
      seal: '业',
      topic: { zh: '就业' },
      department: { name: { zh: '南桥区人力资源和社会保障局' }, uscc: '113300000024820001' },
      days: { legal: 10, promised: 3 },
      minutes: 3,
      crossProvince: false,
      offlinePolicy: 'A',
      needs: [],
      bring: [],
      pages: [{ id: 'contact', question: { zh: '问' }, fields: ['phone', 'unit'] }],
      fields: [
        { id: 'phone', type: 'phone', label: { zh: '手机' } },
        { id: 'unit', type: 'text', label: { zh: '单位' }, minGlyphs: 2, maxGlyphs: 40, required: false },
      ],
      signature: false,
      after: [{ what: { zh: '收到' }, note: { zh: '马上' } }],
    },
  ],
})

type PackageFor<K extends PackageKind> = Extract<VerifiedPackage, { kind: K }>

export interface HubWorld {
  readonly root: SigningKey
  readonly packageKey: SigningKey
  readonly rootKeySha256: string
  readonly sealPrivateJwk: Awaited<ReturnType<typeof generateSealKey>>['privateJwk']
  readonly keySet: KeySet
  /** The key set at another version, signed by our root or another. */
  signedKeySet(version: number, by?: SigningKey): Promise<string>
  /** A catalogue package at a version. */
  signedCatalogue(version: number): Promise<PackageFor<'catalogue'>>
  signedPackage<K extends PackageKind>(
    kind: K,
    version: number,
    content: PackageContent<K>,
    hubEpoch?: string,
  ): Promise<PackageFor<K>>
}

/** The keys of a hub: made once per test file, the sealing key takes a while. */
export async function makeHubWorld(): Promise<HubWorld> {
  const { key: root } = await generateSigningKey()
  const { key: packageKey } = await generateSigningKey()
  const seal = await generateSealKey()
  const valid = { from: '2020-01-01T00:00:00.000Z', to: '2040-01-01T00:00:00.000Z' }
  const keySetOf = (version: number): KeySet => ({
    kind: 'key-set',
    version,
    keys: [
      { ...valid, use: 'seal', kid: 'seal-1', jwk: seal.jwk },
      { ...valid, use: 'package', kid: packageKey.kid, jwk: packageKey.jwk },
    ],
  })
  async function signedPackage<K extends PackageKind>(
    kind: K,
    version: number,
    content: PackageContent<K>,
    hubEpoch = EPOCH,
  ): Promise<PackageFor<K>> {
    const text = JSON.stringify(content)
    const bytes = Buffer.byteLength(text)
    const manifest = { kind, version, hubEpoch, sha256: sha256Hex(text), bytes, publishedAt: NOW }
    const signed = { manifest: await signManifest(manifest, packageKey), content: text }
    return { kind, manifest, content, signed } as unknown as PackageFor<K>
  }
  return {
    root,
    packageKey,
    rootKeySha256: rootKeySha256(root.jwk),
    sealPrivateJwk: seal.privateJwk,
    keySet: keySetOf(1),
    signedKeySet: (version, by = root) => signKeySet(keySetOf(version), by),
    signedCatalogue: (version) => signedPackage('catalogue', version, CATALOGUE),
    signedPackage,
  }
}
