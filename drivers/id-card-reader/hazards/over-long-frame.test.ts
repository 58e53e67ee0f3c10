import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { SAMPLE_PERSONS } from '../sample-persons.ts'
import { hazardBench } from '../testing/hazard-bench.ts'

const FOR_EVER = 1_000_000
const [person] = SAMPLE_PERSONS
type Bench = Awaited<ReturnType<typeof hazardBench>>

/** Four sendings, each logged with the reason, and then the line is called bad. */
async function untilLinkBad(bench: Bench): Promise<void> {
  await bench.untilState('link-bad', 'not-responding')
  expect(
    bench
      .logged('reader-resend')
      .slice(0, 4)
      .map(({ detail }) => [detail.why, detail.resends]),
  ).toEqual([
    ['over-long', 0],
    ['over-long', 1],
    ['over-long', 2],
    ['over-long', 3],
  ])
}

describeHazard('id-card-reader', 'over-long-frame', {
  'start-up': async () => {
    const bench = await hazardBench()
    bench.simulator.misbehave({ kind: 'over-long', times: FOR_EVER })
    bench.reader.start()
    await untilLinkBad(bench)
    bench.simulator.behave()
    await bench.recovers()
  },
  idle: async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.simulator.misbehave({ kind: 'over-long', times: FOR_EVER })
    await untilLinkBad(bench)
    bench.simulator.behave()
    await bench.recovers()
  },
  'mid-job': async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.simulator.misbehave({ kind: 'over-long', times: FOR_EVER, command: 'readTextPhoto' })
    if (person !== undefined) bench.simulator.putCard(person)
    await untilLinkBad(bench)
    expect(bench.faults()).toEqual(['reader-link-bad'])
    expect(bench.logged('reader-card-fault')[0]?.detail.fault).toBe('reader-link-bad')
    expect(bench.cards()).toEqual([])
    bench.simulator.behave()
    await bench.recovers()
    // Three of them are not even told.
    bench.simulator.takeCard()
    await bench.clock.advance(500)
    bench.simulator.misbehave({ kind: 'over-long', times: 3, command: 'readTextPhoto' })
    await bench.readCard()
    expect(bench.faults()).toEqual(['reader-link-bad'])
  },
  'after-job': async () => {
    const bench = await hazardBench()
    await bench.startReady()
    await bench.readCard()
    bench.simulator.misbehave({ kind: 'over-long', times: FOR_EVER })
    await untilLinkBad(bench)
    expect(bench.faults()).toEqual([])
    bench.simulator.behave()
    await bench.untilReady()
    expect(bench.cards()).toHaveLength(1)
    await bench.recovers()
  },
  reconnect: async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.wire.cut()
    await bench.untilState('unplugged', 'not-reachable')
    bench.simulator.misbehave({ kind: 'over-long', times: FOR_EVER })
    bench.wire.mend()
    await untilLinkBad(bench)
    bench.simulator.behave()
    await bench.recovers()
  },
})
