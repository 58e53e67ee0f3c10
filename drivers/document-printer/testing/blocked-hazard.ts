import { expect } from 'vitest'
import type { ConditionName } from '../../condition/states.ts'
import type { Cell, Strike } from '../../testing/fault-matrix.ts'
import type { DocumentPrinterState, PrinterTrouble } from '../states.ts'
import { type Bench, expectOnePageOfThree, expectRecovered, printingThree, ready, setUp } from './harness.ts'

/** Something at the printer that stops it until a hand mends it: the same cells for paper, cover and jam. */
export interface BlockedHazard {
  readonly trouble: PrinterTrouble
  readonly condition: ConditionName
  strike(bench: Bench): void
  mend(bench: Bench): void
}

export function blockedCells({ trouble, condition, strike, mend }: BlockedHazard): Record<Strike, Cell> {
  const blocked: DocumentPrinterState = { state: trouble }
  const refuses = async (bench: Bench): Promise<void> => {
    const before = bench.simulator.requests().createJob
    expect(await bench.print('refused')).toEqual({
      ok: false,
      fault: trouble,
      paper: 'nothing',
      impressions: { atLeast: 0, atMost: 0 },
      state: blocked,
    })
    expect(bench.simulator.requests().createJob).toBe(before)
  }
  return {
    'start-up': async () => {
      const bench = await setUp()
      strike(bench)
      bench.printer.start()
      await bench.untilState(trouble)
      bench.expectTold(blocked, condition, 'alarm')
      await refuses(bench)
      mend(bench)
      await expectRecovered(bench)
    },

    idle: async () => {
      const bench = await ready()
      strike(bench)
      await bench.untilState(trouble)
      bench.expectTold(blocked, condition, 'alarm')
      await refuses(bench)
      mend(bench)
      await expectRecovered(bench)
    },

    'mid-job': async () => {
      const bench = await ready()
      const { done } = await printingThree(bench)
      strike(bench)
      bench.simulator.hang(false)
      expect(await done).toMatchObject({
        ok: false,
        fault: trouble,
        paper: 'some',
        impressions: { atLeast: 1, atMost: 3 },
        state: blocked,
      })
      bench.expectTold(blocked, condition, 'alarm')
      expect(bench.logged).toContainEqual(
        expect.objectContaining({
          event: 'document-printer.print-failed',
          jobId: 'three',
          fault: trouble,
          paper: 'some',
        }),
      )
      // The job was cancelled: its rest does not come out for whoever stands there when the printer is mended.
      expect(bench.simulator.jobStates()).toEqual(['canceled'])
      mend(bench)
      await expectRecovered(bench)
      expectOnePageOfThree(bench)
    },

    'after-job': async () => {
      const bench = await ready()
      expect(await bench.print('job')).toMatchObject({ ok: true })
      strike(bench)
      await bench.untilState(trouble)
      bench.expectTold(blocked, condition, 'alarm')
      mend(bench)
      await expectRecovered(bench)
    },

    reconnect: async () => {
      const bench = await ready()
      await bench.simulator.pullPlug()
      await bench.untilState('unplugged')
      strike(bench)
      await bench.simulator.plug()
      await bench.untilState(trouble)
      bench.expectTold(blocked, condition, 'alarm')
      // It was never ready in between: what stands at the printer is looked at before anything is promised.
      const told = bench.events.map((event) => (event.event === 'state' ? event.state.state : event.event))
      expect(told.slice(told.indexOf('unplugged'))).toEqual(['unplugged', trouble])
      await refuses(bench)
      mend(bench)
      await expectRecovered(bench)
    },
  }
}
