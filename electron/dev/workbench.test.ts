import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCodeScanner } from '../../drivers/code-scanner/driver.ts'
import { printOnce } from '../../drivers/document-printer/cli.ts'
import { samplePdf } from '../../drivers/document-printer/sample-pdf.ts'
import { realClock } from '../../drivers/transport/clock.ts'
import { openLink } from '../../drivers/transport/open-link.ts'
import type { dockContract } from '../bridge/dock.contract.ts'
import { SettingsSchema } from '../settings.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

let dockDir: string
let bench: Workbench
beforeEach(async () => {
  dockDir = await mkdtemp(join(tmpdir(), 'bianmin-dock-'))
  await writeFile(join(dockDir, 'index.html'), '<!doctype html>')
})
afterEach(async () => {
  await bench.close()
  await rm(dockDir, { recursive: true })
})

async function open(allDevices: boolean): Promise<ContractRouterClient<typeof dockContract>> {
  // Nobody listens there.
  bench = await openWorkbench({ hub: { host: '127.0.0.1', port: 1 }, dockDir, allDevices })
  return createORPCClient(new RPCLink({ url: `${bench.dockUrl ?? ''}rpc` }))
}

test('alone it has card reader and receipt printer, and what is done to another device comes to nothing', async () => {
  const dock = await open(false)
  expect(Object.keys(bench.devices)).toEqual(['id-card-reader', 'receipt-printer'])
  expect((await dock.state()).more).toBeNull()
  expect(await dock.more.showCode({ text: 'CODE' })).toEqual({ ok: false })
  expect(await dock.more.printedPdf({ number: 1 })).toBeNull()
})

test('with every device, its settings are those of a terminal', async () => {
  const dock = await open(true)
  expect(SettingsSchema.shape.devices.parse(bench.devices)).toEqual(bench.devices)
  const hosted = Object.keys(SettingsSchema.shape.devices.shape)
  // Nothing outside a kernel can be a HID device.
  expect(Object.keys(bench.devices).sort()).toEqual(hosted.filter((name) => name !== 'signature-pad').sort())
  expect(await dock.more.insertCard({ person: 'nobody' })).toEqual({ ok: false })
  const [holder = ''] = (await dock.state()).more?.smartCard.holders ?? []
  expect(await dock.more.insertCard({ person: holder })).toEqual({ ok: true })
  expect((await dock.state()).more?.smartCard.card).toBe(holder)
})

test('a code that is shown is read by the driver', async () => {
  const dock = await open(true)
  const codes: string[] = []
  const scanner = createCodeScanner({
    url: String(bench.devices['code-scanner']),
    openLink,
    clock: realClock,
    onEvent: (event) => void (event.event === 'code' && codes.push(event.text)),
    log: () => undefined,
  })
  scanner.start()
  await vi.waitFor(async () => expect((await dock.state()).more?.codeScanner.heard).toBe(true), { timeout: 20_000 })
  expect(await dock.more.showCode({ text: '云洲 9999999K' })).toEqual({ ok: true })
  await vi.waitFor(() => expect(codes).toEqual(['云洲 9999999K']), { timeout: 20_000 })
  await dock.more.plugCodeScanner({ plugged: false })
  expect((await dock.state()).more?.codeScanner).toMatchObject({ plugged: false, lastShown: '云洲 9999999K' })
  await scanner.stop()
})

test('A4: what came out is listed and can be opened; faults show at the device', async () => {
  const dock = await open(true)
  const pdf = samplePdf(1)
  expect(await printOnce(String(bench.devices['document-printer']), { pdf })).toMatchObject({ ok: true })
  expect((await dock.state()).more?.documentPrinter.documents).toEqual([
    { number: 1, name: expect.any(String), copies: 1, bothSides: false, sides: 1, whole: true },
  ])
  expect(await dock.more.printedPdf({ number: 1 })).toEqual({ pdfBase64: Buffer.from(pdf).toString('base64') })
  await dock.more.setDocumentPrinter({ to: 'jam' })
  await dock.more.loadFeeder({ sheets: 7 })
  await dock.more.setScanner({ to: 'cover-open' })
  await dock.more.setBoard({ to: 'lose-mains' })
  expect((await dock.state()).more).toMatchObject({
    documentPrinter: { jammed: true },
    documentScanner: { sheets: 7, ailment: 'cover-open' },
    lineBoard: { inputs: { mains: 'lost' }, lamps: { reader: 'off' } },
  })
})
