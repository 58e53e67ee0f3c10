import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { SAMPLE_PERSONS } from '../sample-persons.ts'
import { hazardBench } from '../testing/hazard-bench.ts'

const [person] = SAMPLE_PERSONS

describeHazard('id-card-reader', 'unplug', {
  'start-up': async () => {
    const bench = await hazardBench()
    bench.wire.cut()
    bench.reader.start()
    await bench.untilState('unplugged', 'not-reachable')
    expect(bench.logged('reader-link')[0]?.detail.fault).toBe('not-found')
    bench.wire.mend()
    await bench.recovers()
  },
  idle: async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.wire.cut()
    await bench.untilState('unplugged', 'not-reachable')
    expect(bench.logged('reader-link')[0]?.detail.fault).toBe('lost')
    // Away for a while: it is still looked for, but not for ever more often.
    await bench.clock.advance(60_000)
    expect(bench.logged('reader-link').length).toBeLessThan(30)
    bench.wire.mend()
    await bench.recovers()
  },
  'mid-job': async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.simulator.misbehave({ kind: 'silence', command: 'readTextPhoto' })
    if (person !== undefined) bench.simulator.putCard(person)
    await bench.untilState('reading', 'busy')
    bench.wire.cut()
    await bench.untilState('unplugged', 'not-reachable')
    expect(bench.logged('reader-link')[0]?.detail.fault).toBe('lost')
    expect(bench.cards()).toEqual([])
    bench.wire.mend()
    await bench.recovers()
  },
  'after-job': async () => {
    const bench = await hazardBench()
    await bench.startReady()
    await bench.readCard()
    bench.wire.cut()
    await bench.untilState('unplugged', 'not-reachable')
    expect(bench.logged('reader-link')).toHaveLength(1)
    bench.wire.mend()
    await bench.untilReady()
    // The card still lies there, read already: not told again.
    await bench.clock.advance(5_000)
    expect(bench.cards()).toHaveLength(1)
    await bench.recovers()
  },
  reconnect: async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.wire.cut()
    await bench.untilState('unplugged', 'not-reachable')
    bench.wire.mend()
    bench.simulator.misbehave({ kind: 'silence', command: 'samStatus' })
    await bench.untilState('connecting', 'connecting')
    bench.wire.cut()
    await bench.untilState('unplugged', 'not-reachable')
    expect(bench.logged('reader-link').map(({ detail }) => detail.fault)).toContain('lost')
    bench.wire.mend()
    await bench.recovers()
  },
})
