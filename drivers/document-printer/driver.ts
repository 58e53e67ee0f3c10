import type { OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { openLink as openRealLink } from '../transport/open-link.ts'
import { type Access, createAccess, type Look } from './access.ts'
import { parsePrinterUrl } from './address.ts'
import { createIppPost, type IppPost } from './http-post.ts'
import { inquire } from './inquiry.ts'
import { runJob } from './job.ts'
import { faultOfState, type JobOutcome } from './job-outcome.ts'
import type { JobRun } from './job-run.ts'
import { createLeftovers } from './leftovers.ts'
import type { DocumentPrinterLogEntry } from './log.ts'
import { checkPrintOptions, type PrintOptions } from './print-options.ts'
import { jobNameOf } from './requests.ts'
import {
  type DocumentPrinterEvent,
  type DocumentPrinterState,
  documentPrinterCondition,
  type InquiryResult,
  type PrintFault,
  type PrintResult,
} from './states.ts'
import { DEFAULT_TIMING, type DocumentPrinterTiming, pause } from './timing.ts'
import { NOTHING, type Verdict } from './verdict.ts'

export interface DocumentPrinterOptions {
  /** ipp://host[:631]/path, ipps://host[:631]/path[?sha256=…], cups://host[:631]/printers/NAME, cups:NAME */
  readonly url: string
  readonly clock: Clock
  /** Called on every change of state, also during print(). */
  readonly onEvent: (event: DocumentPrinterEvent) => void
  readonly log: (entry: DocumentPrinterLogEntry) => void
  /** The way to post IPP requests; over real HTTP unless a test hands in its own. */
  readonly createPost?: (clock: Clock) => IppPost
  /** To knock at a device that a queue reaches over a bare socket. */
  readonly openLink?: OpenLink
  readonly timing?: Partial<DocumentPrinterTiming>
}

export interface DocumentPrinter {
  /** Connects and keeps looking, with capped back-off, until stop(). */
  start(): void
  /** A job under way ends with fault 'stopped' and is not cancelled; inquire() tells later what became of it. */
  stop(): Promise<void>
  state(): DocumentPrinterState
  /**
   * Prints a PDF; one at a time, in the order asked. Resolves ok only when the printer says that the job is completed and
   * shows no fault after it. Never rejects for anything that a printer, a network or a document can do.
   */
  print(options: PrintOptions): Promise<PrintResult>
  /** What the printer still knows of a job that was sent before, also by a process that is gone. */
  inquire(jobId: string): Promise<InquiryResult>
}

/** One-time jobs that a process remembers: years of certificates. */
const MAX_REMEMBERED = 4096

export function createDocumentPrinter(options: DocumentPrinterOptions): DocumentPrinter {
  const { url, clock, onEvent, log } = options
  const timing = { ...DEFAULT_TIMING, ...options.timing }
  const parsed = parsePrinterUrl(url)
  let post: IppPost | undefined
  let access: Access | undefined
  let state: DocumentPrinterState = { state: 'connecting' }
  let stopped = true
  let failures = 0
  let lastOpenFault = ''
  let cancelTick: () => void = () => undefined
  let sleeping: ReturnType<typeof pause> | undefined
  let lane: Promise<void> = Promise.resolve()
  const distrusted = new Set<string>()
  const jobs = new Map<string, Promise<PrintResult>>()
  /** One-time jobs whose bytes left, with what is known of their paper. */
  const sentOnce = new Map<string, Verdict>()

  const leftovers = createLeftovers((jobId, verdict) => {
    if (sentOnce.has(jobId)) remember(jobId, verdict)
    log({ event: 'document-printer.settled-late', jobId, paper: verdict.paper })
    onEvent({ event: 'settled-late', jobId, ...verdict })
  })

  /** The printer is asked by one at a time: a job or a look. */
  function inLane<T>(run: () => Promise<T>): Promise<T> {
    const turn = lane.then(run)
    // A failure belongs to whoever holds `turn`; the next in line goes ahead all the same.
    const next = (): void => undefined
    lane = turn.then(next, next)
    return turn
  }

  function setState(next: DocumentPrinterState): void {
    if (JSON.stringify(next) === JSON.stringify(state)) return
    // A printer that babbles is one event, however long it babbles.
    const isMoreOfIt = isGarbling(next) && isGarbling(state) && next.at === state.at
    state = next
    if (isMoreOfIt) return
    const { condition, severity } = documentPrinterCondition(next)
    log({ event: 'document-printer.state', state: next.state, condition, severity, ...loggable(next) })
    onEvent({ event: 'state', state: next })
  }

  function tickAfter(delayMs: number): void {
    cancelTick()
    if (stopped) return
    cancelTick = clock.after(delayMs, () => void inLane(tick))
  }

  async function tick(): Promise<void> {
    if (stopped) return
    const look = await lookAround(failures > 0 || state.state === 'connecting' ? 'all' : 'look')
    if (look?.ok && access !== undefined) await leftovers.settle(access, look.standing.state)
    if (parsed.ok) tickAfter(look?.ok ? timing.idlePollMs : backOffMs())
  }

  function backOffMs(): number {
    failures += 1
    return Math.min(timing.backOffCapMs, timing.backOffFirstMs * 2 ** Math.min(failures - 1, 16))
  }

  /** Looks and tells. undefined: the URL is no address, or we were stopped. */
  async function lookAround(what: 'all' | 'look'): Promise<Look | undefined> {
    if (!parsed.ok) {
      if (lastOpenFault !== parsed.detail) log({ event: 'document-printer.bad-url', detail: parsed.detail })
      lastOpenFault = parsed.detail
      setState({ state: 'unplugged', cause: 'bad-url', at: 'device' })
      return undefined
    }
    post ??= (options.createPost ?? createIppPost)(clock)
    access ??= createAccess(parsed.address, post, options.openLink ?? openRealLink, timing)
    const look = await access.look(what, distrusted)
    if (stopped) return undefined
    if (look.ok) {
      failures = 0
      lastOpenFault = ''
      forgetDistrust(look.standing.stems)
      setState(look.standing.state)
    } else {
      if (lastOpenFault !== look.detail) log({ event: 'document-printer.not-reached', detail: look.detail })
      lastOpenFault = look.detail
      setState(look.state)
    }
    return look
  }

  function forgetDistrust(stems: readonly string[]): void {
    for (const stem of distrusted) if (!stems.includes(stem)) distrusted.delete(stem)
  }

  function remember(jobId: string, verdict: Verdict): void {
    sentOnce.delete(jobId)
    sentOnce.set(jobId, verdict)
    for (const oldest of sentOnce.keys()) {
      if (sentOnce.size <= MAX_REMEMBERED) break
      sentOnce.delete(oldest)
    }
  }

  function runOf(jobId: string, ready: Extract<Look, { ok: true }>, through: Access, timeoutMs: number): JobRun {
    return {
      jobId,
      access: through,
      main: through.main,
      operations: ready.reading.operations,
      clock,
      timing,
      deadlineMs: clock.nowMs() + timeoutMs,
      after: { main: 0, device: 0 },
      whispersBefore: new Set(ready.standing.whispers),
      distrusted,
      log,
      onStanding(standing) {
        if (stopped) return
        const { state: next } = standing
        if ('stems' in standing) forgetDistrust(standing.stems)
        setState(next.state === 'ready' ? { state: 'printing', warnings: next.warnings } : next)
      },
      isStopped: () => stopped,
      async sleep(delayMs) {
        if (stopped) return
        sleeping = pause(clock, delayMs)
        await sleeping.done
      },
    }
  }

  async function printInLane(asked: PrintOptions): Promise<PrintResult> {
    const { jobId } = asked
    const refused = (fault: PrintFault, detail?: string, verdict = NOTHING): PrintResult => {
      log({ event: 'document-printer.print-refused', jobId, fault })
      return { ok: false, fault, ...verdict, state, ...(detail === undefined ? {} : { detail }) }
    }
    const checked = checkPrintOptions(asked)
    if (!checked.ok) return refused('bad-document', checked.detail)
    const before = asked.oneTime === true ? sentOnce.get(jobId) : undefined
    if (before !== undefined) return refused('already-sent', 'this process sent it before', before)
    if (stopped) return refused('stopped')
    const look = await lookAround('all')
    if (look === undefined || access === undefined) return refused(stopped ? 'stopped' : 'unplugged')
    if (!look.ok) {
      tickAfter(backOffMs())
      return refused(faultOfState(look.state) ?? 'unplugged', look.detail)
    }
    const unfit = faultOfState(look.standing.state)
    if (unfit !== undefined) return refused(unfit, takesOf(look.standing.state))
    setState({ state: 'printing', warnings: warningsOf(look.standing.state) })
    const run = runOf(jobId, look, access, asked.timeoutMs ?? timing.jobTimeoutMs)
    const outcome = await runJob(run, checked.job, look.reading)
    if (asked.oneTime === true && (outcome.ok || outcome.documentLeft)) remember(jobId, outcome.verdict)
    return conclude(outcome, jobId, checked.job.expected)
  }

  async function conclude(outcome: JobOutcome, jobId: string, expected: number | undefined): Promise<PrintResult> {
    if (!outcome.ok && outcome.unsettled !== undefined) {
      leftovers.add({ jobId, id: outcome.unsettled, expected, isTold: false })
    }
    if (outcome.ok) {
      const { openAtQueue } = outcome
      if (openAtQueue !== undefined) leftovers.add({ jobId, id: openAtQueue, expected, isTold: true })
      setState({ state: 'ready', warnings: state.state === 'printing' ? state.warnings : [] })
      const { confirmedBy, settledAtMs, verdict } = outcome
      log({ event: 'document-printer.printed', jobId, confirmedBy })
      tickAfter(timing.idlePollMs)
      return { ok: true, paper: 'all', impressions: verdict.impressions, confirmedBy, settledAtMs }
    }
    if (!stopped) {
      if (outcome.state !== undefined) setState(outcome.state)
      else await lookAround('look')
    }
    tickAfter(failures > 0 || outcome.fault === 'unplugged' ? backOffMs() : timing.idlePollMs)
    const fault = stopped ? 'stopped' : outcome.fault
    log({ event: 'document-printer.print-failed', jobId, fault, paper: outcome.verdict.paper })
    const detail = outcome.detail === undefined ? {} : { detail: outcome.detail.slice(0, 500) }
    return { ok: false, fault, ...outcome.verdict, state, ...detail }
  }

  async function inquireInLane(jobId: string): Promise<InquiryResult> {
    if (stopped) return { ok: false, fault: 'stopped', state }
    const look = await lookAround('all')
    if (look === undefined || access === undefined)
      return { ok: false, fault: stopped ? 'stopped' : 'unplugged', state }
    if (!look.ok) return { ok: false, fault: faultOfState(look.state) ?? 'unplugged', state, detail: look.detail }
    const inquired = await inquire(runOf(jobId, look, access, timing.answerTimeoutMs), jobNameOf(jobId), undefined)
    if (!inquired.ok) return { ok: false, fault: inquired.outcome.fault, state }
    if (!inquired.known) return { ok: true, known: false }
    return { ok: true, known: true, settled: inquired.settled, ...inquired.verdict }
  }

  return {
    start() {
      if (!stopped) return
      stopped = false
      void inLane(tick)
    },
    async stop() {
      stopped = true
      cancelTick()
      post?.close()
      sleeping?.end()
      await lane
      post = undefined
      access = undefined
    },
    state: () => state,
    print(asked) {
      const running = jobs.get(asked.jobId)
      if (running !== undefined) return running
      const job = inLane(() => printInLane(asked)).finally(() => jobs.delete(asked.jobId))
      jobs.set(asked.jobId, job)
      return job
    },
    inquire: (jobId) => inLane(() => inquireInLane(jobId)),
  }
}

function isGarbling(state: DocumentPrinterState): state is Extract<DocumentPrinterState, { state: 'no-answer' }> {
  return state.state === 'no-answer' && state.garbled > 0
}

function warningsOf(state: DocumentPrinterState) {
  return state.state === 'ready' ? state.warnings : []
}

function takesOf(state: DocumentPrinterState): string | undefined {
  return state.state === 'format-not-supported' ? `it takes ${state.takes.join(', ')}`.slice(0, 500) : undefined
}

/** The details of a state that say something to a maintainer, as flat values. */
function loggable(state: DocumentPrinterState): Record<string, string | number> {
  switch (state.state) {
    case 'ready':
    case 'printing':
      return state.warnings.length === 0 ? {} : { warnings: state.warnings.join(',') }
    case 'hardware-error':
      return { reason: state.reason }
    case 'unplugged':
      return { cause: state.cause, at: state.at }
    case 'no-answer':
      return { garbled: state.garbled, at: state.at }
    default:
      return {}
  }
}
