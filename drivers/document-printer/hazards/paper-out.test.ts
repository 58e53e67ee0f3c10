import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { blockedCells } from '../testing/blocked-hazard.ts'
import { expectRecovered, ready } from '../testing/harness.ts'

describeHazard('document-printer', 'paper-out', {
  ...blockedCells({
    trouble: 'media-empty',
    condition: 'media-empty',
    strike: ({ simulator }) => simulator.paperOut(),
    mend: ({ simulator }) => simulator.loadPaper(),
  }),

  // The last sheet went into the job: all of it is there, and the printer shows a fault, so it is not called printed.
  'after-job': async () => {
    const bench = await ready()
    bench.simulator.paperOut(1)
    expect(await bench.print('last', { pages: 1 })).toMatchObject({
      ok: false,
      fault: 'media-empty',
      paper: 'all',
      impressions: { atLeast: 1, atMost: 1 },
    })
    bench.expectTold({ state: 'media-empty' }, 'media-empty', 'alarm')
    bench.simulator.loadPaper()
    await expectRecovered(bench)
    expect(bench.simulator.printed()[0]).toMatchObject({ jobName: 'bianmin-last', complete: true })
  },
})
