import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, type TestContext, test } from 'vitest'
import { samplePdf } from './sample-pdf.ts'
import { openBench } from './testing/harness.ts'
import { startIppeveprinter } from './testing/ippeveprinter.ts'
import { startPrivateCups } from './testing/private-cups.ts'

/** Through queues of a real CUPS, in front of CUPS' own test printer and of a file. Nobody here wrote either. */

async function cupsFor(ctx: TestContext) {
  const cups = await startPrivateCups()
  if (!cups.ok) return ctx.skip(cups.missing)
  onTestFinished(() => cups.close())
  return cups
}

async function queueFor(ctx: TestContext, errorPolicy?: string) {
  const cups = await cupsFor(ctx)
  const device = await startIppeveprinter()
  if (!device.ok) return ctx.skip(device.missing)
  onTestFinished(() => device.close())
  const url = await cups.addQueue('KioskA4', device.url, 'everywhere', errorPolicy)
  return { cups, device, url }
}

/** Takes what comes on a port, as a printer on port 9100 does. */
async function openJetDirect() {
  const pieces: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('data', (bytes) => void pieces.push(bytes))
    socket.on('end', () => socket.end())
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  onTestFinished(close)
  const { port } = server.address() as AddressInfo
  return { number: port, received: () => Buffer.concat(pieces), close }
}

async function readyAt(url: string) {
  const bench = openBench(url)
  bench.printer.start()
  await bench.untilState('ready')
  return bench
}

test('printed is what the device behind the queue says', async (ctx) => {
  const { device, url } = await queueFor(ctx)
  const bench = await readyAt(url)
  expect(await bench.print('once', { oneTime: true, pages: 1 })).toMatchObject({ ok: true, confirmedBy: 'device' })
  expect(await device.documents()).toHaveLength(1)
  const other = await readyAt(url)
  expect(await other.print('once', { oneTime: true })).toMatchObject({ fault: 'already-sent', paper: 'all' })
  expect(await device.documents()).toHaveLength(1)
})

test('a dead device is seen, though its queue says idle and none', async (ctx) => {
  const { device, url } = await queueFor(ctx)
  const bench = await readyAt(url)
  await device.kill()
  await bench.untilState('unplugged')
  bench.expectTold({ state: 'unplugged', cause: 'refused', at: 'device' }, 'not-reachable', 'alarm')
  expect(await bench.print('dead')).toMatchObject({ ok: false, fault: 'unplugged', paper: 'nothing' })
  await device.restart()
  await bench.untilState('ready')
  expect(await bench.print('alive')).toMatchObject({ ok: true, confirmedBy: 'device' })
  expect(await device.documents()).toHaveLength(1)
})

test('a device that dies under a job ends the job at the queue too, and it never comes out', async (ctx) => {
  const { device, url } = await queueFor(ctx)
  const bench = await readyAt(url)
  await device.hold(true)
  const printing = bench.print('cut')
  const isThere = async (): Promise<boolean> => ((await device.documents())[0]?.length ?? 0) > 0
  await expect.poll(isThere, { timeout: 15_000 }).toBe(true)
  await device.kill()
  expect(await printing).toMatchObject({
    ok: false,
    fault: 'unplugged',
    paper: 'unknown',
    state: { state: 'unplugged', at: 'device' },
  })
  await device.hold(false)
  await device.restart()
  await bench.untilState('ready')
  expect(await bench.print('next')).toMatchObject({ ok: true })
  expect(await device.documents()).toHaveLength(2)
})

test('a queue that prints again by itself gets no one-time print', async (ctx) => {
  const { device, url } = await queueFor(ctx, 'retry-job')
  const bench = await readyAt(url)
  const result = await bench.print('once', { oneTime: true })
  expect(result).toMatchObject({ ok: false, fault: 'not-supported', paper: 'nothing' })
  expect(result.ok ? '' : result.detail).toContain('printer-error-policy=retry-job')
  expect(await bench.print('often')).toMatchObject({ ok: true })
  expect(await device.documents()).toHaveLength(1)
})

test('a queue that was stopped is paused, and starts again', async (ctx) => {
  const { cups, url } = await queueFor(ctx)
  const bench = await readyAt(url)
  await cups.command('cupsdisable', '-r', 'cover open', 'KioskA4')
  await bench.untilState('paused')
  expect(await bench.print('paused')).toMatchObject({ ok: false, fault: 'paused', paper: 'nothing' })
  await cups.command('cupsenable', 'KioskA4')
  await bench.untilState('ready')
  expect(await bench.print('again')).toMatchObject({ ok: true })
})

test('behind a queue to a bare socket only the queue can say that it is printed', async (ctx) => {
  const cups = await cupsFor(ctx)
  const port = await openJetDirect()
  const url = await cups.addQueue('Socket', `socket://127.0.0.1:${port.number}`, 'raw')
  const bench = await readyAt(url)
  const pdf = samplePdf(3)
  expect(await bench.print('socket', { pdf, pages: 3 })).toMatchObject({ ok: true, confirmedBy: 'queue' })
  expect(Buffer.compare(port.received(), pdf)).toBe(0)
  // Nobody opens the door any more.
  await port.close()
  await bench.untilState('unplugged')
  bench.expectTold({ state: 'unplugged', cause: 'refused', at: 'device' }, 'not-reachable', 'alarm')
  expect(await bench.print('gone')).toMatchObject({ ok: false, fault: 'unplugged', paper: 'nothing' })
})

test('a queue that does not exist is not found', async (ctx) => {
  const cups = await cupsFor(ctx)
  const bench = openBench(`cups://127.0.0.1:${cups.port}/printers/Nobody`)
  bench.printer.start()
  await bench.untilState('unplugged')
  bench.expectTold({ state: 'unplugged', cause: 'not-found', at: 'queue' }, 'not-reachable', 'alarm')
  expect(await bench.print('nobody')).toMatchObject({ ok: false, fault: 'unplugged', paper: 'nothing' })
})
