import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { expectOnePageOfThree, expectRecovered, printingThree, QUICK, ready, setUp } from '../testing/harness.ts'

const GONE = { state: 'unplugged', cause: 'refused', at: 'device' } as const

describeHazard('document-printer', 'unplug', {
  'start-up': async () => {
    const bench = await setUp()
    await bench.simulator.pullPlug()
    bench.printer.start()
    await bench.untilState('unplugged')
    bench.expectTold(GONE, 'not-reachable', 'alarm')
    expect(bench.logged).toContainEqual(expect.objectContaining({ event: 'document-printer.not-reached' }))
    expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'unplugged', paper: 'nothing', state: GONE })
    await bench.simulator.plug()
    await expectRecovered(bench)
  },

  idle: async () => {
    const bench = await ready()
    await bench.simulator.pullPlug()
    await bench.untilState('unplugged')
    bench.expectTold(GONE, 'not-reachable', 'alarm')
    await bench.simulator.plug()
    await expectRecovered(bench)
  },

  'mid-job': async () => {
    const bench = await ready()
    const { done } = await printingThree(bench)
    await bench.simulator.pullPlug()
    expect(await done).toMatchObject({ ok: false, fault: 'unplugged' })
    bench.expectTold(GONE, 'not-reachable', 'alarm')
    expect(bench.logged).toContainEqual(
      expect.objectContaining({ event: 'document-printer.print-failed', jobId: 'three', fault: 'unplugged' }),
    )
    // What is left of it does not come out when the plug is back, and what did come out is told.
    await bench.simulator.plug()
    await bench.untilLog('document-printer.settled-late')
    bench.simulator.hang(false)
    expect(bench.events).toContainEqual({
      event: 'settled-late',
      jobId: 'three',
      paper: 'some',
      impressions: { atLeast: 1, atMost: 3 },
    })
    await expectRecovered(bench)
    expectOnePageOfThree(bench)
  },

  'after-job': async () => {
    const bench = await ready()
    expect(await bench.print('job')).toMatchObject({ ok: true })
    await bench.simulator.pullPlug()
    await bench.untilState('unplugged')
    bench.expectTold(GONE, 'not-reachable', 'alarm')
    await bench.simulator.plug()
    await expectRecovered(bench)
    expect(bench.events.filter(({ event }) => event !== 'state')).toEqual([])
  },

  reconnect: async () => {
    const bench = await ready({}, { timing: { ...QUICK, lostGraceMs: 20_000 } })
    const { done } = await printingThree(bench)
    await bench.simulator.pullPlug()
    await bench.untilState('unplugged')
    await bench.simulator.plug()
    await bench.untilState('printing')
    await bench.simulator.pullPlug()
    await bench.untilState('unplugged')
    bench.expectTold(GONE, 'not-reachable', 'alarm')
    // A short gap costs nothing: the printer goes on by itself, and is asked again.
    await bench.simulator.plug()
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: true, impressions: { atLeast: 3, atMost: 3 } })
    await expectRecovered(bench)
  },
})
