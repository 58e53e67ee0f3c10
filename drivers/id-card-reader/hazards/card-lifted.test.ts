import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { SAMPLE_PERSONS } from '../sample-persons.ts'
import { hazardBench } from '../testing/hazard-bench.ts'

const [person] = SAMPLE_PERSONS
type Bench = Awaited<ReturnType<typeof hazardBench>>

/** One fault told and logged, no card, and the reader is ready for the next try. */
async function untilLifted(bench: Bench): Promise<void> {
  await bench.until('the fault', () => bench.faults().length > 0)
  expect(bench.faults()).toEqual(['lifted-early'])
  expect(bench.logged('reader-card-fault').map(({ detail }) => detail.fault)).toEqual(['lifted-early'])
  expect(bench.cards()).toEqual([])
  await bench.untilReady()
}

describeHazard('id-card-reader', 'card-lifted', {
  'start-up': async () => {
    const bench = await hazardBench()
    bench.simulator.misbehave({ kind: 'lift-mid-read' })
    if (person !== undefined) bench.simulator.putCard(person)
    bench.reader.start()
    await untilLifted(bench)
    await bench.recovers()
  },
  idle: async () => {
    const bench = await hazardBench()
    await bench.startReady()
    // Found, and gone before it was selected.
    bench.simulator.misbehave({ kind: 'status', sw3: 0x9f, command: 'findCard' })
    await untilLifted(bench)
    await bench.recovers()
  },
  'mid-job': async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.simulator.misbehave({ kind: 'lift-mid-read' })
    if (person !== undefined) bench.simulator.putCard(person)
    await untilLifted(bench)
    expect(bench.logged('reader-state').map(({ detail }) => detail.state)).toEqual(['ready', 'reading', 'ready'])
    // Put back at once, it is read.
    await bench.readCard()
    await bench.recovers()
  },
  'after-job': async () => {
    const bench = await hazardBench()
    await bench.startReady()
    await bench.readCard()
    await bench.untilReady()
    bench.simulator.takeCard()
    await bench.clock.advance(1_000)
    // That is what people are asked to do: nothing is told or logged.
    expect(bench.faults()).toEqual([])
    expect(bench.logged('reader-card-fault')).toEqual([])
    await bench.untilReady()
    await bench.recovers()
  },
  reconnect: async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.simulator.misbehave({ kind: 'silence', command: 'readTextPhoto' })
    if (person !== undefined) bench.simulator.putCard(person)
    await bench.untilState('reading', 'busy')
    bench.wire.cut()
    await bench.untilState('unplugged', 'not-reachable')
    expect(bench.logged('reader-link')[0]?.detail.fault).toBe('lost')
    bench.simulator.takeCard()
    bench.wire.mend()
    await bench.untilReady()
    await bench.clock.advance(5_000)
    expect(bench.cards()).toEqual([])
    await bench.recovers()
  },
})
