import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { samplePdf } from '../drivers/document-printer/sample-pdf.ts'
import { type DocumentPrinterSimulator, openDocumentPrinterSimulator } from '../drivers/document-printer/simulator.ts'
import { createDeviceHost, type DeviceHost, type HostProcess } from '../drivers/host/host-client.ts'
import { realClock } from '../drivers/transport/clock.ts'
import { forkDeviceHost } from './device-host-process.ts'
import { openOneTimePrints } from './one-time-prints.ts'
import { folderFiles } from './small-files.ts'
import { logBook } from './testing/fixtures.ts'

/** One-time prints with files on disk, the real device host as a child process, and an IPP printer at a real socket. */
const MAIN = join(import.meta.dirname, '..', 'drivers', 'host', 'main.ts')
const PATIENCE = { timeout: 20_000 }
const pdf = Uint8Array.from(samplePdf(3))

let dir: string
let printer: DocumentPrinterSimulator
let host: DeviceHost
let children: HostProcess[]
let states: unknown[]
let book: ReturnType<typeof logBook>

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bianmin-one-time-'))
  printer = await openDocumentPrinterSimulator()
  children = []
  states = []
  book = logBook()
  host = createDeviceHost({
    devices: { 'document-printer': [printer.url] },
    clock: realClock,
    spawn() {
      const child = forkDeviceHost(MAIN)
      children.push(child)
      return child
    },
    onBank: (_device, bank) => void states.push(bank.members[0]?.state),
    onEvent: () => undefined,
    log: () => undefined,
  })
  host.start()
  await vi.waitFor(() => expect(states.at(-1)).toMatchObject({ state: 'ready' }), PATIENCE)
}, 30_000)
afterEach(async () => {
  await host.stop()
  await printer.close()
  await rm(dir, { recursive: true, force: true })
}, 30_000)

const open = async () =>
  openOneTimePrints({
    files: await folderFiles(dir),
    ...{ host, nowIso: () => new Date().toISOString(), log: book.log },
  })

test('a certificate comes out once, and not again after a start', async () => {
  expect(await (await open()).print({ id: 'case-7.1', pdf, pages: 3 })).toMatchObject({
    ok: true,
    record: { state: 'printed', pages: 3 },
  })
  expect(await (await open()).print({ id: 'case-7.1', pdf, pages: 3 })).toMatchObject({ fault: 'made-before' })
  expect(printer.printed().map(({ impressions }) => impressions)).toEqual([3])
}, 60_000)

test('a device host that dies in the middle is a spoiled print of which nobody knows, not made again by the next host', async () => {
  const prints = await open()
  const printing = prints.print({ id: 'case-7.2', pdf, pages: 3 })
  await printer.until(() => printer.printed().some(({ impressions }) => impressions >= 1))
  printer.hang()
  children[0]?.kill()
  const record = { state: 'spoiled', fault: 'stopped', impressions: { atLeast: 0, atMost: null } }
  expect(await printing).toMatchObject({ ok: false, fault: 'not-printed', record })
  printer.hang(false)
  await vi.waitFor(() => expect(children).toHaveLength(2), PATIENCE)
  const again = await open()
  expect(again.stand()).toEqual({ spoiled: 1, isDamaged: false })
  expect(await again.print({ id: 'case-7.2', pdf, pages: 3 })).toMatchObject({ fault: 'made-before', record })
  expect(printer.printed()).toHaveLength(1)
}, 60_000)
