import { expect } from 'vitest'
import { describeHazard } from '../../drivers/testing/fault-matrix.ts'
import { type CameraBench, expectPicture, LABEL, WAITS, withCamera } from './camera-bench.ts'

async function expectSilentThenBack(bench: CameraBench): Promise<void> {
  await bench.until('no-frames')
  expect(bench.condition()).toBe('not-responding')
  expect(bench.told).toContain('no-frames')
  expect(bench.fake.openStreams()).toBe(0)
  bench.fake.freeze(false)
  bench.fake.hang(false)
  await bench.fake.fire(WAITS.backOffFirstMs)
  await expectPicture(bench)
}

/** It is there and gives no frame, or the browser never answers for it. */
describeHazard('camera', 'no-answer', {
  'start-up': async () => {
    await withCamera(async (bench) => {
      bench.fake.plug(LABEL)
      bench.fake.hang(true)
      bench.camera.start()
      // The first is for the list, which comes; the second for the stream, which does not.
      await bench.fake.begun(WAITS.openTimeoutMs)
      await new Promise((resolve) => setImmediate(resolve))
      await bench.fake.fire(WAITS.openTimeoutMs)
      await expectSilentThenBack(bench)
    })
    await withCamera(async (bench) => {
      bench.fake.plug(LABEL)
      bench.fake.freeze(true)
      bench.camera.start()
      await bench.fake.fire(WAITS.frameTimeoutMs)
      await expectSilentThenBack(bench)
    })
  },
  idle: () =>
    withCamera(async (bench) => {
      bench.fake.plug(LABEL)
      bench.camera.start()
      await bench.until('ready')
      bench.fake.freeze(true)
      await bench.fake.fire(WAITS.idleProbeMs)
      await bench.fake.fire(WAITS.frameTimeoutMs)
      await expectSilentThenBack(bench)
    }),
  'mid-job': () =>
    withCamera(async (bench) => {
      bench.fake.plug(LABEL)
      bench.camera.start()
      await bench.until('ready')
      bench.fake.freeze(true)
      const scanning = bench.scan()
      await bench.fake.fire(WAITS.frameTimeoutMs)
      expect(await scanning).toMatchObject({ ok: false, fault: 'no-frames', state: { state: 'no-frames' } })
      await expectSilentThenBack(bench)
    }),
  'after-job': () =>
    withCamera(async (bench) => {
      bench.fake.plug(LABEL)
      bench.camera.start()
      await expectPicture(bench)
      bench.fake.freeze(true)
      await bench.fake.fire(WAITS.idleProbeMs)
      await bench.fake.fire(WAITS.frameTimeoutMs)
      await expectSilentThenBack(bench)
    }),
  reconnect: () =>
    withCamera(async (bench) => {
      bench.camera.start()
      await bench.until('not-found')
      await bench.fake.begun(WAITS.backOffFirstMs)
      bench.fake.freeze(true)
      bench.fake.plug(LABEL)
      await bench.fake.fire(0)
      await bench.fake.fire(WAITS.frameTimeoutMs)
      await expectSilentThenBack(bench)
    }),
})
