import { spawn } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SAMPLE_OTHER_CARDS, SAMPLE_PERSONS } from '../id-card-reader/sample-persons.ts'
import { createCardReaderSimulator } from '../id-card-reader/simulator.ts'
import { PHOTO_BMP_BYTES } from '../id-card-reader/wlt-decoder.ts'
import { openPtyPair } from '../transport/pty-pair.ts'
import { classesOf } from './probe.ts'

/** The command as a maintainer types it. */
function device(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (bytes: Buffer) => {
      stdout += bytes.toString('utf8')
    })
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes.toString('utf8')
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
const lastLine = (stdout: string): unknown => JSON.parse(stdout.trim().split('\n').at(-1) ?? '')

test('an address says by its scheme which classes it can be of', () => {
  expect(classesOf('ipp://127.0.0.1/ipp/print')).toEqual(['document-printer'])
  expect(classesOf('tcp://127.0.0.1:1')).toEqual(['id-card-reader', 'receipt-printer', 'code-scanner', 'line-board'])
  expect(classesOf('pcsc:*')).toEqual(['smart-card'])
  expect(classesOf('nonsense')).toEqual([])
})

test('a device that is not there is said to be away, with who can mend it', async () => {
  const { code, stdout } = await device('probe', 'tcp://127.0.0.1:1', '--class', 'receipt-printer', '--json')
  expect(code).toBe(1)
  expect(lastLine(stdout)).toMatchObject({
    device: 'receipt-printer',
    condition: { condition: 'not-reachable', mend: 'staff' },
    fit: false,
  })
})

test.each([
  [['probe'], 'needs an address'],
  [['probe', 'ftp://x'], 'no device address'],
  [['probe', 'ipp://127.0.0.1/', '--class', 'smart-card'], 'it is for document-printer'],
  [['dance', 'tcp://127.0.0.1:1'], 'there is no "dance"'],
])('wrong arguments are named: %j', async (args, words) => {
  const { code, stderr } = await device(...args)
  expect(code).toBe(2)
  expect(stderr).toContain(words)
})

test('all devices of a settings file are looked at, and the one that is away is named', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'device-check-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const simulator = createCardReaderSimulator()
  onTestFinished(() => simulator.close())
  const reader = await simulator.listen()
  const file = join(dir, 'settings.json')
  const away = ['tcp://127.0.0.1:1', 'tcp://127.0.0.1:2']
  await writeFile(file, JSON.stringify({ devices: { 'id-card-reader': reader, 'receipt-printer': away } }))
  const { code, stdout } = await device('check', '--settings', file, '--json')
  expect(code).toBe(1)
  expect(lastLine(stdout)).toMatchObject({
    ready: false,
    missing: ['receipt-printer'],
    rows: [
      { device: 'id-card-reader', url: reader, fit: true },
      { device: 'receipt-printer', url: away[0], fit: false, used: true },
      { device: 'receipt-printer', url: away[1], fit: false, used: false },
    ],
    mostUrgent: { url: away[0] },
  })
  expect(stdout).toContain('not ready: receipt-printer')
})

test('a settings file that cannot be read is named with the place', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'device-check-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const file = join(dir, 'settings.json')
  await writeFile(file, JSON.stringify({ devices: { 'receipt-printer': 7 } }))
  const { code, stderr } = await device('check', '--settings', file)
  expect(code).toBe(2)
  expect(stderr).toContain('devices.receipt-printer')
})

test('each of the four card types is read over a serial line, field by field', async (context) => {
  const cable = await openPtyPair()
  if (!cable.ok) return context.skip(cable.detail)
  onTestFinished(() => cable.close())
  const [near, far] = cable.ends
  const simulator = createCardReaderSimulator()
  onTestFinished(() => simulator.close())
  const attached = await simulator.attach(`serial://${far}`)
  if (!attached.ok) throw new Error(attached.detail)
  const cards = new Map([...SAMPLE_PERSONS, ...SAMPLE_OTHER_CARDS].map((person) => [person.cardType, person]))
  expect([...cards.keys()].sort()).toEqual(['citizen', 'foreigner-2017', 'foreigner-2023', 'hk-mo-tw'])
  for (const person of cards.values()) {
    simulator.takeCard()
    simulator.putCard(person)
    const { code, stdout } = await device('read-card', `serial://${near}`, '--json')
    expect(code).toBe(0)
    expect(lastLine(stdout)).toMatchObject({
      ok: true,
      card: { cardType: person.cardType, fields: person.fields },
      wltBytes: 1024,
      photo: 'no-decoder',
    })
  }
})

test('a photo becomes a picture by the program that somebody brings', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'device-photo-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const program = join(dir, 'decoder')
  const lines = [
    `const bmp = Buffer.alloc(${PHOTO_BMP_BYTES})`,
    "bmp.write('BM')",
    'bmp.writeInt32LE(102, 18); bmp.writeInt32LE(126, 22); bmp.writeUInt16LE(24, 28)',
    "process.stdin.resume().on('end', () => process.stdout.write(bmp))",
  ]
  await writeFile(program, `#!${process.execPath}\n${lines.join('\n')}\n`, { mode: 0o755 })
  const simulator = createCardReaderSimulator()
  onTestFinished(() => simulator.close())
  const url = await simulator.listen()
  const [person] = SAMPLE_PERSONS
  if (person === undefined) throw new Error('no sample person')
  simulator.putCard(person)
  const picture = join(dir, 'photo.bmp')
  const { code, stdout } = await device('read-card', url, '--wlt-decoder', program, '--photo', picture, '--json')
  expect(lastLine(stdout)).toMatchObject({ ok: true, photo: 'decoded' })
  expect(code).toBe(0)
  expect((await stat(picture)).size).toBe(PHOTO_BMP_BYTES)
})
