import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { SAMPLE_PERSONS } from '../sample-persons.ts'
import { hazardBench } from '../testing/hazard-bench.ts'

const [person] = SAMPLE_PERSONS
type Bench = Awaited<ReturnType<typeof hazardBench>>

/** Every answer arrives as other bytes of the same number, from a generator with a fixed beginning. */
function drown(bench: Bench): void {
  let seed = 20_261_128
  bench.wire.garble((bytes) =>
    bytes.map(() => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return seed >>> 24
    }),
  )
}

/** Bytes between the answers, some of them like the beginning of a frame: nobody notices. */
async function survivesNoiseBetween(bench: Bench): Promise<void> {
  const told = bench.log.length
  for (let times = 0; times < 20; times += 1) {
    bench.wire.say(Buffer.from('00FFAAAAAA9612AAAA', 'hex'))
    await bench.clock.advance(37)
  }
  expect(bench.log.slice(told)).toEqual([])
  expect(bench.reader.state().state).toBe('ready')
}

describeHazard('id-card-reader', 'noise', {
  'start-up': async () => {
    const bench = await hazardBench()
    drown(bench)
    bench.reader.start()
    await bench.untilState('no-answer', 'not-responding')
    bench.wire.garble(undefined)
    await bench.recovers()
  },
  idle: async () => {
    const bench = await hazardBench()
    await bench.startReady()
    await survivesNoiseBetween(bench)
    drown(bench)
    await bench.untilState('no-answer', 'not-responding')
    bench.wire.garble(undefined)
    await bench.recovers()
  },
  'mid-job': async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.simulator.misbehave({ kind: 'silence', command: 'readTextPhoto' })
    if (person !== undefined) bench.simulator.putCard(person)
    await bench.untilState('reading', 'busy')
    drown(bench)
    await bench.untilState('no-answer', 'not-responding')
    expect(bench.logged('reader-card-fault')[0]?.detail.fault).toBe('no-answer')
    expect(bench.cards()).toEqual([])
    bench.wire.garble(undefined)
    await bench.recovers()
  },
  'after-job': async () => {
    const bench = await hazardBench()
    await bench.startReady()
    await bench.readCard()
    await survivesNoiseBetween(bench)
    drown(bench)
    await bench.untilState('no-answer', 'not-responding')
    bench.wire.garble(undefined)
    await bench.untilReady()
    expect(bench.cards()).toHaveLength(1)
    await bench.recovers()
  },
  reconnect: async () => {
    const bench = await hazardBench()
    await bench.startReady()
    bench.wire.cut()
    await bench.untilState('unplugged', 'not-reachable')
    drown(bench)
    bench.wire.mend()
    await bench.untilState('no-answer', 'not-responding')
    bench.wire.garble(undefined)
    await bench.recovers()
  },
})
