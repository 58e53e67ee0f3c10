import { afterEach, describe, expect, test } from 'vitest'
import {
  type CameraPage,
  type CameraScanOptions,
  CameraScanResultSchema,
  type CameraState,
  CameraStateSchema,
} from '../../../electron/bridge/camera.contract.ts'
import { CAMERA_TIMING, type OpenCameraOptions, openCamera } from './camera.ts'
import { blurred, createFakeCameras, paint, sharpText } from './testing/fake-cameras.ts'

const DOCUMENT: CameraScanOptions = { format: 'image/jpeg', subject: 'document' }
/** What happens in promises is looked at until it has. */
const PATIENT = { timeout: 10_000, interval: 1 }
const TIMING = { ...CAMERA_TIMING, backOffFirstMs: 257, backOffCapMs: 257 }

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

function setUp(options: OpenCameraOptions = {}) {
  const fake = createFakeCameras()
  const states: string[] = []
  const watchers = new Set<() => void>()
  const camera = openCamera({
    browser: fake.browser,
    timing: TIMING,
    onEvent({ state }) {
      states.push(CameraStateSchema.parse(structuredClone(state)).state)
      for (const watcher of [...watchers]) watcher()
    },
    ...options,
  })
  cleanUps.push(() => camera.stop())
  const until = (name: CameraState['state']): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (camera.state().state !== name) return
        watchers.delete(look)
        resolve()
      }
      watchers.add(look)
      look()
    })
  const scan = async (asked = DOCUMENT, run = {}) => CameraScanResultSchema.parse(await camera.scan(asked, run))
  return { fake, camera, states, until, scan }
}

async function ready(options: OpenCameraOptions = {}, labels = ['HD Camera']) {
  const bench = setUp(options)
  for (const label of labels) bench.fake.plug(label)
  bench.camera.start()
  await bench.until('ready')
  return bench
}

describe('opening', () => {
  test('keeps the light off until it is asked for, and after', async () => {
    const { fake, camera, states } = await ready()
    expect(fake.openStreams()).toBe(1)
    expect(camera.state()).toEqual({ state: 'ready', label: 'HD Camera' })
    await camera.stop()
    expect(fake.openStreams()).toBe(0)
    expect(states).toEqual(['connecting', 'ready', 'closed'])
    camera.start()
    expect(camera.state()).toEqual({ state: 'connecting' })
  })

  test('takes the one whose name fits', async () => {
    const { camera } = await ready({ deviceLabelPattern: /document/i }, ['Face Cam', 'Document Cam 8MP'])
    expect(camera.state()).toMatchObject({ label: 'Document Cam 8MP' })
  })

  test('learns the names by opening one, when they are hidden', async () => {
    const bench = setUp({ deviceLabelPattern: /document/i })
    bench.fake.plug('Face Cam')
    bench.fake.plug('Document Cam')
    bench.fake.hideLabels()
    bench.camera.start()
    await bench.until('ready')
    expect(bench.camera.state()).toMatchObject({ label: 'Document Cam' })
    expect(bench.fake.openStreams()).toBe(1)
  })

  test('finds none of that name, until one comes', async () => {
    const bench = setUp({ deviceLabelPattern: /document/i })
    bench.fake.plug('Face Cam')
    bench.camera.start()
    await bench.until('not-found')
    expect(bench.fake.openStreams()).toBe(0)
    await bench.fake.begun(257)
    bench.fake.plug('Document Cam')
    await bench.fake.fire(0)
    await bench.until('ready')
  })

  test.each([
    ['NotAllowedError', 'denied'],
    ['SecurityError', 'denied'],
    ['NotFoundError', 'not-found'],
    ['OverconstrainedError', 'not-found'],
    ['NotReadableError', 'in-use'],
    ['AbortError', 'in-use'],
    ['TypeError', 'unsupported'],
    ['constructor', 'unsupported'],
  ] as const)('%s is told as %s, and tried again', async (name, state) => {
    const bench = setUp()
    bench.fake.plug('HD Camera')
    bench.fake.refuse(name)
    bench.camera.start()
    await bench.until(state)
    expect(await bench.scan()).toMatchObject({ ok: false, fault: state, state: { state } })
    bench.fake.refuse(undefined)
    await bench.fake.fire(257)
    await bench.until('ready')
  })

  test('without cameras in this browser is told as unsupported', async () => {
    const fake = createFakeCameras()
    const bench = setUp({ browser: { ...fake.browser, list: async () => undefined } })
    bench.camera.start()
    await bench.until('unsupported')
  })

  test('a stream that comes too late is closed', async () => {
    const fake = createFakeCameras()
    fake.plug('HD Camera')
    const held: { give?: () => Promise<void> } = {}
    const open: typeof fake.browser.open = (id) =>
      new Promise((resolve) => {
        held.give = async () => {
          const stream = await fake.browser.open(id)
          expect(fake.openStreams()).toBe(1)
          resolve(stream)
          await new Promise((later) => setImmediate(later))
        }
      })
    const bench = setUp({ browser: { ...fake.browser, open } })
    bench.camera.start()
    await expect.poll(() => held.give, PATIENT).toBeDefined()
    await fake.fire(TIMING.openTimeoutMs)
    await bench.until('no-frames')
    await held.give?.()
    expect(fake.openStreams()).toBe(0)
  })
})

describe('a picture', () => {
  test('that is good is handed out like a scanner’s page', async () => {
    const { scan, states } = await ready()
    const pages: CameraPage[] = []
    const result = await scan(DOCUMENT, { onPage: (page: CameraPage) => pages.push(page) })
    expect(result).toMatchObject({ ok: true, pages: 1, quality: { contrast: 200 } })
    expect(pages).toMatchObject([{ page: 1, format: 'image/jpeg', widthPx: 2592, heightPx: 1944 }])
    expect(new TextDecoder().decode(pages[0]?.bytes)).toBe('image/jpeg of HD Camera')
    expect(states).toEqual(['connecting', 'ready', 'capturing', 'ready'])
    expect(await scan({ ...DOCUMENT, format: 'image/png' })).toMatchObject({ ok: true })
  })

  test('that is not good is not, unless it is wanted all the same', async () => {
    const { scan, fake } = await ready()
    for (const [pixels, fault] of [
      [paint(50, 50, () => 4), 'too-dark'],
      [blurred(sharpText(), 5), 'low-contrast'],
      [paint(50, 50, () => 200), 'blank'],
    ] as const) {
      fake.show(pixels)
      const onPage = () => expect.unreachable()
      expect(await scan(DOCUMENT, { onPage })).toMatchObject({ ok: false, fault, quality: { burntShare: 0 } })
      expect(await scan({ ...DOCUMENT, anyQuality: true })).toMatchObject({ ok: true })
    }
  })

  test('is taken from the first frame that is good', async () => {
    const { scan, fake, camera } = await ready()
    fake.show(paint(50, 50, () => 4))
    const scanning = scan()
    // The hand is out of the way by the third frame.
    let frames = 0
    while (camera.state().state !== 'capturing') await Promise.resolve()
    while (frames++ < 6) await Promise.resolve()
    fake.show(sharpText())
    expect(await scanning).toMatchObject({ ok: true })
  })

  test('of a face asks whoever counts faces, and only then', async () => {
    for (const [count, outcome] of [
      [1, { ok: true, quality: { faces: 1 } }],
      [0, { ok: false, fault: 'no-face' }],
      [2, { ok: false, fault: 'several-faces' }],
      [undefined, { ok: true }],
    ] as const) {
      const { scan, fake } = await ready({ faces: { count: async () => count } })
      fake.show(sharpText(30, 180))
      expect(await scan({ ...DOCUMENT, subject: 'portrait' })).toMatchObject(outcome)
      // Nobody counts faces on a form.
      expect(await scan(DOCUMENT)).toMatchObject({ ok: true })
    }
    const { scan } = await ready()
    expect(await scan({ ...DOCUMENT, anyQuality: true, subject: 'portrait' })).toMatchObject({ ok: true })
  })

  test('that cannot be made is a fault', async () => {
    const { scan, fake } = await ready()
    fake.breakEncoder(true)
    expect(await scan()).toMatchObject({ ok: false, fault: 'not-encoded' })
    const wrong = { ...DOCUMENT, format: 'image/gif' }
    expect(await scan(wrong as CameraScanOptions)).toMatchObject({ ok: false, fault: 'bad-options' })
  })

  test('is not taken when it was cancelled or the camera was stopped', async () => {
    const { scan, camera } = await ready()
    expect(await scan(DOCUMENT, { signal: AbortSignal.abort() })).toMatchObject({ fault: 'cancelled' })
    const scanning = scan()
    await camera.stop()
    expect(await scanning).toMatchObject({ ok: false, fault: 'stopped' })
    expect(await scan()).toMatchObject({ ok: false, fault: 'stopped' })
  })
})
