import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { scannerBench } from '../testing/scanner-bench.ts'

const KINDS = ['serial', 'hid'] as const
type Bench = Awaited<ReturnType<typeof scannerBench>>

/** Told and logged once, nothing of it delivered, and a single one is no reason to distrust the wire. */
async function overLong(bench: Bench, codes: readonly string[] = []): Promise<void> {
  await bench.simulator.overLong()
  await bench.clock.advance(500)
  expect(bench.faults()).toEqual(['over-long'])
  expect(bench.logged('code-fault').map(({ fault }) => fault)).toEqual(['over-long'])
  expect(bench.codes()).toEqual(codes)
  bench.expectState('ready', 'ready')
}

describeHazard('code-scanner', 'over-long-frame', {
  'start-up': async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      bench.scanner.start()
      await bench.clock.settle()
      await overLong(bench)
      await bench.recovers()
    }
  },
  idle: async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await overLong(bench)
      await bench.recovers()
      // Again and again it is the wire.
      for (let times = 0; times < 3; times += 1) {
        await bench.simulator.overLong()
        await bench.clock.advance(500)
      }
      bench.expectState('garbled', 'not-responding')
      await bench.recovers()
    }
  },
  'mid-job': async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await bench.simulator.scanPart('SECRET '.repeat(30), 1)
      await overLong(bench)
      await bench.recovers()
    }
  },
  'after-job': async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await bench.simulator.scan('SECRET')
      await bench.clock.advance(100)
      await overLong(bench, ['SECRET'])
      await bench.recovers()
    }
  },
  reconnect: async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await bench.unplug()
      await bench.plug()
      await bench.clock.advance(300)
      await overLong(bench)
      await bench.recovers()
    }
  },
})
