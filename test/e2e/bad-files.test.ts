import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { samplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import type { Accepted } from '../../electron/bridge/submissions.contract.ts'
import { ROOT } from '../../electron/dev/stack.ts'
import { nextMagic } from '../../sync/journal/framing.ts'
import { expectNobodyInLog, logFromNow } from '../support/bad-input.ts'
import { openPageClient, type PageClient, registration, submit } from '../support/page-client.ts'
import { hubRows, openWorld, startAddress, type World } from '../support/world.ts'

/**
 * A terminal that cannot start: a sentence on standard error that names the place and what to do, an exit code that a
 * service manager understands, and nothing changed on disk.
 */
const EXIT_USAGE = 64
const EXIT_CONFIG = 78

const SETTINGS = {
  place: { zh: '云洲市南桥区' },
  hall: { zh: '政务服务中心 3号机' },
  staff: { where: { zh: '大厅入口左边的服务台' }, telephone: null },
  panel: { pxPerMm: 4.03 },
  devices: {},
}
const PROVISIONING = {
  hubUrl: 'https://hub.example.invalid',
  terminalId: 'YZ-NQ-03',
  rootKeySha256: '0'.repeat(64),
  enrolmentCode: 'not-a-real-code-0001',
}

interface Start {
  readonly code: number | null
  /** Standard error without the log's lines. */
  readonly said: string
  readonly log: readonly Readonly<Record<string, unknown>>[]
}

/** Starts the browser shell and waits for its end. */
async function start(args: readonly string[]): Promise<Start> {
  const child = spawn(process.execPath, [join(ROOT, 'electron/browser-shell.ts'), '--no-browser', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const lines = text.split('\n')
  const isLog = (line: string) => line.startsWith('{')
  return {
    code,
    said: lines.filter((line) => !isLog(line)).join('\n'),
    log: lines.filter(isLog).map((line) => JSON.parse(line) as Record<string, unknown>),
  }
}

/** A data folder with both files as given: text as it is, anything else as JSON; undefined: no such file. */
async function folder(files: { settings?: unknown; provisioning?: unknown } = {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bianmin-bad-files-'))
  const all = { settings: SETTINGS, provisioning: PROVISIONING, ...files }
  for (const [name, content] of Object.entries(all)) {
    if (content === undefined) continue
    await writeFile(join(dir, `${name}.json`), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return dir
}

test.for<readonly [string, { settings?: unknown; provisioning?: unknown }, string, string]>([
  [
    'a setting with a typo',
    { settings: { ...SETTINGS, panel: { pxPermm: 4.03 } } },
    'settings',
    'panel: "pxPermm" is not a setting; did you mean "pxPerMm"?',
  ],
  [
    'a device address with a typo',
    { settings: { ...SETTINGS, devices: { 'receipt-printer': 'tpc://192.168.1.20:9100' } } },
    'settings',
    'devices.receipt-printer: "tpc://192.168.1.20:9100" has the scheme "tpc:" (did you mean "tcp:"?)',
  ],
  ['no settings', { settings: undefined }, 'settings', 'the file is not there; README.md shows one to copy'],
  ['settings that are no JSON', { settings: '{ "place": ' }, 'settings', 'is not JSON'],
  ['no provisioning', { provisioning: undefined }, 'provisioning', 'the file is not there'],
  [
    'a hub over plain http',
    { provisioning: { ...PROVISIONING, hubUrl: 'http://hub.example.invalid' } },
    'provisioning',
    'hubUrl: must be https:// unless the hub is on this machine',
  ],
])('%s', async ([, files, which, sentence]) => {
  const dir = await folder(files)
  const { code, said, log } = await start(['--data', dir])
  expect(code).toBe(EXIT_CONFIG)
  expect(said).toContain(`(${which})`)
  expect(said).toContain(join(dir, `${which}.json`))
  expect(said).toContain(sentence)
  expect(log).toMatchObject([{ event: 'settings-refused', file: join(dir, `${which}.json`) }])
  // Nothing was begun: no key, no journal.
  expect((await readdir(dir)).filter((name) => !name.endsWith('.json'))).toEqual([])
})

test('an option that does not exist', async () => {
  const { code, said } = await start(['--data', await folder(), '--setings', 'x.json'])
  expect(code).toBe(EXIT_USAGE)
  expect(said).toContain("Unknown option '--setings'")
  expect(said).toContain('--settings FILE')
})

test('a page that was not built', async () => {
  const dir = await folder()
  const page = join(dir, 'no-page')
  const empty = join(dir, 'empty-page')
  await mkdir(empty)
  for (const pageDir of [page, empty]) {
    const { code, said } = await start(['--data', dir, '--page', pageDir])
    expect(said).toContain('(page)')
    expect(said).toContain(pageDir)
    expect(said).toContain('npm run build')
    expect(said).not.toContain(' at ')
    expect(code).toBe(EXIT_CONFIG)
  }
})

test('a port that somebody has', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  try {
    const dir = await folder()
    const { code, said } = await start(['--data', dir, '--page', await builtPage(), '--port', String(port)])
    expect(said).toContain(`--port ${port}`)
    expect(said).not.toContain(' at ')
    expect(code).toBe(EXIT_CONFIG)
  } finally {
    other.close()
  }
})

async function builtPage(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bianmin-page-'))
  await writeFile(join(dir, 'index.html'), '<!doctype html>')
  return dir
}

/** Over a journal that holds three submissions. */
let world: World
let page: PageClient | undefined

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  page?.close()
  await world?.close()
})

async function enter(): Promise<PageClient> {
  await world.startTerminal()
  page = await openPageClient(await startAddress(world.shell()))
  const person = samplePerson('zhou-mingyuan')
  if (person === undefined) throw new Error('no such sample person')
  world.stack.bench.reader.takeCard()
  world.stack.bench.reader.putCard(person)
  await page.card()
  return page
}

const shellArgs = () => [
  ...['--data', world.stack.terminalDir],
  ...['--settings', world.stack.settingsFile],
  ...['--provisioning', world.stack.provisioningFile],
]

async function journalFile(): Promise<string> {
  const dir = join(world.stack.terminalDir, 'journal')
  const [first] = (await readdir(dir)).filter((name) => name !== 'journal.lock').sort()
  if (first === undefined) throw new Error('there is no journal')
  return join(dir, first)
}

/** Turns one byte over; the same again puts it back. */
async function flip(file: string, offset: number): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    const byte = Buffer.alloc(1)
    await handle.read(byte, 0, 1, offset)
    byte.writeUInt8(byte.readUInt8(0) ^ 0x01)
    await handle.write(byte, 0, 1, offset)
  } finally {
    await handle.close()
  }
}

test('an item that the catalogue does not have, or not in this version: refused, nothing written', async () => {
  const client = await enter()
  const log = logFromNow(world)
  const before = await readFile(await journalFile())
  const good = registration(await client.catalogue())
  for (const item of [
    { ...good.item, id: 'S99' },
    { ...good.item, version: good.item.version + 1 },
  ]) {
    const answer = await client.bridge.submissions.submit({ ...good, item })
    expect(answer).toEqual({ ok: false, fault: 'unknown-item', fields: [] })
    expect(await client.bridge.submissions.byDraft({ draftId: good.draftId })).toBeNull()
  }
  await log.shows({ event: 'submission-refused', fault: 'unknown-item' })
  expect((await readFile(await journalFile())).equals(before)).toBe(true)
  expect(await hubRows(world.stack)).toEqual([])
})

test('scenario 19: a journal that another terminal holds: the second does not start, the first goes on', async () => {
  const { code, said, log } = await start(shellArgs())
  expect(code).toBe(EXIT_CONFIG)
  expect(said).toContain('(journal-locked)')
  expect(said).toContain(`process ${world.shell().process.pid}`)
  expect(said).toContain('--data')
  expect(log).toContainEqual(expect.objectContaining({ event: 'journal-refused', fault: 'locked' }))
  expect(await page?.catalogue()).toBeDefined()
})

test('scenario 23: a byte flipped in the middle of the journal: the terminal goes on, says whose ticket it is, and delivers that one too once it is mended', async () => {
  if (page === undefined) throw new Error('no page')
  const catalogue = await page.catalogue()
  await world.stack.bench.network.cut()
  const promised: Accepted[] = []
  for (let i = 0; i < 3; i++) promised.push(await submit(page, registration(catalogue)))
  page.close()
  await world.shell().stop()
  const [hit, ...others] = promised
  if (hit === undefined) throw new Error('nothing was promised')

  const file = await journalFile()
  const good = await readFile(file)
  // In the sealed text of the first submission's frame: the header frame stands before it, two submissions behind it.
  const offset = good.indexOf('"sealed', nextMagic(good, 1)) + 300
  await flip(file, offset)
  const damaged = await readFile(file)
  await world.stack.bench.network.restore()
  const client = await enter()
  for (const { submissionId } of others)
    expect(await client.delivered(submissionId)).toMatchObject({ state: 'received' })
  // Whose it is, for the staff; the damaged file itself is left as it lay.
  const said = await world.logged('journal-damaged')
  expect(said).toMatchObject({ kind: 'broken', tickets: [hit.ticket] })
  expect((await readFile(file)).equals(damaged)).toBe(true)
  const rowIds = async () => (await hubRows(world.stack)).map((row) => row.submission_id).sort()
  expect(await rowIds()).toEqual(others.map(({ submissionId }) => submissionId).sort())
  client.close()
  await world.shell().stop()

  await flip(file, offset)
  const mended = await enter()
  expect(await mended.delivered(hit.submissionId)).toMatchObject({ state: 'received' })
  expect(await rowIds()).toEqual(promised.map(({ submissionId }) => submissionId).sort())
  expectNobodyInLog(
    world,
    [samplePerson('zhou-mingyuan')].filter((each) => each !== undefined),
  )
})
