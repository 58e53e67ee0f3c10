import { describe, expect, it } from 'vitest'
import { STATUS } from './protocol.ts'
import { samplePdf } from './sample-pdf.ts'
import { expectRecovered, IMPATIENT, openBench, printingThree, QUICK, ready, setUp } from './testing/harness.ts'

describe('a document that comes out', () => {
  it('is told as printed with its pages, and arrived byte for byte under a name that tells nothing', async () => {
    const bench = await ready()
    const pdf = samplePdf(2, 'Zhou Mingyuan')
    expect(await bench.print('job-1', { pdf, copies: 2, sides: 'two-sided-long-edge', pages: 2 })).toEqual({
      ok: true,
      paper: 'all',
      impressions: { atLeast: 4, atMost: 4 },
      confirmedBy: 'device',
      settledAtMs: expect.any(Number),
    })
    const [printed] = bench.simulator.printed()
    expect(printed).toMatchObject({ jobName: 'bianmin-job-1', copies: 2, sides: 'two-sided-long-edge', complete: true })
    expect(printed?.pdf).toEqual(pdf)
    const told = bench.events.map((event) => (event.event === 'state' ? event.state.state : event.event))
    expect(told).toEqual(['ready', 'printing', 'ready'])
    expect(JSON.stringify(bench.logged)).not.toContain('Zhou')
  })

  it('is not told as printed as long as the printer has not come to its end', async () => {
    const bench = await ready()
    const { done } = await printingThree(bench)
    let result: unknown = 'pending'
    void done.then((r) => {
      result = r
    })
    const asked = bench.simulator.requests().getJobAttributes
    await bench.simulator.until(() => bench.simulator.requests().getJobAttributes > asked + 10)
    expect(result).toBe('pending')
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: true, impressions: { atLeast: 3, atMost: 3 } })
  })

  it('is one print when the same job is asked for twice while it runs', async () => {
    const bench = await ready()
    const results = await Promise.all([bench.print('job-1'), bench.print('job-1'), bench.print('job-2')])
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true])
    expect(bench.simulator.printed()).toHaveLength(2)
  })

  it('comes out of a printer that knows only Print-Job, or does not count, or is slow', async () => {
    for (const model of [{ knowsCreateJob: false }, { countsImpressions: false }, { keepsHistory: false }]) {
      const bench = await ready(model)
      bench.simulator.slow(5)
      expect(await bench.print('job', { pages: 1 })).toMatchObject({ ok: true, impressions: { atLeast: 1, atMost: 1 } })
      expect(bench.simulator.printed()).toHaveLength(1)
    }
  })

  it('waits for its turn at a printer that is busy with a job of somebody else', async () => {
    const bench = await ready()
    bench.simulator.busy()
    const printing = bench.print('job')
    await bench.untilLog('document-printer.busy')
    bench.simulator.busy(false)
    expect(await printing).toMatchObject({ ok: true })
  })

  it('leaves the printer as it is seen after it, not as it was before', async () => {
    const bench = await ready({}, { timing: { ...QUICK, lookEveryMs: 600_000, idlePollMs: 600_000 } })
    const { done } = await printingThree(bench)
    bench.simulator.tonerLow()
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: true })
    expect(bench.printer.state()).toEqual({ state: 'ready', warnings: ['toner-low'] })
  })

  it('survives a gap in the answers', async () => {
    const bench = await ready({}, { timing: { ...IMPATIENT, lostGraceMs: 20_000 } })
    const { done } = await printingThree(bench)
    bench.simulator.garbage('ipp')
    await bench.untilState('no-answer')
    bench.simulator.garbage()
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: true })
  })
})

describe('a document that is refused before a byte leaves', () => {
  it.each([
    ['is no PDF', { pdf: new TextEncoder().encode('Zhou') }, 'bad-document', 'no PDF'],
    ['has a bad number of copies', { copies: 1.5 }, 'bad-document', 'copies'],
    ['has a bad number of pages', { pages: 0 }, 'bad-document', 'pages'],
    ['needs more copies than the printer makes', { copies: 6 }, 'not-supported', 'at most 5 copies'],
    ['needs both sides', { sides: 'two-sided-long-edge' }, 'not-supported', 'one-sided only'],
  ] as const)('because it %s', async (_what, options, fault, detail) => {
    const bench = await ready({ maxCopies: 5, sides: ['one-sided'] })
    const result = await bench.print('job', options)
    expect(result).toMatchObject({ ok: false, fault, paper: 'nothing', impressions: { atLeast: 0, atMost: 0 } })
    expect(result.ok ? '' : result.detail).toContain(detail)
    expect(bench.simulator.requests().createJob).toBe(0)
    await expectRecovered(bench)
  })

  it('because its job id could name a person', async () => {
    const bench = await ready()
    expect(await bench.print('周明远')).toMatchObject({ ok: false, fault: 'bad-document', paper: 'nothing' })
  })

  it('because the printer has no A4', async () => {
    const bench = await ready({ media: ['na_letter_8.5x11in'] })
    expect(await bench.print('job')).toMatchObject({
      ok: false,
      fault: 'not-supported',
      detail: 'it takes no A4 paper',
    })
  })

  it('because the printer takes no PDF, and says what it takes', async () => {
    const bench = await setUp({ formats: ['image/pwg-raster', 'image/urf'] })
    bench.printer.start()
    await bench.untilState('format-not-supported')
    bench.expectTold(
      { state: 'format-not-supported', takes: ['image/pwg-raster', 'image/urf'] },
      'software-error',
      'alarm',
    )
    // Short looks do not ask for what does not change, and do not forget it.
    const asked = bench.simulator.requests().getPrinterAttributes
    await bench.simulator.until(() => bench.simulator.requests().getPrinterAttributes > asked + 3)
    expect(bench.events).toHaveLength(1)
    expect(await bench.print('job')).toMatchObject({
      ok: false,
      fault: 'format-not-supported',
      paper: 'nothing',
      detail: 'it takes image/pwg-raster, image/urf',
    })
  })

  it('because the printer accepts no jobs', async () => {
    const bench = await ready()
    bench.simulator.stopAccepting()
    expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'not-accepting', paper: 'nothing' })
    bench.simulator.stopAccepting(false)
    await expectRecovered(bench)
  })

  it.each([
    ['format-not-supported', STATUS.documentFormatNotSupported],
    ['not-supported', STATUS.attributesOrValuesNotSupported],
    ['refused', STATUS.forbidden],
    ['busy', STATUS.busy],
  ] as const)('because the printer answers the job with %s', async (fault, status) => {
    const bench = await ready({}, { timing: { ...QUICK, busyTimeoutMs: 30 } })
    bench.simulator.refuseJobs(status)
    expect(await bench.print('job')).toMatchObject({ ok: false, fault, paper: 'nothing' })
    bench.simulator.refuseJobs()
    await expectRecovered(bench)
  })

  it('because the driver is not started, or stopped', async () => {
    const bench = await setUp()
    expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'stopped', paper: 'nothing' })
    bench.printer.start()
    await bench.untilState('ready')
    await bench.printer.stop()
    expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'stopped', paper: 'nothing' })
    bench.printer.start()
    expect(await bench.print('job')).toMatchObject({ ok: true })
  })

  it('because the driver is stopped while the printer says nothing, and at once', async () => {
    const bench = await ready({}, { timing: { ...QUICK, answerTimeoutMs: 600_000 } })
    bench.simulator.silence()
    const printing = bench.print('job')
    const asked = bench.simulator.requests().getPrinterAttributes
    await bench.simulator.until(() => bench.simulator.requests().getPrinterAttributes > asked)
    await bench.printer.stop()
    expect(await printing).toMatchObject({ ok: false, fault: 'stopped', paper: 'nothing' })
  })

  it('because the address is wrong', async () => {
    const bench = openBench('ipp://127.0.0.1')
    bench.printer.start()
    await bench.untilState('unplugged')
    bench.expectTold({ state: 'unplugged', cause: 'bad-url', at: 'device' }, 'bad-address', 'alarm')
    expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'unplugged', paper: 'nothing' })
    expect(bench.logged).toContainEqual({ event: 'document-printer.bad-url', detail: expect.stringContaining('path') })
  })

  it.each([
    [401, 'no-permission'],
    [404, 'not-found'],
    [426, 'no-permission'],
    [503, 'busy'],
  ] as const)('because the web server in the printer answers with %d', async (status, cause) => {
    const bench = await ready()
    bench.simulator.httpStatus(status)
    await bench.untilState('unplugged')
    expect(bench.printer.state()).toEqual({ state: 'unplugged', cause, at: 'device' })
    bench.simulator.httpStatus()
    await expectRecovered(bench)
  })
})
