import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadProvisioning, loadSettings } from './settings.ts'

const GOOD = {
  place: { zh: '云洲市南桥区' },
  hall: { zh: '政务服务中心 3号机' },
  staff: { where: { zh: '大厅入口左边的服务台' }, telephone: '0990-1234567' },
  panel: { pxPerMm: 4.03 },
  devices: { 'id-card-reader': 'serial:///dev/ttyUSB0?baud=115200', 'receipt-printer': 'tcp://127.0.0.1:9100' },
}

async function fileWith(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'bianmin-settings-')), 'settings.json')
  await writeFile(file, text)
  return file
}

test('a good file is taken as it is', async () => {
  expect(await loadSettings(await fileWith(JSON.stringify(GOOD)))).toEqual({ ok: true, value: GOOD })
})

test('a typo is named, with the word that was meant', async () => {
  const { panel, ...rest } = GOOD
  const result = await loadSettings(await fileWith(JSON.stringify({ ...rest, pannel: panel })))
  expect(result).toMatchObject({ ok: false, fault: 'wrong' })
  expect(!result.ok && result.problems).toContain('top level: "pannel" is not a setting; did you mean "panel"?')
  expect(!result.ok && result.problems).toContain('panel: is missing')
})

test('a typo inside an object is named too', async () => {
  const result = await loadSettings(
    await fileWith(JSON.stringify({ ...GOOD, devices: { 'recipt-printer': 'tcp://127.0.0.1:9100' } })),
  )
  expect(!result.ok && result.problems).toEqual([
    'devices: "recipt-printer" is not a setting; did you mean "receipt-printer"?',
  ])
})

test('a wrong device URL says what one looks like', async () => {
  const result = await loadSettings(
    await fileWith(JSON.stringify({ ...GOOD, devices: { 'receipt-printer': '/dev/usb/lp0' } })),
  )
  expect(!result.ok && result.problems[0]).toMatch(
    /^devices\.receipt-printer: "\/dev\/usb\/lp0" is not a URL.*usblp:\/\/\/dev\/usb\/lp0/,
  )
})

test('an address of another class, and one wrong of several, are named', async () => {
  const wrong = async (value: unknown) => {
    const read = await loadSettings(await fileWith(JSON.stringify({ ...GOOD, devices: { 'receipt-printer': value } })))
    return read.ok ? '' : read.problems.join('\n')
  }
  expect(await wrong('ipp://192.168.1.30/ipp/print')).toContain(
    'is an address for document-printer, not for receipt-printer',
  )
  expect(await wrong(['tcp://192.168.1.20:9100', 'tcp://192.168.1.20'])).toContain('names no port')
})

test('a byte order mark is no mistake', async () => {
  expect(await loadSettings(await fileWith(`\uFEFF${JSON.stringify(GOOD)}`))).toEqual({ ok: true, value: GOOD })
})

test('a folder in the file’s place, and no object in the file, are faults and not exceptions', async () => {
  expect(await loadSettings(tmpdir())).toMatchObject({ ok: false, fault: 'unreadable' })
  for (const text of ['null', '[]', '"text"', '7'])
    expect(await loadSettings(await fileWith(text))).toMatchObject({ ok: false, fault: 'wrong' })
})

test('broken JSON and a missing file have their own words', async () => {
  expect(await loadSettings(await fileWith('{"place":'))).toMatchObject({ ok: false, fault: 'not-json' })
  expect(await loadSettings('no-such-folder/settings.json')).toMatchObject({ ok: false, fault: 'missing' })
})

const PROVISIONING = {
  hubUrl: 'https://hub.example.invalid',
  terminalId: 'YZ-NQ-03',
  rootKeySha256: 'a'.repeat(64),
  enrolmentCode: 'x'.repeat(24),
}

test('a hub is reached by https, or on this machine', async () => {
  const at = async (hubUrl: string) => loadProvisioning(await fileWith(JSON.stringify({ ...PROVISIONING, hubUrl })))
  expect(await at('https://hub.example.invalid')).toMatchObject({ ok: true })
  expect(await at('http://127.0.0.1:7400')).toMatchObject({ ok: true })
  expect(await at('http://[::1]:7400')).toMatchObject({ ok: true })
  expect(await at('http://hub.example.invalid')).toMatchObject({ ok: false, fault: 'wrong' })
  expect(await at('http://127.0.0.1.example.invalid')).toMatchObject({ ok: false, fault: 'wrong' })
  expect(await at('http://localhost@example.invalid/')).toMatchObject({ ok: false, fault: 'wrong' })
})
