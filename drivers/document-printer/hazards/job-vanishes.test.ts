import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { expectOnePageOfThree, expectRecovered, printingThree, ready } from '../testing/harness.ts'

/** The printer knows nothing of a job that it took: it was switched off and on, or somebody deleted it at the panel. */
describeHazard('document-printer', 'job-vanishes', {
  'start-up': { cannotStrike: 'no job is known before the first one was sent' },
  idle: { cannotStrike: 'no job is under way in an idle printer' },

  'mid-job': async () => {
    const bench = await ready()
    const { done } = await printingThree(bench)
    bench.simulator.jobVanishes()
    bench.simulator.hang(false)
    expect(await done).toMatchObject({
      ok: false,
      fault: 'job-vanished',
      paper: expect.stringMatching(/^(some|unknown)$/),
      state: { state: 'ready' },
    })
    bench.expectTold({ state: 'ready', warnings: [] }, 'ready', 'normal')
    expect(bench.logged).toContainEqual(
      expect.objectContaining({ event: 'document-printer.print-failed', jobId: 'three', fault: 'job-vanished' }),
    )
    await expectRecovered(bench)
    expectOnePageOfThree(bench)
  },

  // It can only be noticed by whoever asks; what was sent once is still not sent again.
  'after-job': async () => {
    const bench = await ready()
    expect(await bench.print('once', { oneTime: true, pages: 1 })).toMatchObject({ ok: true })
    expect(await bench.printer.inquire('once')).toMatchObject({ ok: true, known: true, settled: true, paper: 'all' })
    bench.simulator.jobVanishes()
    expect(await bench.printer.inquire('once')).toEqual({ ok: true, known: false })
    expect(await bench.print('once', { oneTime: true, pages: 1 })).toMatchObject({
      ok: false,
      fault: 'already-sent',
      paper: 'all',
    })
    bench.expectTold({ state: 'ready', warnings: [] }, 'ready', 'normal')
    expect(bench.logged).toContainEqual(
      expect.objectContaining({ event: 'document-printer.print-refused', jobId: 'once', fault: 'already-sent' }),
    )
    await expectRecovered(bench)
    expect(bench.simulator.printed()).toHaveLength(2)
  },

  reconnect: async () => {
    const bench = await ready()
    const { done } = await printingThree(bench)
    await bench.simulator.cutPower()
    expect(await done).toMatchObject({ ok: false, fault: 'unplugged' })
    bench.expectTold({ state: 'unplugged', cause: 'refused', at: 'device' }, 'not-reachable', 'alarm')
    bench.simulator.hang(false)
    await bench.simulator.plug()
    await bench.untilLog('document-printer.settled-late')
    expect(bench.events).toContainEqual({
      event: 'settled-late',
      jobId: 'three',
      paper: 'unknown',
      impressions: { atLeast: 0, atMost: 3 },
    })
    await expectRecovered(bench)
    expectOnePageOfThree(bench)
  },
})
