import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { type Bench, expectRecovered, printingThree, ready, setUp } from '../testing/harness.ts'

/** The tray runs low: a warning, and nothing else. */
const LOW = { state: 'ready', warnings: ['media-low'] } as const

const untilLow = async (bench: Bench): Promise<void> => {
  await bench.until(() => JSON.stringify(bench.printer.state()) === JSON.stringify(LOW))
  bench.expectTold({ ...LOW, warnings: [...LOW.warnings] }, 'media-low', 'warning')
}

const printsAllTheSame = async (bench: Bench): Promise<void> => {
  expect(await bench.print('low')).toMatchObject({ ok: true, paper: 'all' })
  bench.simulator.loadPaper()
  await expectRecovered(bench)
}

describeHazard('document-printer', 'near-end', {
  'start-up': async () => {
    const bench = await setUp()
    bench.simulator.paperNearEnd()
    bench.printer.start()
    await untilLow(bench)
    await printsAllTheSame(bench)
  },

  idle: async () => {
    const bench = await ready()
    bench.simulator.paperNearEnd()
    await untilLow(bench)
    await printsAllTheSame(bench)
  },

  'mid-job': async () => {
    const bench = await ready()
    const { done } = await printingThree(bench)
    bench.simulator.paperNearEnd()
    const printingLow = '{"state":"printing","warnings":["media-low"]}'
    await bench.until(() => JSON.stringify(bench.printer.state()) === printingLow)
    bench.expectTold({ state: 'printing', warnings: ['media-low'] }, 'media-low', 'warning')
    bench.simulator.hang(false)
    expect(await done).toMatchObject({ ok: true, paper: 'all', impressions: { atLeast: 3, atMost: 3 } })
    await untilLow(bench)
    await printsAllTheSame(bench)
  },

  'after-job': async () => {
    const bench = await ready()
    expect(await bench.print('job')).toMatchObject({ ok: true })
    bench.simulator.paperNearEnd()
    await untilLow(bench)
    await printsAllTheSame(bench)
  },

  reconnect: async () => {
    const bench = await ready()
    await bench.simulator.pullPlug()
    await bench.untilState('unplugged')
    bench.simulator.paperNearEnd()
    await bench.simulator.plug()
    await untilLow(bench)
    await printsAllTheSame(bench)
  },
})
