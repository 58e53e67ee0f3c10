import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { expectWorking, FEEDER, openReadyBench } from '../testing/scanner-bench.ts'

/** The device forgets the job: its firmware restarted, or somebody cancelled it at the panel. */
describeHazard('document-scanner', 'job-vanishes', {
  'start-up': { cannotStrike: 'there is no job before the driver has begun one' },
  idle: { cannotStrike: 'there is no job while it is idle' },
  async 'mid-job'() {
    const bench = await openReadyBench({ sheets: 3 })
    try {
      bench.simulator.loseJobAfterPages(1)
      expect(await bench.scan(FEEDER)).toMatchObject({
        ok: false,
        fault: 'job-vanished',
        pages: 1,
        state: { state: 'ready', feeder: 'loaded' },
      })
      expect(bench.condition()).toBe('ready')
      expect(bench.logged('document-scanner.scan-failed')).toBe(true)
      bench.simulator.loseJobAfterPages(0)
      expect(await bench.scan()).toMatchObject({ ok: false, fault: 'job-vanished', pages: 0 })
      await expectWorking(bench, FEEDER)
    } finally {
      await bench.close()
    }
  },
  /** Gone before it could be deleted: that is as good as deleted. */
  async 'after-job'() {
    const bench = await openReadyBench()
    try {
      const result = await bench.scan(undefined, { onPage: () => bench.simulator.loseJobs() })
      expect(result).toMatchObject({ ok: true, pages: 1 })
      expect(bench.simulator.requests().at(-2)).toMatchObject({ method: 'DELETE', status: 404 })
      expect(bench.condition()).toBe('ready')
      expect(bench.logged('document-scanner.job-not-deleted')).toBe(false)
      await expectWorking(bench)
    } finally {
      await bench.close()
    }
  },
  /** The cable was out, the device restarted meanwhile: what was to be deleted is not there any more. */
  async reconnect() {
    const bench = await openReadyBench({ sheets: 2 })
    try {
      let out: Promise<void> | undefined
      const result = await bench.scan(FEEDER, {
        onPage() {
          out = bench.simulator.pullPlug()
        },
      })
      await out
      expect(result).toMatchObject({ ok: false, fault: 'unplugged', pages: 1 })
      expect(bench.condition()).toBe('not-reachable')
      bench.simulator.loseJobs()
      await bench.simulator.plugIn()
      await bench.nextLook()
      await bench.untilState({ state: 'ready' })
      expect(bench.logged('document-scanner.job-deleted-late')).toBe(true)
      expect(bench.log.some(({ event }) => event === 'document-scanner.job-left')).toBe(false)
      await expectWorking(bench, FEEDER)
    } finally {
      await bench.close()
    }
  },
})
