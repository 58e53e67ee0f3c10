import { expect } from 'vitest'
import { describeHazard } from '../../drivers/testing/fault-matrix.ts'
import { type CameraBench, expectPicture, LABEL, WAITS, withCamera } from './camera-bench.ts'

async function expectGoneThenBack(bench: CameraBench, state: 'ended' | 'not-found'): Promise<void> {
  await bench.until(state)
  expect(bench.condition()).toBe('not-reachable')
  expect(bench.told).toContain(state)
  expect(bench.fake.openStreams()).toBe(0)
  await bench.fake.begun(WAITS.backOffFirstMs)
  bench.fake.plug(LABEL)
  await bench.fake.fire(0)
  await expectPicture(bench)
}

describeHazard('camera', 'unplug', {
  'start-up': () =>
    withCamera(async (bench) => {
      bench.camera.start()
      await expectGoneThenBack(bench, 'not-found')
    }),
  idle: () =>
    withCamera(async (bench) => {
      bench.fake.plug(LABEL)
      bench.camera.start()
      await bench.until('ready')
      bench.fake.pull(LABEL)
      expect(bench.condition()).toBe('not-reachable')
      await bench.fake.fire(WAITS.backOffFirstMs, 0)
      await expectGoneThenBack(bench, 'not-found')
    }),
  'mid-job': () =>
    withCamera(async (bench) => {
      bench.fake.plug(LABEL)
      bench.camera.start()
      await bench.until('ready')
      bench.fake.freeze(true)
      const scanning = bench.scan()
      await bench.fake.begun(WAITS.frameTimeoutMs)
      bench.fake.pull(LABEL)
      expect(await scanning).toMatchObject({ ok: false, fault: 'ended', pages: 0, state: { state: 'ended' } })
      bench.fake.freeze(false)
      await expectGoneThenBack(bench, 'ended')
    }),
  'after-job': () =>
    withCamera(async (bench) => {
      bench.fake.plug(LABEL)
      bench.camera.start()
      await expectPicture(bench)
      bench.fake.pull(LABEL)
      expect(bench.camera.state()).toEqual({ state: 'ended' })
      await bench.fake.fire(WAITS.backOffFirstMs, 0)
      await expectGoneThenBack(bench, 'not-found')
    }),
  /** It comes back and goes again before its first frame. */
  reconnect: () =>
    withCamera(async (bench) => {
      bench.camera.start()
      await bench.until('not-found')
      await bench.fake.begun(WAITS.backOffFirstMs)
      bench.fake.freeze(true)
      bench.fake.plug(LABEL)
      await bench.fake.fire(0)
      await bench.fake.begun(WAITS.frameTimeoutMs)
      bench.fake.pull(LABEL)
      bench.fake.freeze(false)
      await expectGoneThenBack(bench, 'ended')
    }),
})
