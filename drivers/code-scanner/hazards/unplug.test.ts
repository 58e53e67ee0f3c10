import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { scannerBench } from '../testing/scanner-bench.ts'

/** Both kinds of wire in each cell. */
const KINDS = ['serial', 'hid'] as const

describeHazard('code-scanner', 'unplug', {
  'start-up': async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.unplug()
      bench.scanner.start()
      await bench.clock.advance(5_000)
      bench.expectState('unplugged', 'not-reachable')
      expect(bench.logged('link')[0]?.fault).toBe('not-found')
      await bench.plug()
      await bench.recovers()
    }
  },
  idle: async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await bench.unplug()
      bench.expectState('unplugged', 'not-reachable')
      expect(bench.logged('link').map(({ fault }) => fault)).toEqual(['lost'])
      await bench.plug()
      await bench.recovers()
    }
  },
  'mid-job': async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await bench.simulator.scanPart('SECRET '.repeat(30), 2)
      await bench.unplug()
      bench.expectState('unplugged', 'not-reachable')
      expect(bench.logged('link').map(({ fault }) => fault)).toEqual(['lost'])
      await bench.plug()
      await bench.recovers()
      // Half a code is no code, and does not grow together with the next.
      expect(bench.codes()).toEqual(['SECRET recovered'])
      expect(bench.faults()).toEqual([])
    }
  },
  'after-job': async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await bench.simulator.scan('SECRET')
      await bench.clock.advance(100)
      await bench.unplug()
      bench.expectState('unplugged', 'not-reachable')
      expect(bench.logged('link').map(({ fault }) => fault)).toEqual(['lost'])
      await bench.plug()
      await bench.recovers()
      expect(bench.codes()).toEqual(['SECRET', 'SECRET recovered'])
    }
  },
  reconnect: async () => {
    for (const kind of KINDS) {
      const bench = await scannerBench(kind)
      await bench.startReady()
      await bench.unplug()
      await bench.plug()
      await bench.clock.advance(300)
      bench.expectState('ready', 'ready')
      await bench.unplug()
      bench.expectState('unplugged', 'not-reachable')
      expect(bench.logged('link').map(({ fault }) => fault)).toEqual(['lost', 'lost'])
      await bench.plug()
      await bench.recovers()
    }
  },
})
