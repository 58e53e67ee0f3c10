import { expect } from 'vitest'
import type { Cell, Strike } from '../../testing/fault-matrix.ts'
import { type Bench, expectOnePageOfThree, expectRecovered, IMPATIENT, printingThree, ready, setUp } from './harness.ts'

/** A printer that is there and says nothing, or nothing that makes sense: the same cells for each way of it. */
export interface SilenceHazard {
  strike(bench: Bench): void
  cease(bench: Bench): void
  /** Whether answers came that made no sense. */
  readonly garbles: boolean
}

export function silenceCells({ strike, cease, garbles }: SilenceHazard): Record<Strike, Cell> {
  const driver = { timing: IMPATIENT }
  const expectSilent = (bench: Bench): void => {
    const state = bench.printer.state()
    if (state.state !== 'no-answer') throw new Error(`it is ${state.state}`)
    expect(state.garbled > 0).toBe(garbles)
    bench.expectTold({ state: 'no-answer', garbled: state.garbled, at: 'device' }, 'not-responding', 'alarm')
    expect(bench.logged).toContainEqual(expect.objectContaining({ event: 'document-printer.not-reached' }))
  }
  return {
    'start-up': async () => {
      const bench = await setUp({}, driver)
      strike(bench)
      bench.printer.start()
      await bench.untilState('no-answer')
      expectSilent(bench)
      expect(await bench.print('job')).toMatchObject({ ok: false, fault: 'no-answer', paper: 'nothing' })
      cease(bench)
      await expectRecovered(bench)
    },

    idle: async () => {
      const bench = await ready({}, driver)
      strike(bench)
      await bench.untilState('no-answer')
      expectSilent(bench)
      // However often it is asked, it is told once.
      const asked = bench.simulator.requests().getPrinterAttributes
      await bench.simulator.until(() => bench.simulator.requests().getPrinterAttributes > asked + 1)
      cease(bench)
      await expectRecovered(bench)
      const told = bench.events.filter((event) => event.event === 'state' && event.state.state === 'no-answer')
      expect(told).toHaveLength(1)
    },

    'mid-job': async () => {
      const bench = await ready({}, driver)
      const { done } = await printingThree(bench)
      strike(bench)
      expect(await done).toMatchObject({
        ok: false,
        fault: 'no-answer',
        paper: expect.stringMatching(/^(some|unknown)$/),
        state: { state: 'no-answer' },
      })
      expect(bench.logged).toContainEqual(
        expect.objectContaining({ event: 'document-printer.print-failed', jobId: 'three', fault: 'no-answer' }),
      )
      cease(bench)
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
      const bench = await ready({}, driver)
      expect(await bench.print('job')).toMatchObject({ ok: true })
      strike(bench)
      await bench.untilState('no-answer')
      expectSilent(bench)
      cease(bench)
      await expectRecovered(bench)
    },

    reconnect: async () => {
      const bench = await ready({}, driver)
      await bench.simulator.pullPlug()
      await bench.untilState('unplugged')
      strike(bench)
      await bench.simulator.plug()
      await bench.untilState('no-answer')
      expectSilent(bench)
      cease(bench)
      await expectRecovered(bench)
    },
  }
}
