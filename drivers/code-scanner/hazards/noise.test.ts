import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { scannerBench } from '../testing/scanner-bench.ts'

const KINDS = ['serial', 'hid'] as const
type Bench = Awaited<ReturnType<typeof scannerBench>>

/** Bytes of a loose wire, always the same ones, in three bursts. */
async function noise(bench: Bench): Promise<void> {
  let seed = 7
  for (let burst = 0; burst < 3; burst += 1) {
    const bytes = Uint8Array.from({ length: 150 }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return seed >>> 24
    })
    await bench.simulator.noise(bytes)
    await bench.clock.advance(400)
  }
}

/** Every burst is told and logged, none as a code, and the wire is called bad. */
function expectGarbled(bench: Bench, codes: readonly string[] = []): void {
  bench.expectState('garbled', 'not-responding')
  expect(bench.codes()).toEqual(codes)
  expect(bench.faults().length).toBeGreaterThanOrEqual(3)
  expect(bench.logged('code-fault')).toHaveLength(bench.faults().length)
}

describeHazard('code-scanner', 'noise', {
  'start-up': async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      bench.scanner.start()
      await bench.clock.settle()
      await noise(bench)
      expectGarbled(bench)
      await bench.recovers()
    }
  },
  idle: async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await bench.clock.advance(60_000)
      await noise(bench)
      expectGarbled(bench)
      await bench.recovers()
    }
  },
  'mid-job': async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await bench.simulator.scanPart('SECRET '.repeat(30), 1)
      await noise(bench)
      expectGarbled(bench)
      await bench.recovers()
    }
  },
  'after-job': async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await bench.simulator.scan('SECRET')
      await bench.clock.advance(100)
      await noise(bench)
      expectGarbled(bench, ['SECRET'])
      // A code that comes through is enough to be trusted again.
      await bench.simulator.scan('SECRET 2')
      await bench.clock.advance(100)
      bench.expectState('ready', 'ready')
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
      await noise(bench)
      expectGarbled(bench)
      await bench.recovers()
    }
  },
})
