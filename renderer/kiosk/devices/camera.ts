import {
  type CameraEvent,
  type CameraFault,
  type CameraPage,
  type CameraScanOptions,
  CameraScanOptionsSchema,
  type CameraScanResult,
  type CameraState,
  type PictureQuality,
} from '../../../electron/bridge/camera.contract.ts'
import { type CameraBrowser, type CameraStream, type Frame, realBrowser } from './camera-browser.ts'
import { judgeQuality, LIMITS, measureQuality, type Pixels, type QualityLimits } from './quality.ts'

/**
 * A camera of the terminal, with the shape of a document scanner's driver: it is opened and kept open, says truthfully what
 * it is, and scans one page at a time. The document camera (高拍仪) is one, and so is the camera for faces.
 */

/** Counts faces; absent by default. Must not throw; undefined when it cannot tell. */
export interface FaceCounter {
  count(pixels: Pixels): Promise<number | undefined>
}

export interface CameraTiming {
  /** From the question to the stream: the kiosk's shell answers by itself, so nobody has to find a button. */
  readonly openTimeoutMs: number
  /** For a frame: the slowest cameras give five a second, and start within two. */
  readonly frameTimeoutMs: number
  /** Between looks whether frames still come. */
  readonly idleProbeMs: number
  readonly backOffFirstMs: number
  readonly backOffCapMs: number
}

export const CAMERA_TIMING: CameraTiming = {
  openTimeoutMs: 10_000,
  frameTimeoutMs: 3_000,
  idleProbeMs: 2_000,
  backOffFirstMs: 250,
  backOffCapMs: 10_000,
}

/** Frames that a scan looks at before it says that none is good: hands shake, and the focus hunts. */
const FRAMES_A_SCAN = 5

export interface OpenCameraOptions {
  /** Which of several; the first whose name fits. Absent: whichever the browser gives. */
  readonly deviceLabelPattern?: RegExp
  readonly onEvent?: (event: CameraEvent) => void
  readonly faces?: FaceCounter
  readonly limits?: Partial<Readonly<Record<CameraScanOptions['subject'], QualityLimits>>>
  readonly timing?: Partial<CameraTiming>
  readonly browser?: CameraBrowser
}

export interface CameraScanRun {
  readonly signal?: AbortSignal
  /** The one page. */
  readonly onPage?: (page: CameraPage) => void
}

export interface Camera {
  /** Opens it and keeps it open until stop(): only while somebody is there to be pictured. */
  start(): void
  /** Its light goes out. A scan under way ends as `stopped`. */
  stop(): Promise<void>
  state(): CameraState
  /** For the preview; undefined while there is none. Changes with each `ready`. */
  media(): MediaStream | undefined
  /** Takes a still picture that passes the gate. Never rejects for anything a camera can do; bounded in time. */
  scan(options: CameraScanOptions, run?: CameraScanRun): Promise<CameraScanResult>
}

type Trouble = Exclude<CameraState['state'], 'closed' | 'connecting' | 'ready' | 'capturing'>

export function openCamera(options: OpenCameraOptions = {}): Camera {
  const { deviceLabelPattern, browser = realBrowser, faces } = options
  const timing = { ...CAMERA_TIMING, ...options.timing }
  let state: CameraState = { state: 'closed' }
  let stream: CameraStream | undefined
  let stopped = true
  let failures = 0
  let cancelTick: () => void = () => undefined
  let stopListening: () => void = () => undefined
  let lane: Promise<void> = Promise.resolve()
  /** Ends the waits that are under way. */
  const interrupts = new Set<() => void>()

  function inLane<T>(run: () => Promise<T>): Promise<T> {
    const turn = lane.then(run)
    const next = (): void => undefined
    lane = turn.then(next, next)
    return turn
  }

  function setState(next: CameraState): void {
    if (JSON.stringify(next) === JSON.stringify(state)) return
    state = next
    options.onEvent?.({ event: 'state', state: next })
  }

  function tickAfter(delayMs: number): void {
    cancelTick()
    if (!stopped) cancelTick = browser.after(delayMs, () => void inLane(tick))
  }

  async function tick(): Promise<void> {
    if (stopped) return
    if (stream === undefined) await connect()
    else await expectFrame(stream)
    if (!stopped) tickAfter(stream === undefined ? backOffMs() : timing.idleProbeMs)
  }

  function backOffMs(): number {
    failures++
    return Math.min(timing.backOffCapMs, timing.backOffFirstMs * 2 ** Math.min(failures - 1, 16))
  }

  function fail(trouble: Trouble): void {
    stream?.close()
    stream = undefined
    if (!stopped) setState({ state: trouble })
  }

  /** What comes within the time, or `late`; also `late` when it is interrupted. A rejection is a result here. */
  function within<T>(delayMs: number, promise: Promise<T>): Promise<{ value: T } | { error: unknown } | 'late'> {
    return new Promise((resolve) => {
      const settle = (outcome: { value: T } | { error: unknown } | 'late'): void => {
        cancel()
        interrupts.delete(interrupt)
        resolve(outcome)
      }
      const interrupt = (): void => settle('late')
      const cancel = browser.after(delayMs, interrupt)
      interrupts.add(interrupt)
      promise.then(
        (value) => settle({ value }),
        (error: unknown) => settle({ error }),
      )
    })
  }

  async function connect(): Promise<void> {
    const opened = await openFitting()
    if (typeof opened === 'string') {
      fail(opened)
      return
    }
    if (stopped) {
      opened.close()
      return
    }
    stream = opened
    opened.onEnded(() => {
      if (stream !== opened) return
      fail('ended')
      for (const interrupt of [...interrupts]) interrupt()
      tickAfter(backOffMs())
    })
    await expectFrame(opened)
  }

  async function openFitting(): Promise<CameraStream | Trouble> {
    const listed = await within(timing.openTimeoutMs, browser.list())
    if (listed === 'late') return 'no-frames'
    if ('error' in listed || listed.value === undefined) return 'unsupported'
    if (listed.value.length === 0) return 'not-found'
    if (deviceLabelPattern === undefined) return openOne(undefined)
    // Names are told only to a page that has been let in: opening any camera once is how to ask.
    const isNameless = listed.value.every(({ label }) => label === '')
    if (!isNameless) return openOne(idOf(listed.value))
    const any = await openOne(undefined)
    if (typeof any === 'string' || deviceLabelPattern.test(any.label)) return any
    any.close()
    const named = await within(timing.openTimeoutMs, browser.list())
    return openOne(named !== 'late' && 'value' in named ? idOf(named.value ?? []) : null)
  }

  function idOf(inputs: readonly { readonly id: string; readonly label: string }[]): string | null {
    return inputs.find(({ label }) => deviceLabelPattern?.test(label))?.id ?? null
  }

  /** null: there is none of that name. */
  async function openOne(id: string | undefined | null): Promise<CameraStream | Trouble> {
    if (id === null) return 'not-found'
    const asked = browser.open(id)
    const opened = await within(timing.openTimeoutMs, asked)
    if (opened === 'late') {
      // Should it still come, nobody waits for it any more, and its light must not stay on.
      asked.then(
        (late) => late.close(),
        () => undefined,
      )
      return 'no-frames'
    }
    return 'error' in opened ? troubleOf(opened.error) : opened.value
  }

  /** Looks whether a frame comes; what it finds is the state. */
  async function expectFrame(current: CameraStream): Promise<boolean> {
    let cancelFrame: () => void = () => undefined
    const arriving = new Promise<void>((resolve) => {
      cancelFrame = current.onFrame(resolve)
    })
    const arrived = await within(timing.frameTimeoutMs, arriving)
    cancelFrame()
    if (stopped || stream !== current) return false
    if (arrived === 'late') {
      fail('no-frames')
      return false
    }
    failures = 0
    setState({ state: 'ready', label: current.label })
    return true
  }

  async function scanInLane(asked: CameraScanOptions, { signal, onPage }: CameraScanRun): Promise<CameraScanResult> {
    let best: PictureQuality | undefined
    const failed = (fault: CameraFault): CameraScanResult => ({
      ok: false,
      fault,
      pages: 0,
      state,
      ...(best !== undefined && { quality: best }),
    })
    const parsed = CameraScanOptionsSchema.safeParse(asked)
    if (!parsed.success) return failed('bad-options')
    if (stopped) return failed('stopped')
    if (stream === undefined) await connect()
    cancelTick()
    const { subject, format, anyQuality } = parsed.data
    const limits = options.limits?.[subject] ?? LIMITS[subject]
    let fault: CameraFault | undefined
    try {
      for (let each = 0; each < FRAMES_A_SCAN; each++) {
        if (signal?.aborted) return failed('cancelled')
        const current = stream
        if (current === undefined || !(await expectFrame(current))) return failed(stopped ? 'stopped' : troubleNow())
        setState({ state: 'capturing', label: current.label })
        const frame = current.grab()
        const quality = await measure(frame, subject)
        fault = anyQuality === true ? undefined : judgeQuality(quality, limits)
        if (best === undefined || quality.sharpness > best.sharpness) best = quality
        if (fault !== undefined) continue
        if (signal?.aborted) return failed('cancelled')
        return await handOut(frame, quality)
      }
      return failed(fault ?? 'no-frames')
    } finally {
      if (!stopped && stream !== undefined) setState({ state: 'ready', label: stream.label })
      tickAfter(stream === undefined ? backOffMs() : timing.idleProbeMs)
    }

    async function handOut(frame: Frame, quality: PictureQuality): Promise<CameraScanResult> {
      const bytes = await frame.encode(format)
      if (bytes === undefined || bytes.length === 0) return failed('not-encoded')
      const { widthPx, heightPx } = frame
      onPage?.({ page: 1, format, bytes, widthPx, heightPx })
      return { ok: true, pages: 1, bytes: bytes.length, quality }
    }
  }

  async function measure({ measured }: Frame, subject: CameraScanOptions['subject']): Promise<PictureQuality> {
    const quality = measureQuality(measured)
    if (faces === undefined || subject !== 'portrait') return quality
    const count = await faces.count(measured)
    return count === undefined ? quality : { ...quality, faces: count }
  }

  /** Why there is no stream: the state says it. */
  function troubleNow(): CameraFault {
    const { state: name } = state
    return name === 'closed' || name === 'connecting' || name === 'ready' || name === 'capturing' ? 'no-frames' : name
  }

  return {
    start() {
      if (!stopped) return
      stopped = false
      failures = 0
      setState({ state: 'connecting' })
      // A camera that comes is tried at once.
      stopListening = browser.onChange(() => {
        if (stream === undefined) tickAfter(0)
      })
      void inLane(tick)
    },
    async stop() {
      stopped = true
      cancelTick()
      stopListening()
      for (const interrupt of [...interrupts]) interrupt()
      stream?.close()
      stream = undefined
      await lane
      setState({ state: 'closed' })
    },
    state: () => state,
    media: () => stream?.media,
    scan: (asked, run = {}) => inLane(() => scanInLane(asked, run)),
  }
}

/** The names of getUserMedia's rejections (Media Capture and Streams, 10.3). */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'not-found',
  // The one that we asked for by its id has gone meanwhile.
  OverconstrainedError: 'not-found',
  NotReadableError: 'in-use',
  AbortError: 'in-use',
}

function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : ''
  return (Object.hasOwn(TROUBLES, name) ? TROUBLES[name] : undefined) ?? 'unsupported'
}
