import { connect } from 'node:tls'
import { expect, onTestFinished, type TestContext, test } from 'vitest'
import { samplePdf } from './sample-pdf.ts'
import { openBench, QUICK } from './testing/harness.ts'
import { type Ippeveprinter, type IppeveprinterOptions, startIppeveprinter } from './testing/ippeveprinter.ts'

/** Against CUPS' own test printer, which nobody here wrote. */

async function printerFor(ctx: TestContext, options?: IppeveprinterOptions): Promise<Ippeveprinter> {
  const started = await startIppeveprinter(options)
  if (!started.ok) return ctx.skip(started.missing)
  onTestFinished(() => started.close())
  return started
}

async function readyAt(url: string, timing = QUICK) {
  const bench = openBench(url, { timing })
  bench.printer.start()
  await bench.untilState('ready')
  return bench
}

test('a PDF arrives byte for byte, and is printed when the printer says so', async (ctx) => {
  const device = await printerFor(ctx)
  const bench = await readyAt(device.url)
  await device.hold(true)
  let result: unknown = 'pending'
  const pdf = samplePdf(2)
  const printing = bench.print('two', { pdf, pages: 2, copies: 2, sides: 'two-sided-long-edge' }).then((r) => {
    result = r
    return r
  })
  await bench.untilLog('document-printer.job-created')
  await bench.untilState('printing')
  expect(result).toBe('pending')
  await device.hold(false)
  expect(await printing).toMatchObject({ ok: true, confirmedBy: 'device', impressions: { atLeast: 4, atMost: 4 } })
  expect((await device.documents()).map((each) => Buffer.compare(each, pdf))).toEqual([0])
})

test('a one-time print is refused the second time, also by a process that knows nothing of the first', async (ctx) => {
  const device = await printerFor(ctx)
  const first = await readyAt(device.url)
  expect(await first.print('once', { oneTime: true, pages: 1 })).toMatchObject({ ok: true })
  expect(await first.print('once', { oneTime: true })).toMatchObject({ ok: false, fault: 'already-sent', paper: 'all' })
  const second = await readyAt(device.url)
  expect(await second.print('once', { oneTime: true })).toMatchObject({ fault: 'already-sent', paper: 'all' })
  expect(await second.printer.inquire('once')).toMatchObject({ ok: true, known: true, settled: true, paper: 'all' })
  expect(await device.documents()).toHaveLength(1)
})

test('an empty tray that calls itself a warning ends the job all the same', async (ctx) => {
  const device = await printerFor(ctx)
  // With its tray empty it does not end a job that was cancelled, until somebody loads paper.
  const bench = await readyAt(device.url, { ...QUICK, cancelSettleMs: 50 })
  await device.loadSheets(0)
  // It says of itself that it can print, so it is not out of order; that somebody should come is told.
  await bench.until(() => JSON.stringify(bench.printer.state()) === '{"state":"ready","warnings":["media-empty"]}')
  bench.expectTold({ state: 'ready', warnings: ['media-empty'] }, 'media-empty', 'warning')
  expect(await bench.print('empty')).toMatchObject({ ok: false, fault: 'media-empty', paper: 'unknown' })
  await device.loadSheets(250)
  await bench.until(() => JSON.stringify(bench.printer.state()) === '{"state":"ready","warnings":[]}')
  expect(await bench.print('full')).toMatchObject({ ok: true })
})

test('a jam that calls itself a warning, and that came while a job stands, is why it stands', async (ctx) => {
  const device = await printerFor(ctx)
  const bench = await readyAt(device.url, { ...QUICK, stuckMs: 200, cancelSettleMs: 50 })
  await device.say('+media-jam,toner-low')
  await device.hold(true)
  const printing = bench.print('jammed')
  await bench.untilState('media-jam')
  // Its command has to end before it takes the cancellation to heart.
  await bench.untilLog('document-printer.called-off')
  await device.hold(false)
  expect(await printing).toMatchObject({ ok: false, fault: 'media-jam', state: { state: 'media-jam' } })
  expect(await bench.print('next')).toMatchObject({ ok: false, fault: 'media-jam', paper: 'nothing' })
  await device.kill()
  await device.restart()
  await bench.untilState('ready')
  await device.say('')
  expect(await bench.print('next')).toMatchObject({ ok: true })
})

test('a printer that is busy with another job is waited for', async (ctx) => {
  const device = await printerFor(ctx)
  const [other, bench] = [await readyAt(device.url), await readyAt(device.url)]
  await device.hold(true)
  const first = other.print('other')
  await other.untilLog('document-printer.job-created')
  const second = bench.print('ours')
  await bench.untilLog('document-printer.busy')
  await device.hold(false)
  expect(await first).toMatchObject({ ok: true })
  expect(await second).toMatchObject({ ok: true })
  expect(await device.documents()).toHaveLength(2)
})

test('a job that does not end in time is cancelled', async (ctx) => {
  const device = await printerFor(ctx)
  const bench = await readyAt(device.url, { ...QUICK, cancelSettleMs: 100 })
  await device.hold(true)
  expect(await bench.print('slow', { timeoutMs: 300 })).toMatchObject({
    ok: false,
    fault: 'timed-out',
    paper: 'unknown',
  })
  await device.hold(false)
  await bench.untilLog('document-printer.settled-late')
  expect(await bench.print('next')).toMatchObject({ ok: true })
})

test('power cut in the middle of a job: nobody knows, and it is not sent again', async (ctx) => {
  const device = await printerFor(ctx)
  const bench = await readyAt(device.url)
  await device.hold(true)
  const printing = bench.print('cut', { oneTime: true })
  await expect.poll(async () => (await device.documents())[0]?.length).toBe(samplePdf(1).length)
  await device.kill()
  expect(await printing).toMatchObject({ ok: false, fault: 'unplugged' })
  await device.hold(false)
  await device.restart()
  await bench.untilState('ready')
  expect(await bench.print('cut', { oneTime: true })).toMatchObject({ ok: false, fault: 'already-sent' })
  expect(await bench.print('next')).toMatchObject({ ok: true })
})

test('a printer that takes no PDF is known before anything is sent', async (ctx) => {
  const device = await printerFor(ctx, { formats: 'image/pwg-raster,image/urf' })
  const bench = openBench(device.url)
  bench.printer.start()
  await bench.untilState('format-not-supported')
  const result = await bench.print('raster')
  expect(result).toMatchObject({ ok: false, fault: 'format-not-supported', paper: 'nothing' })
  expect(result.ok ? '' : result.detail).toContain('image/pwg-raster, image/urf')
  expect(await device.documents()).toEqual([])
})

test('over TLS: its own certificate is believed by its fingerprint only', async (ctx) => {
  const device = await printerFor(ctx, { tls: true })
  const sha256 = await new Promise<string>((resolve, reject) => {
    const socket = connect({ host: 'localhost', port: device.port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256)
      socket.destroy()
    })
    socket.on('error', reject)
  })
  const url = device.url.replace('ipp:', 'ipps:')
  const bench = await readyAt(`${url}?sha256=${sha256}`)
  expect(await bench.print('sealed')).toMatchObject({ ok: true })

  for (const [wrong, why] of [
    [url, /self.signed/i],
    [`${url}?sha256=${'0'.repeat(64)}`, /sha256=/],
  ] as const) {
    const other = openBench(wrong)
    other.printer.start()
    await other.untilState('unplugged')
    expect(await other.print('open')).toMatchObject({ ok: false, fault: 'unplugged', paper: 'nothing' })
    expect(other.logged).toContainEqual({
      event: 'document-printer.not-reached',
      detail: expect.stringMatching(why),
    })
  }
  expect(await device.documents()).toHaveLength(1)
})
