import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { hazardCells } from '../testing/hazard-cells.ts'
import { expectWorking, openReadyBench } from '../testing/scanner-bench.ts'

const cells = hazardCells({
  strike: ({ simulator }) => simulator.pullPlug(),
  mend: ({ simulator }) => simulator.plugIn(),
  state: { state: 'unplugged' },
  condition: 'not-reachable',
  event: 'document-scanner.state',
  midJob: { fault: 'unplugged' },
})

describeHazard('document-scanner', 'unplug', {
  ...cells,
  /** With half a page here: nothing of it is handed out, and the job that the device still holds is deleted on return. */
  async 'mid-job'() {
    const bench = await openReadyBench()
    try {
      bench.simulator.hang('mid-page')
      let out: Promise<void> | undefined
      const result = await bench.scan(undefined, {
        onProgress() {
          out ??= bench.simulator.pullPlug()
        },
      })
      await out
      expect(result).toMatchObject({ ok: false, fault: 'unplugged', pages: 0, state: { state: 'unplugged' } })
      expect(bench.pages).toHaveLength(0)
      expect(bench.condition()).toBe('not-reachable')
      expect(bench.logged('document-scanner.job-not-deleted')).toBe(true)
      expect(bench.simulator.jobsLeft()).toBe(1)
      bench.simulator.hang(undefined)
      await bench.simulator.plugIn()
      await bench.nextLook()
      await bench.untilState({ state: 'ready' })
      expect(bench.simulator.jobsLeft()).toBe(0)
      expect(bench.logged('document-scanner.job-deleted-late')).toBe(true)
      await expectWorking(bench)
    } finally {
      await bench.close()
    }
  },
  /** It comes back and goes again while the first question is under way. */
  async reconnect() {
    const bench = await openReadyBench()
    try {
      await bench.simulator.pullPlug()
      await bench.nextLook()
      await bench.untilState({ state: 'unplugged', cause: 'refused' })
      await bench.simulator.plugIn()
      bench.simulator.hang('everywhere')
      const asked = bench.simulator.requests().length
      bench.logged('')
      await bench.nextLook()
      await bench.simulator.until(() => bench.simulator.requests().length > asked)
      await bench.simulator.pullPlug()
      await bench.untilState({ state: 'unplugged', cause: 'lost' })
      expect(bench.condition()).toBe('not-reachable')
      expect(bench.logged('document-scanner.open-failed')).toBe(true)
      bench.simulator.hang(undefined)
      await bench.simulator.plugIn()
      await bench.nextLook()
      await expectWorking(bench)
    } finally {
      await bench.close()
    }
  },
})
