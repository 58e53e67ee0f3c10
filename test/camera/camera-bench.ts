import { expect } from 'vitest'
import { type CameraState, cameraCondition } from '../../drivers/camera/states.ts'
import { type Camera, openCamera } from '../../renderer/kiosk/devices/camera.ts'
import { createFakeCameras, type FakeCameras } from '../../renderer/kiosk/devices/testing/fake-cameras.ts'

/** A camera over cameras that are not there, with a clock that the test moves. */

export const LABEL = 'Document Cam'
/** Each kind of wait has a length of its own, so that a test can name it. */
export const WAITS = {
  openTimeoutMs: 10_007,
  frameTimeoutMs: 3_011,
  idleProbeMs: 2_003,
  backOffFirstMs: 257,
  backOffCapMs: 257,
} as const

export interface CameraBench {
  readonly fake: FakeCameras
  readonly camera: Camera
  /** The events of the camera, which the page writes to the log. */
  readonly told: readonly string[]
  until(name: CameraState['state']): Promise<void>
  condition(): string
  scan(): ReturnType<Camera['scan']>
}

export async function withCamera(run: (bench: CameraBench) => Promise<void>): Promise<void> {
  const fake = createFakeCameras()
  const told: string[] = []
  const watchers = new Set<() => void>()
  const camera = openCamera({
    browser: fake.browser,
    timing: WAITS,
    onEvent({ state }) {
      told.push(state.state)
      for (const watcher of [...watchers]) watcher()
    },
  })
  try {
    await run({
      fake,
      camera,
      told,
      until: (name) =>
        new Promise((resolve) => {
          const look = (): void => {
            if (camera.state().state !== name) return
            watchers.delete(look)
            resolve()
          }
          watchers.add(look)
          look()
        }),
      condition: () => cameraCondition(camera.state()).condition,
      scan: () => camera.scan({ format: 'image/jpeg', subject: 'document' }),
    })
  } finally {
    await camera.stop()
  }
  expect(fake.openStreams()).toBe(0)
}

export async function expectPicture(bench: CameraBench): Promise<void> {
  await bench.until('ready')
  expect(await bench.scan()).toMatchObject({ ok: true, pages: 1 })
  expect(bench.condition()).toBe('ready')
}
