import { expect } from 'vitest'
import { describeHazard } from '../../testing/fault-matrix.ts'
import { padBench } from '../testing/pad-bench.ts'

type Bench = ReturnType<typeof padBench>

/** Reports of nothing that a pen can do: beyond the edge, harder than there is. */
async function noise(bench: Bench): Promise<void> {
  bench.simulator.noise(new Uint8Array(200).fill(0xff))
  await bench.clock.settle()
}

function expectGarbled(bench: Bench): void {
  bench.expectState('garbled', 'not-responding')
  expect(bench.logged('broken-reports')).toHaveLength(1)
}

describeHazard('signature-pad', 'noise', {
  'start-up': async () => {
    const bench = padBench()
    bench.pad.start()
    await bench.clock.settle()
    await noise(bench)
    expectGarbled(bench)
    await bench.recovers()
  },
  idle: async () => {
    const bench = padBench()
    await bench.startReady()
    // One or two are nothing.
    bench.simulator.noise(new Uint8Array(14).fill(0xff))
    await bench.clock.advance(60_000)
    bench.expectState('ready', 'ready')
    await noise(bench)
    expectGarbled(bench)
    await bench.recovers()
  },
  'mid-job': async () => {
    const bench = padBench()
    await bench.startReady()
    bench.pad.begin()
    await bench.written(bench.simulator.write())
    await noise(bench)
    expectGarbled(bench)
    // The pen makes sense again: writing goes on where it was, without a point of the noise.
    await bench.written(bench.simulator.write())
    bench.expectState('writing', 'busy')
    const result = bench.finish()
    expect(result.ok && result.signature.strokes.length).toBe(6)
    await bench.recovers()
  },
  'after-job': async () => {
    const bench = padBench()
    await bench.startReady()
    bench.pad.begin()
    await bench.written(bench.simulator.write())
    expect(bench.finish().ok).toBe(true)
    await noise(bench)
    expectGarbled(bench)
    // Asked to sign all the same: the first word that makes sense is enough.
    expect(bench.pad.begin()).toEqual({ ok: true })
    bench.expectState('garbled', 'not-responding')
    await bench.recovers()
  },
  reconnect: async () => {
    const bench = padBench()
    await bench.startReady()
    bench.simulator.unplug()
    bench.simulator.plug()
    await bench.clock.advance(300)
    await noise(bench)
    expectGarbled(bench)
    await bench.recovers()
  },
})
