import type { Clock } from '../transport/clock.ts'
import type { DocumentScannerLogEntry, Look, ScannerBackend, ScanOutcome } from './backend.ts'
import { createEsclBackend } from './escl.ts'
import type { JobNote } from './job-deletion.ts'
import { lackOf } from './lacks.ts'
import { createSaneBackend } from './sane.ts'
import type { SaneProgram } from './sane-run.ts'
import { parseScannerUrl } from './scanner-url.ts'
import {
  type DocumentScannerEvent,
  type DocumentScannerState,
  type ScanFault,
  type ScannerAbility,
  type ScanOptions,
  ScanOptionsSchema,
  type ScanPage,
  type ScanProgress,
  type ScanResult,
} from './states.ts'
import { DEFAULT_LIMITS, DEFAULT_TIMING, type DocumentScannerLimits, type DocumentScannerTiming } from './timing.ts'

export interface DocumentScannerOptions {
  /** escl://host:port/eSCL, escls://… or sane:DEVICE (scanner-url.ts) */
  readonly url: string
  readonly clock: Clock
  /** Called on every change of state, also during scan(); must not throw. */
  readonly onEvent: (event: DocumentScannerEvent) => void
  readonly log: (entry: DocumentScannerLogEntry) => void
  readonly timing?: Partial<DocumentScannerTiming>
  readonly limits?: Partial<DocumentScannerLimits>
  /** eSCL: where the names of jobs outlive this process, so that the next one can delete them. */
  readonly jobNote?: JobNote
  /** SANE: another program than the scanimage on PATH, or more arguments for it. */
  readonly sane?: SaneProgram
}

export interface ScanRun {
  /** Ends the scan at any time; the result is then `cancelled`. */
  readonly signal?: AbortSignal
  /** Each page as it is through, checked to be whole. Its bytes belong to the listener. Must not throw. */
  readonly onPage?: (page: ScanPage) => void
  readonly onProgress?: (progress: ScanProgress) => void
}

export interface DocumentScanner {
  /** Connects and keeps connected, with capped back-off, until stop(). */
  start(): void
  /** A scan under way ends with fault `stopped` and its job is deleted at the device. No event follows. */
  stop(): Promise<void>
  state(): DocumentScannerState
  /** What the device can do, as it said at the last connection; undefined before the first. */
  ability(): ScannerAbility | undefined
  /**
   * Scans until the flatbed's page or the feeder's last sheet is in. One at a time, in the order asked. Resolves ok only when
   * every page arrived whole. Never rejects for anything that a device, a cable or a program can do. Bounded by
   * timing.jobTimeoutMs.
   */
  scan(options: ScanOptions, run?: ScanRun): Promise<ScanResult>
}

type Refusal = Omit<Extract<ScanResult, { ok: false }>, 'ok' | 'state' | 'pages'>

export function createDocumentScanner(options: DocumentScannerOptions): DocumentScanner {
  const { url, clock, onEvent, log } = options
  const timing = { ...DEFAULT_TIMING, ...options.timing }
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  let state: DocumentScannerState = { state: 'connecting' }
  let ability: ScannerAbility | undefined
  let backend: ScannerBackend | undefined
  let isOpen = false
  let stopped = true
  let failures = 0
  let cancelTick: () => void = () => undefined
  let lane: Promise<void> = Promise.resolve()
  /** Ends the scan that is under way. */
  let breakOff: ((why: ScanFault) => void) | undefined

  /** The device has one user at a time: a job or a look. */
  function inLane<T>(run: () => Promise<T>): Promise<T> {
    const turn = lane.then(run)
    // A failure belongs to whoever holds `turn`; the next in line goes ahead all the same.
    const next = (): void => undefined
    lane = turn.then(next, next)
    return turn
  }

  function setState(next: DocumentScannerState): void {
    if (stopped || JSON.stringify(next) === JSON.stringify(state)) return
    state = next
    log({ event: 'document-scanner.state', ...next })
    onEvent({ event: 'state', state: next })
  }

  function tickAfter(delayMs: number): void {
    cancelTick()
    if (stopped) return
    cancelTick = clock.after(delayMs, () => void inLane(tick))
  }

  async function tick(): Promise<void> {
    if (stopped || backend === undefined) return
    await lookAgain(backend)
    tickAfter(isOpen ? backend.pollMs : backOffMs())
  }

  function backOffMs(): number {
    failures++
    return Math.min(timing.backOffCapMs, timing.backOffFirstMs * 2 ** Math.min(failures - 1, 16))
  }

  /** Looks at a device that is open, opens one that is not; `isOpen` and the state say what came of it. */
  async function lookAgain(current: ScannerBackend): Promise<void> {
    const wasOpen = isOpen
    const looked: Look = wasOpen ? await current.look() : await current.open()
    isOpen = looked.ok
    if (looked.ok) {
      failures = 0
      if (looked.ability !== undefined) tellAbility(looked.ability)
    } else log({ event: wasOpen ? 'document-scanner.lost' : 'document-scanner.open-failed', detail: looked.detail })
    setState(looked.state)
  }

  function tellAbility(told: ScannerAbility): void {
    ability = told
    if (!stopped) onEvent({ event: 'ability', ability: told })
  }

  function createBackend(): ScannerBackend | undefined {
    const parsed = parseScannerUrl(url)
    if (!parsed.ok) {
      log({ event: 'document-scanner.open-failed', detail: parsed.detail })
      setState({ state: 'unplugged', cause: 'bad-url' })
      return undefined
    }
    const { address } = parsed
    const shared = { clock, timing, limits, log }
    if (address.scheme === 'sane') return createSaneBackend({ ...shared, device: address.device, ...options.sane })
    return createEsclBackend({ ...shared, address, ...(options.jobNote && { jobNote: options.jobNote }) })
  }

  async function scanInLane(asked: ScanOptions, run: ScanRun): Promise<ScanResult> {
    let pages = 0
    let bytes = 0
    const failed = (refusal: Refusal): ScanResult => {
      log({ event: 'document-scanner.scan-failed', fault: refusal.fault, pages, detail: refusal.detail ?? '' })
      return { ok: false, pages, state, ...refusal }
    }
    const parsed = ScanOptionsSchema.safeParse(asked)
    if (!parsed.success) {
      const detail = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
      return failed({ fault: 'bad-options', detail })
    }
    if (stopped) return failed({ fault: 'stopped' })
    if (run.signal?.aborted) return failed({ fault: 'cancelled' })
    const current = backend
    if (current !== undefined && !isOpen) await lookAgain(current)
    if (stopped) return failed({ fault: 'stopped' })
    if (current === undefined || !isOpen || ability === undefined) return failed({ fault: faultOfState(state) })
    const lacks = lackOf(parsed.data, ability)
    if (lacks !== undefined) return failed({ fault: 'not-supported', lacks })

    cancelTick()
    setState({ state: 'scanning' })
    log({ event: 'document-scanner.scan', ...parsed.data, duplex: parsed.data.duplex === true })
    const startedAtMs = clock.nowMs()
    let outcome: ScanOutcome
    try {
      outcome = await runJob(current, parsed.data, {
        ...run,
        onPage(page) {
          pages++
          bytes += page.bytes.length
          log({ event: 'document-scanner.page', page: pages, bytes: page.bytes.length })
          run.onPage?.(page)
        },
      })
    } catch (error) {
      // A listener that throws is a bug of its owner's: it gets to know, and the device goes on being looked after.
      tickAfter(0)
      throw error
    }
    // What the device is now belongs into the answer; where the job has just seen it, it is not asked again.
    if (outcome.state === undefined && !stopped) await lookAgain(current)
    else if (outcome.state !== undefined) {
      isOpen = !isGone(outcome.state)
      setState(outcome.state)
    }
    tickAfter(isOpen ? current.pollMs : backOffMs())
    if (!outcome.ok) {
      const { fault, detail } = outcome
      return failed({ fault, ...(detail !== undefined && { detail }) })
    }
    log({ event: 'document-scanner.scanned', pages, bytes, tookMs: Math.round(clock.nowMs() - startedAtMs) })
    return { ok: true, pages, bytes }
  }

  /** The job with all that can end it early: the caller, stop(), and the time limit. */
  async function runJob(current: ScannerBackend, asked: ScanOptions, run: ScanRun): Promise<ScanOutcome> {
    const controller = new AbortController()
    let why: ScanFault | undefined
    let page = 0
    breakOff = (reason) => {
      why ??= reason
      controller.abort()
    }
    const cancel = (): void => breakOff?.('cancelled')
    run.signal?.addEventListener('abort', cancel)
    const cancelLimit = clock.after(timing.jobTimeoutMs, () => breakOff?.('timed-out'))
    try {
      const outcome = await current.scan({
        options: asked,
        signal: controller.signal,
        onPage: (each) => run.onPage?.({ ...each, page: ++page }),
        onProgress: (progress) => run.onProgress?.(progress),
      })
      return why === undefined || outcome.ok ? outcome : { ok: false, fault: why }
    } finally {
      cancelLimit()
      run.signal?.removeEventListener('abort', cancel)
      breakOff = undefined
    }
  }

  return {
    start() {
      if (!stopped) return
      stopped = false
      backend ??= createBackend()
      void inLane(tick)
    },
    async stop() {
      stopped = true
      cancelTick()
      state = { state: 'connecting' }
      if (breakOff === undefined) backend?.interrupt()
      else breakOff('stopped')
      await inLane(async () => {
        const current = backend
        backend = undefined
        isOpen = false
        await current?.close()
      })
    },
    state: () => state,
    ability: () => ability,
    scan: (asked, run = {}) => inLane(() => scanInLane(asked, run)),
  }
}

/** The states in which there is nothing to look at any more. */
function isGone({ state }: DocumentScannerState): boolean {
  return state === 'unplugged' || state === 'no-answer' || state === 'bad-answer'
}

/** Why a scan cannot begin at a device in this state. */
function faultOfState(state: DocumentScannerState): ScanFault {
  switch (state.state) {
    case 'unplugged':
    case 'no-answer':
    case 'bad-answer':
    case 'busy':
    case 'cover-open':
    case 'overloaded':
      return state.state
    case 'jammed':
      return 'jam'
    case 'misfed':
      return 'misfeed'
    case 'error':
      return 'device-error'
    default:
      return 'unplugged'
  }
}
