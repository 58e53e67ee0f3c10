import { describe, expect, it } from 'vitest'
import { STATUS } from './protocol.ts'
import { samplePdf } from './sample-pdf.ts'
import { expectOnePageOfThree, openBench, printingThree, ready } from './testing/harness.ts'

describe('a one-time print', () => {
  it('is refused once it came out, with what is known of its paper', async () => {
    const bench = await ready()
    expect(await bench.print('once', { oneTime: true, pages: 1 })).toMatchObject({ ok: true })
    expect(await bench.print('once', { oneTime: true, pages: 1 })).toEqual({
      ok: false,
      fault: 'already-sent',
      paper: 'all',
      impressions: { atLeast: 1, atMost: 1 },
      state: { state: 'ready', warnings: [] },
      detail: expect.any(String),
    })
    expect(bench.simulator.printed()).toHaveLength(1)
  })

  it('is refused by a process that knows nothing of it, as long as the printer does', async () => {
    const bench = await ready({ countsImpressions: false })
    expect(await bench.print('once', { oneTime: true, pages: 1 })).toMatchObject({ ok: true })
    await bench.printer.stop()
    const after = openBench(bench.simulator.url)
    after.printer.start()
    expect(await after.print('once', { oneTime: true, pages: 1 })).toMatchObject({
      ok: false,
      fault: 'already-sent',
      paper: 'all',
    })
    expect(await after.print('other', { oneTime: true, pages: 1 })).toMatchObject({ ok: true })
    expect(bench.simulator.printed()).toHaveLength(2)
  })

  it('that was refused before a byte left may be tried again', async () => {
    const bench = await ready()
    bench.simulator.openCover()
    expect(await bench.print('once', { oneTime: true })).toMatchObject({ ok: false, fault: 'cover-open' })
    bench.simulator.closeCover()
    await bench.untilState('ready')
    expect(await bench.print('once', { oneTime: true })).toMatchObject({ ok: true })
  })

  it('that broke off half way is not sent again, and what came out of it is told when it is known', async () => {
    const bench = await ready()
    const done = bench.print('once', { oneTime: true, pdf: samplePdf(3), pages: 3 })
    await bench.simulator.until(() => bench.simulator.printed().some(({ impressions }) => impressions >= 1))
    bench.simulator.hang()
    await bench.simulator.pullPlug()
    expect(await done).toMatchObject({ ok: false, fault: 'unplugged' })
    await bench.simulator.plug()
    await bench.untilLog('document-printer.settled-late')
    bench.simulator.hang(false)
    await bench.untilState('ready')
    expect(await bench.print('once', { oneTime: true, pdf: samplePdf(3), pages: 3 })).toMatchObject({
      ok: false,
      fault: 'already-sent',
      paper: 'some',
      impressions: { atLeast: 1, atMost: 3 },
    })
    expectOnePageOfThree(bench, 'once')
    expect(bench.simulator.requests().sendDocument).toBe(1)
  })

  it('whose answer was lost is not sent again', async () => {
    const bench = await ready({ knowsCreateJob: false, keepsHistory: false })
    bench.simulator.hang()
    bench.simulator.loseAnswerTo('printJob')
    const done = bench.print('once', { oneTime: true })
    await bench.simulator.until(() => bench.simulator.requests().getJobAttributes > 3)
    bench.simulator.jobVanishes()
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: false, fault: 'job-vanished', paper: 'unknown' })
    expect(await bench.print('once', { oneTime: true })).toMatchObject({ fault: 'already-sent', paper: 'unknown' })
    expect(bench.simulator.requests().printJob).toBe(1)
  })

  it('goes once to a busy printer that knows only Print-Job, because each offer carries all of it', async () => {
    const bench = await ready({ knowsCreateJob: false })
    bench.simulator.busy()
    expect(await bench.print('once', { oneTime: true })).toMatchObject({ ok: false, fault: 'busy', paper: 'nothing' })
    expect(bench.simulator.requests().printJob).toBe(1)
    bench.simulator.busy(false)
    expect(await bench.print('once', { oneTime: true })).toMatchObject({ ok: true })
  })

  it.each([STATUS.internalError, STATUS.documentFormatError])(
    'that was refused with a status which may come half way (%d) is not sent again',
    async (status) => {
      const bench = await ready({ knowsCreateJob: false })
      bench.simulator.refuseJobs(status)
      expect(await bench.print('once', { oneTime: true })).toMatchObject({ ok: false, paper: 'unknown' })
      bench.simulator.refuseJobs()
      expect(await bench.print('once', { oneTime: true })).toMatchObject({ fault: 'already-sent', paper: 'unknown' })
    },
  )

  it('does not stand in the way of a print that may be made again', async () => {
    const bench = await ready()
    const { done } = await printingThree(bench)
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: true })
    expect(await bench.print('three')).toMatchObject({ ok: true })
    expect(bench.simulator.printed()).toHaveLength(2)
  })
})
