import { describe, expect, it } from 'vitest'
import { expectRecovered, openBench, printingThree, QUICK, ready, setUp } from './testing/harness.ts'

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

  it('counts what was counted once, whatever the printer says of it later', async () => {
    const bench = await ready()
    const { done } = await printingThree(bench)
    const asked = bench.simulator.requests().getJobAttributes
    await bench.simulator.until(() => bench.simulator.requests().getJobAttributes > asked + 2)
    bench.simulator.forgetCounts()
    bench.simulator.abortJob()
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: false, paper: 'some', impressions: { atLeast: 1, atMost: 3 } })
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
    // Asked about once a second: time enough for somebody else to be first after the power cut.
    const bench = await ready({}, { timing: { ...QUICK, followFirstMs: 1000, followCapMs: 1000, lostGraceMs: 20_000 } })
    const { done } = await printingThree(bench)
    await bench.simulator.until(() => bench.simulator.requests().getJobAttributes > 0)
    await bench.simulator.cutPower()
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
