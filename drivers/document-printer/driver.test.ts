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

describe('an answer that is lost', () => {
  it('to Create-Job: the job is found by its name, and there is one', async () => {
    const bench = await ready()
    bench.simulator.loseAnswerTo('createJob')
    expect(await bench.print('job')).toMatchObject({ ok: true })
    expect(bench.simulator.requests().createJob).toBe(1)
    expect(bench.simulator.printed()).toHaveLength(1)
  })

  it('to Send-Document: the job is followed, and the document is not sent again', async () => {
    const bench = await ready()
    bench.simulator.loseAnswerTo('sendDocument')
    expect(await bench.print('job')).toMatchObject({ ok: true })
    expect(bench.simulator.requests().sendDocument).toBe(1)
    expect(bench.simulator.printed()).toHaveLength(1)
  })

  it('to Print-Job: the same', async () => {
    const bench = await ready({ knowsCreateJob: false })
    bench.simulator.loseAnswerTo('printJob')
    expect(await bench.print('job')).toMatchObject({ ok: true })
    expect(bench.simulator.requests().printJob).toBe(1)
    expect(bench.simulator.printed()).toHaveLength(1)
  })

  it('to Print-Job, and the printer does not list the job: nobody knows', async () => {
    const bench = await ready({ knowsCreateJob: false })
    bench.simulator.hang()
    bench.simulator.loseAnswerTo('printJob')
    const printing = bench.print('job')
    await bench.simulator.until(() => bench.simulator.requests().printJob === 1)
    bench.simulator.jobVanishes()
    expect(await printing).toMatchObject({ ok: false, fault: 'unplugged', paper: 'unknown' })
    expect(bench.simulator.requests().printJob).toBe(1)
    bench.simulator.hang(false)
    await expectRecovered(bench)
  })

  it('to Print-Job of a document that was printed before under the same name: the former one tells nothing', async () => {
    const bench = await ready({ knowsCreateJob: false })
    expect(await bench.print('job')).toMatchObject({ ok: true })
    bench.simulator.pullPlugAfterBytes(20_000)
    expect(await bench.print('job', { pdf: samplePdf(200) })).toMatchObject({ ok: false, paper: 'unknown' })
    expect(bench.simulator.printed()).toHaveLength(1)
  })

  it('because the connection broke in the middle of the document: no paper, and the empty job is gone', async () => {
    const bench = await ready()
    bench.simulator.pullPlugAfterBytes(20_000)
    const pdf = samplePdf(200)
    expect(pdf.length).toBeGreaterThan(40_000)
    expect(await bench.print('job', { pdf, pages: 200 })).toMatchObject({
      ok: false,
      fault: 'unplugged',
      paper: 'nothing',
    })
    expect(bench.simulator.jobStates()).toEqual(['canceled'])
    await expectRecovered(bench)
  })
})

describe('a job that does not end well', () => {
  it('is cancelled when its time is up', async () => {
    const bench = await ready()
    bench.simulator.hang()
    expect(await bench.print('job', { timeoutMs: 50 })).toMatchObject({
      ok: false,
      fault: 'timed-out',
      paper: 'unknown',
      state: { state: 'ready' },
    })
    expect(bench.simulator.jobStates()).toEqual(['canceled'])
    bench.simulator.hang(false)
    await expectRecovered(bench)
  })

  it.each([
    ['aborted', 'job-aborted'],
    ['canceled', 'job-canceled'],
  ] as const)('is told as %s when the printer says so', async (how, fault) => {
    const bench = await ready()
    const { done } = await printingThree(bench)
    bench.simulator.abortJob(how)
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: false, fault, paper: 'some', impressions: { atLeast: 1, atMost: 3 } })
    await expectRecovered(bench)
  })

  it('goes on when the fault goes away in time', async () => {
    const bench = await ready({}, { timing: { ...QUICK, troubleGraceMs: 20_000 } })
    const { done } = await printingThree(bench)
    bench.simulator.openCover()
    await bench.untilState('cover-open')
    bench.simulator.closeCover()
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: true, impressions: { atLeast: 3, atMost: 3 } })
  })

  it('because of a fault that calls itself a warning and came while it stood', async () => {
    const bench = await ready({}, { timing: { ...QUICK, stuckMs: 50 } })
    const { done } = await printingThree(bench)
    bench.simulator.sayReasons('media-jam-warning', 'toner-low-warning')
    expect(await done).toMatchObject({ ok: false, fault: 'media-jam', paper: 'some', state: { state: 'media-jam' } })
    // Believed from now on, also by its other name, until it is gone.
    bench.simulator.hang(false)
    bench.simulator.sayReasons('media-jam-report')
    expect(await bench.print('next')).toMatchObject({ ok: false, fault: 'media-jam', paper: 'nothing' })
    bench.simulator.sayReasons()
    await expectRecovered(bench)
    bench.simulator.sayReasons('media-jam-report')
    expect(await bench.print('third')).toMatchObject({ ok: true })
  })

  it('leaves the job alone that somebody else has under its number after a power cut', async () => {
    const bench = await ready({}, { timing: { ...QUICK, backOffFirstMs: 1000, backOffCapMs: 1000 } })
    const { done } = await printingThree(bench)
    await bench.simulator.cutPower()
    expect(await done).toMatchObject({ ok: false, fault: 'unplugged' })
    await bench.simulator.plug()
    const other = openBench(bench.simulator.url)
    other.printer.start()
    const theirs = other.print('theirs', { pages: 1 })
    await bench.untilLog('document-printer.settled-late')
    bench.simulator.hang(false)
    expect(await theirs).toMatchObject({ ok: true })
    expect(bench.simulator.requests().cancelJob).toBe(0)
  })

  it('is told as vanished when its number names the job of somebody else', async () => {
    const bench = await ready({}, { timing: { ...QUICK, lostGraceMs: 20_000 } })
    const { done } = await printingThree(bench)
    await bench.simulator.cutPower()
    await bench.untilState('unplugged')
    bench.simulator.hang(false)
    await bench.simulator.plug()
    const other = openBench(bench.simulator.url)
    other.printer.start()
    expect(await other.print('theirs')).toMatchObject({ ok: true })
    expect(await done).toMatchObject({ ok: false, fault: 'job-vanished' })
  })

  it('is not blamed on a warning that stood before it: one of two trays is empty', async () => {
    const bench = await setUp({}, { timing: { ...QUICK, stuckMs: 30 } })
    bench.simulator.sayReasons('media-empty-warning')
    bench.printer.start()
    await bench.untilState('ready')
    bench.expectTold({ state: 'ready', warnings: ['media-empty'] }, 'media-empty', 'warning')
    const { done } = await printingThree(bench)
    const asked = bench.simulator.requests().getPrinterAttributes
    await bench.simulator.until(() => bench.simulator.requests().getPrinterAttributes > asked + 12)
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: true })
  })

  it('ends as stopped when the driver is stopped, and is not cancelled', async () => {
    const bench = await ready()
    const { done } = await printingThree(bench)
    await bench.printer.stop()
    expect(await done).toMatchObject({ ok: false, fault: 'stopped' })
    expect(bench.simulator.jobStates()).toEqual(['processing'])
    bench.simulator.hang(false)
    await bench.simulator.until(() => bench.simulator.jobStates()[0] === 'completed')
    const after = openBench(bench.simulator.url)
    after.printer.start()
    expect(await after.printer.inquire('three')).toMatchObject({ ok: true, known: true, settled: true, paper: 'all' })
    expect(await after.printer.inquire('other')).toEqual({ ok: true, known: false })
  })
})
