import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { padBench } from '../testing/pad-bench.ts'

describeHazard('signature-pad', 'unplug', {
  'start-up': async () => {
    const bench = padBench()
    bench.simulator.unplug()
    bench.pad.start()
    await bench.clock.advance(5_000)
    bench.expectState('unplugged', 'not-reachable')
    expect(bench.logged('link')[0]?.fault).toBe('not-found')
    expect(bench.pad.begin()).toMatchObject({ ok: false, fault: 'not-connected' })
    bench.simulator.plug()
    await bench.recovers()
  },
  idle: async () => {
    const bench = padBench()
    await bench.startReady()
    bench.simulator.unplug()
    await bench.clock.settle()
    bench.expectState('unplugged', 'not-reachable')
    expect(bench.logged('link').map(({ fault }) => fault)).toEqual(['lost'])
    bench.simulator.plug()
    await bench.recovers()
  },
  'mid-job': async () => {
    const bench = padBench()
    await bench.startReady()
    bench.pad.begin()
    await bench.written(bench.simulator.writePart(30))
    bench.simulator.unplug()
    await bench.clock.settle()
    bench.expectState('unplugged', 'not-reachable')
    expect(bench.logged('ended')).toEqual([{ event: 'signature-pad.ended', fault: 'interrupted' }])
    expect(bench.events).toContainEqual({ event: 'ended', fault: 'interrupted' })
    expect(bench.finish()).toMatchObject({ ok: false, fault: 'not-writing' })
    bench.simulator.plug()
    await bench.clock.advance(300)
    // What was on its screen is wiped before anybody else sees it.
    expect(bench.simulator.cleared()).toBeGreaterThan(1)
    await bench.recovers()
  },
  'after-job': async () => {
    const bench = padBench()
    await bench.startReady()
    bench.pad.begin()
    await bench.written(bench.simulator.write())
    expect(bench.finish().ok).toBe(true)
    bench.simulator.unplug()
    await bench.clock.settle()
    bench.expectState('unplugged', 'not-reachable')
    expect(bench.logged('ended')).toEqual([])
    expect(bench.logged('link')).toHaveLength(1)
    bench.simulator.plug()
    await bench.recovers()
  },
  reconnect: async () => {
    const bench = padBench()
    await bench.startReady()
    bench.simulator.unplug()
    bench.simulator.plug()
    await bench.clock.advance(300)
    bench.expectState('ready', 'ready')
    bench.simulator.unplug()
    await bench.clock.settle()
    bench.expectState('unplugged', 'not-reachable')
    expect(bench.logged('link').map(({ fault }) => fault)).toEqual(['lost', 'lost'])
    bench.simulator.plug()
    await bench.recovers()
  },
})
