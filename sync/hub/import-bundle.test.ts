import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signBundleManifest } from '../envelope/contact.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import type { SigningKey } from '../envelope/signing-key.ts'
import type { BundleLine, BundleManifest } from '../protocol/contact.ts'
import { hubSuite } from './hub-suite.ts'
import { type ImportResult, importBundle } from './import-bundle.ts'
import { makeIngest } from './ingest.ts'
import type { HandedIn } from './ingest-check.ts'
import { TEST_NOW } from './test-hub.ts'
import { enrolled, makeMemoryHub, type SpeakingTerminal } from './test-memory-hub.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-bundle-'))
})
afterAll(() => rm(folder, { recursive: true }))

type MemoryHub = Awaited<ReturnType<typeof makeMemoryHub>>
let files = 0

function importing(hub: MemoryHub, path: string): Promise<ImportResult> {
  return importBundle({ ...hub.parts, ingest: makeIngest(hub.parts), suite: hubSuite }, path)
}

async function bundle(
  terminal: SpeakingTerminal,
  sent: readonly HandedIn[],
  change: {
    readonly key?: SigningKey
    readonly listed?: readonly HandedIn[]
    readonly lines?: (lines: BundleLine[]) => BundleLine[]
  } = {},
): Promise<string> {
  const manifest: BundleManifest = {
    kind: 'rescue-bundle',
    v: 1,
    terminalId: terminal.terminalId,
    journalId: 'journal',
    at: TEST_NOW,
    submissions: (change.listed ?? sent).map(({ submissionId, sha256 }, i) => ({
      submissionId,
      deviceSequence: i + 1,
      sha256,
      chunks: [],
    })),
  }
  const lines: BundleLine[] = [
    { line: 'manifest', manifest: await signBundleManifest(manifest, change.key ?? terminal.deviceKey) },
    ...sent.map(({ submissionId, sha256, envelope }) => ({
      line: 'envelope' as const,
      submissionId,
      sha256,
      envelope,
    })),
  ]
  const path = join(folder, `${++files}.jsonl`)
  await writeFile(path, `${(change.lines?.(lines) ?? lines).map((line) => JSON.stringify(line)).join('\n')}\n`)
  return path
}

test('a bundle comes in once, however often it is imported, also beside the terminal itself', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const sent = [await terminal.seal(), await terminal.seal(), await terminal.seal()]
  await hub.hub.putSubmission(sent[1] as HandedIn)
  const path = await bundle(terminal, sent)
  const about = { ok: true, terminalId: 'T-1', listed: 3, refused: [], absent: [] }
  expect(await importing(hub, path)).toEqual({ ...about, new: 2, held: 1 })
  expect(await importing(hub, path)).toEqual({ ...about, new: 0, held: 3 })
  expect(hub.store.rows()).toHaveLength(3)
})

test('more than one batch, and what cannot be taken in is named and does not stop the rest', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const stranger = await enrolled({ ...hub, store: (await makeMemoryHub()).store }, 'T-1')
  const sent: HandedIn[] = []
  for (let i = 0; i < 203; i++) sent.push(await terminal.seal())
  const bad = await stranger.seal()
  const path = await bundle(terminal, [...sent, bad], { lines: (lines) => lines.filter((_, i) => i !== 5) })
  expect(await importing(hub, path)).toEqual({
    ok: true,
    terminalId: 'T-1',
    listed: 204,
    new: 202,
    held: 0,
    refused: [{ submissionId: bad.submissionId, fault: 'key-unknown', why: expect.any(String) }],
    absent: [sent[4]?.submissionId],
  })
})

test('one of another terminal among them: each is handed in by itself, and what became of each is said', async () => {
  const hub = await makeMemoryHub()
  const [terminal, before] = [await enrolled(hub, 'T-1'), await enrolled(hub, 'T-OLD')]
  const stranger = await enrolled({ ...hub, store: (await makeMemoryHub()).store }, 'T-1')
  const sent = [await terminal.seal(), await before.seal(), await terminal.seal(), await stranger.seal()]
  await hub.hub.putSubmission(sent[0] as HandedIn)
  const path = await bundle(terminal, sent)
  const about = { ok: true, terminalId: 'T-1', listed: 4, absent: [] }
  const refused = [{ submissionId: sent[3]?.submissionId, fault: 'key-unknown', why: expect.any(String) }]
  expect(await importing(hub, path)).toEqual({ ...about, new: 2, held: 1, refused })
  expect(hub.store.rows().map((row) => row.terminalId)).toEqual(['T-1', 'T-OLD', 'T-1'])
  expect(await importing(hub, path)).toEqual({ ...about, new: 0, held: 3, refused })
})

test('a bundle that does not hold: nothing of it comes in', async () => {
  const hub = await makeMemoryHub()
  const terminal = await enrolled(hub, 'T-1')
  const stranger = await enrolled({ ...hub, store: (await makeMemoryHub()).store }, 'T-1')
  const sent = [await terminal.seal(), await terminal.seal()]
  const refused = async (path: string, line: number, why: string) => {
    expect(await importing(hub, path)).toEqual({
      ok: false,
      fault: 'bad-bundle',
      line,
      why: expect.stringContaining(why),
    })
    expect(hub.store.rows()).toHaveLength(0)
  }
  await refused(await bundle(terminal, sent, { key: stranger.deviceKey }), 1, 'key-unknown')
  await refused(await bundle(terminal, sent, { listed: sent.slice(0, 1) }), 3, 'does not list')
  await refused(await bundle(terminal, sent, { lines: (lines) => lines.slice(1) }), 1, 'manifest')
  await refused(await bundle(terminal, [...sent, sent[0] as HandedIn]), 4, 'came before')
  const changed = (lines: BundleLine[]) =>
    lines.map((line) => (line.line === 'envelope' ? { ...line, envelope: `${line.envelope} ` } : line))
  await refused(await bundle(terminal, sent, { lines: changed }), 2, 'does not have its hash')
  const chunk = { line: 'chunk' as const, sha256: sha256Hex('x'), base64: Buffer.from('x').toString('base64') }
  await refused(
    await bundle(terminal, sent, { lines: ([first, ...rest]) => [first as BundleLine, chunk, ...rest] }),
    2,
    'does not list',
  )
  await refused(await bundle(terminal, sent, { lines: () => [] }), 1, 'not a line')
  await hub.store.transaction((tx) => tx.revokeTerminal('T-1', TEST_NOW))
  await refused(await bundle(terminal, sent), 1, 'revoked')
})
