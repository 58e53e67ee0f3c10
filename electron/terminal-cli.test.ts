import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { verifyBundleManifest } from '../sync/envelope/contact.ts'
import { sha256Hex } from '../sync/envelope/sha256.ts'
import { openAttachments } from '../sync/journal/attachments.ts'
import { type Journal, openJournal } from '../sync/journal/journal.ts'
import { nodeDisk } from '../sync/journal/node-disk.ts'
import { accepted, quarantined, received, submissionId } from '../sync/journal/sample-frames.ts'
import { type BundleLine, BundleLineSchema } from '../sync/protocol/contact.ts'
import { bundleItems, writeBundle } from './rescue-bundle.ts'
import { isPin } from './staff-pin.ts'
import { main } from './terminal-cli.ts'
import { logBook, NOW, TERMINAL_ID } from './testing/fixtures.ts'
import { openTrust, type Trust } from './trust.ts'

const CHUNK = Buffer.alloc(3000, 7)
let dataDir: string
let outDir: string
let journal: Journal
let trust: Trust
let printed: string[]
let typed: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bianmin-cli-'))
  outDir = join(dataDir, 'stick')
  printed = []
  const provisioning = {
    hubUrl: 'https://hub.example.invalid',
    terminalId: TERMINAL_ID,
    rootKeySha256: 'a'.repeat(64),
    enrolmentCode: 'x'.repeat(24),
  }
  await writeFile(join(dataDir, 'provisioning.json'), JSON.stringify(provisioning))
  const trusted = await openTrust({ dir: join(dataDir, 'trust'), provisioning, log: logBook().log })
  if (!trusted.ok) throw new Error(trusted.detail)
  trust = trusted.trust
  const opened = await openJournal({ dir: join(dataDir, 'journal'), log: () => undefined })
  if (!opened.ok) throw new Error(opened.fault)
  journal = opened.journal
})
afterEach(() => journal.close())

const run = (...args: string[]) =>
  main([...args, '--data', dataDir, '--json'], {
    print: (line) => void printed.push(line),
    ask: async () => typed,
    cwd: dataDir,
    nowIso: () => NOW,
  })
const report = () => JSON.parse(printed.at(-1) ?? '') as Record<string, unknown>
async function fill(): Promise<void> {
  const attachments = await openAttachments(nodeDisk, join(dataDir, 'attachments'), () => undefined)
  await attachments.put([{ sha256: sha256Hex(CHUNK), bytes: CHUNK }])
  await journal.append(accepted(1))
  await journal.append({ ...accepted(2), chunks: [{ sha256: sha256Hex(CHUNK), bytes: CHUNK.length }] })
  await journal.append(accepted(3))
  await journal.append(accepted(4))
  await journal.append(received(1))
  await journal.append(quarantined(3))
}
async function bundle(): Promise<BundleLine[]> {
  const text = await readFile(String(report().file), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => BundleLineSchema.parse(JSON.parse(line)))
}
const idsOf = (lines: readonly BundleLine[]) =>
  lines.flatMap((line) => (line.line === 'envelope' ? [line.submissionId] : []))

test('while the terminal runs, all that is unsent goes into one signed bundle, chunks before their envelope', async () => {
  await fill()
  expect(await run('export', '--to', outDir)).toBe(0)
  expect(report()).toMatchObject({ ok: true, submissions: 3, damaged: [] })
  const lines = await bundle()
  expect(lines.map((line) => line.line)).toEqual(['manifest', 'chunk', 'envelope', 'envelope', 'envelope'])
  expect(idsOf(lines)).toEqual([2, 3, 4].map(submissionId))
  const [first, chunk, envelope] = lines
  if (first?.line !== 'manifest' || chunk?.line !== 'chunk' || envelope?.line !== 'envelope') throw new Error('order')
  const verified = await verifyBundleManifest(first.manifest, async (id, kid) =>
    id === TERMINAL_ID && kid === trust.deviceKey.kid ? trust.deviceKey.jwk : undefined,
  )
  if (!verified.ok) throw new Error(verified.detail)
  expect(verified.manifest).toMatchObject({ terminalId: TERMINAL_ID, journalId: journal.journalId, at: NOW })
  expect(verified.manifest.submissions.map((each) => each.submissionId)).toEqual(idsOf(lines))
  expect(sha256Hex(Buffer.from(chunk.base64, 'base64'))).toBe(chunk.sha256)
  expect(sha256Hex(envelope.envelope)).toBe(accepted(2).envelopeSha256)
  // The terminal goes on.
  expect(await journal.append(accepted(5))).toMatchObject({ ok: true })
})

test('--all brings what the hub confirmed as well', async () => {
  await fill()
  expect(await run('export', '--to', outDir, '--all')).toBe(0)
  expect(idsOf(await bundle())).toEqual([1, 2, 3, 4].map(submissionId))
})

test('the bundle is for its owner only, and nothing unfinished lies beside it', async () => {
  await fill()
  await run('export', '--to', outDir)
  expect((await stat(String(report().file))).mode & 0o777).toBe(0o600)
  expect(await readdir(outDir)).toEqual(['bianmin-YZ-NQ-03-20261123T024800Z.jsonl'])
})

test('what this disk cannot give back is left out and told by its ticket', async () => {
  await fill()
  await writeFile(join(dataDir, 'attachments', sha256Hex(CHUNK)), 'other bytes')
  expect(await run('export', '--to', outDir)).toBe(1)
  expect(report()).toMatchObject({ ok: true, submissions: 2, damaged: [accepted(2).ticket] })
  expect(idsOf(await bundle())).toEqual([3, 4].map(submissionId))
})

test('a folder that cannot be written is a fault, and leaves nothing', async () => {
  await fill()
  await writeFile(outDir, 'a file, not a folder')
  expect(await run('export', '--to', outDir)).toBe(1)
  expect(report()).toMatchObject({ ok: false, fault: 'not-written' })
})

test('one that goes while the bundle is written makes no half bundle', async () => {
  await fill()
  let reads = 0
  const ledgerItems = bundleItems(
    [{ submissionId: submissionId(4), purged: false, state: 'queued', ticket: 'x' } as never],
    true,
  )
  const result = await writeBundle(
    {
      terminalId: TERMINAL_ID,
      journalId: journal.journalId,
      items: ledgerItems,
      readAccepted: async (id) =>
        ++reads === 1 ? journal.readAccepted(id) : { ok: false, fault: 'purged', detail: 'gone' },
      attachments: { read: () => Promise.reject(new Error('not used')) },
      deviceKey: trust.deviceKey,
      nowIso: () => NOW,
    },
    outDir,
  )
  expect(result).toEqual({ ok: false, fault: 'not-written', detail: 'CHANGED_MEANWHILE' })
  expect(await readdir(outDir)).toEqual([])
})

test('a folder that is no terminal’s is said, and stays as it was', async () => {
  const empty = join(dataDir, 'empty')
  await mkdir(empty)
  const there = (...args: string[]) =>
    main(['export', '--data', empty, '--json', ...args], {
      print: (line) => void printed.push(line),
      ask: async () => '',
      cwd: dataDir,
      nowIso: () => NOW,
    })
  expect(await there()).toBe(1)
  expect(report()).toMatchObject({ ok: false, fault: 'provisioning' })
  expect(await there('--provisioning', join(dataDir, 'provisioning.json'))).toBe(1)
  expect(report()).toMatchObject({ ok: false, fault: 'no-device-key' })
  expect(await readdir(empty)).toEqual([])
})

test('check replays the journal and says what it holds', async () => {
  await fill()
  expect(await run('check')).toBe(0)
  expect(report()).toMatchObject({ ok: true, readable: true, submissions: 4, waiting: 2, received: 1, quarantined: 1 })
})

test('pin prints a line that knows the PIN; what is none is refused', async () => {
  typed = '271828\n'
  expect(await run('pin')).toBe(0)
  expect(await isPin('271828', String(report().pinScrypt))).toBe(true)
  typed = '1234'
  expect(await run('pin')).toBe(1)
  expect(report()).toEqual({ ok: false, fault: 'not-a-pin' })
})

test.each([['frobnicate'], ['export', 'more'], ['export', '--wrong'], []])(
  'a wrong call says how: %s',
  async (...args) => {
    expect(await run(...args)).toBe(2)
    expect(printed.at(-1)).toContain('npm run terminal -- export')
  },
)
