import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { SAMPLE_PERSONS } from '../sample-persons.ts'
import { hazardBench } from '../testing/hazard-bench.ts'

const FOR_EVER = 1_000_000
const [person] = SAMPLE_PERSONS

describeHazard('id-card-reader', 'no-answer', {
  'start-up': async () => {
    const bench = await hazardBench()
    bench.simulator.misbehave({ kind: 'silence', times: FOR_EVER })
    bench.reader.start()
    await bench.untilState('no-answer', 'not-responding')
    expect(bench.logged('reader-state')).toHaveLength(1)
    bench.simulator.behave()
    await bench.recovers()
  },
  idle: async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.simulator.misbehave({ kind: 'silence', times: FOR_EVER })
    await bench.untilState('no-answer', 'not-responding')
    // The wire is opened anew now and then: some systems never tell that a port is gone.
    await bench.clock.advance(30_000)
    expect(bench.wire.opened()).toBeGreaterThan(2)
    bench.simulator.behave()
    await bench.recovers()
  },
  'mid-job': async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.simulator.misbehave({ kind: 'silence', command: 'readTextPhoto' })
    if (person !== undefined) bench.simulator.putCard(person)
    await bench.untilState('no-answer', 'not-responding')
    expect(bench.faults()).toEqual(['no-answer'])
    expect(bench.logged('reader-card-fault')[0]?.detail.fault).toBe('no-answer')
    expect(bench.cards()).toEqual([])
    await bench.recovers()
  },
  'after-job': async () => {
    const bench = await hazardBench()
    await bench.startReady()
    await bench.readCard()
    bench.simulator.misbehave({ kind: 'silence', times: FOR_EVER })
    await bench.untilState('no-answer', 'not-responding')
    expect(bench.faults()).toEqual([])
    bench.simulator.behave()
    await bench.untilReady()
    await bench.clock.advance(5_000)
    expect(bench.cards()).toHaveLength(1)
    await bench.recovers()
  },
  reconnect: async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.wire.cut()
    await bench.untilState('unplugged', 'not-reachable')
    bench.simulator.misbehave({ kind: 'silence', times: FOR_EVER })
    bench.wire.mend()
    await bench.untilState('no-answer', 'not-responding')
    bench.simulator.behave()
    await bench.recovers()
  },
})
