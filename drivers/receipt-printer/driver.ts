import type { OpenLink } from '../transport/byte-link.ts'
import type { Clock } from '../transport/clock.ts'
import { cutPartial, INITIALISE } from './commands.ts'
import { type Conversation, createConversation } from './conversation.ts'
import { type ReceiptDocument, ReceiptDocumentSchema } from './document.ts'
import { type EncodeResult, encodeDocument } from './encode.ts'
import type { GlyphsResult } from './glyphs.ts'
import { type JobOutcome, runJob } from './job.ts'
import type { PrintResult, ReceiptPrinterEvent, ReceiptPrinterState } from './states.ts'
import { stateOf } from './status.ts'
import { DEFAULT_TIMING, type ReceiptPrinterTiming } from './timing.ts'

/** One event of the log; no text of a receipt ever goes in. */
export type ReceiptPrinterLogEntry = { readonly event: string } & Readonly<Record<string, string | number | boolean>>

export interface ReceiptPrinterOptions {
  /** tcp://host:port or serial:///dev/ttyUSB0?baud=115200 */
  readonly url: string
  readonly openLink: OpenLink
  readonly clock: Clock
  /** Called on every change of state, also during print(). */
  readonly onEvent: (event: ReceiptPrinterEvent) => void
  readonly log: (entry: ReceiptPrinterLogEntry) => void
  /** Loads what draws characters that the printer's own font lacks; asked for at the first such document, which else is refused (glyph-missing). */
  readonly loadGlyphs?: () => Promise<GlyphsResult>
  readonly timing?: Partial<ReceiptPrinterTiming>
}

export interface PrintOptions {
  /** Asked for again while it runs or waits, it is the same job and the same promise. Afterwards it is a new print. */
  readonly jobId: string
  /** From the first byte to the settled answer. */
  readonly timeoutMs?: number
}

export interface ReceiptPrinter {
  /** Connects and keeps connected, with capped back-off, until stop(). */
  start(): void
  /** A job that is printing ends with fault 'stopped'. The link is closed when this resolves. */
  stop(): Promise<void>
  state(): ReceiptPrinterState
  /**
   * Prints a document; one at a time, in the order asked. Resolves ok only when the printer has said, after the last byte,
   * that all was processed and shows no fault. Never rejects for anything that a printer, a cable or a document can do.
   */
  print(document: ReceiptDocument, options: PrintOptions): Promise<PrintResult>
}

/** Cuts off what a job that failed half way left behind; on fresh paper it costs a blank centimetre. */
const TRIM = Uint8Array.from([...INITIALISE, ...cutPartial(0)])

export function createReceiptPrinter(options: ReceiptPrinterOptions): ReceiptPrinter {
  const { url, openLink, clock, onEvent, log } = options
  const timing = { ...DEFAULT_TIMING, ...options.timing }
  let state: ReceiptPrinterState = { state: 'connecting' }
  let conversation: Conversation | undefined
  let printing = false
  let stopped = true
  let failures = 0
  /** The link went while a receipt was under way: its rest may still sit in the printer. */
  let clearWhenBack = false
  let lastFailedJobId = ''
  /** Half a receipt may hang out of the slot: the next one must not begin on it. */
  let cutFirst = false
  let glyphs: Promise<GlyphsResult> | undefined
  let cancelTick: () => void = () => undefined
  let lane: Promise<void> = Promise.resolve()
  const jobs = new Map<string, Promise<PrintResult>>()

  /** The link has one user at a time: a job or a look. */
  function inLane<T>(run: () => Promise<T>): Promise<T> {
    const turn = lane.then(run)
    // A failure belongs to whoever holds `turn`; the next in line goes ahead all the same.
    const next = (): void => undefined
    lane = turn.then(next, next)
    return turn
  }

  function setState(next: ReceiptPrinterState): void {
    if (JSON.stringify(next) === JSON.stringify(state)) return
    state = next
    log({ event: 'receipt-printer.state', ...next })
    onEvent({ type: 'state', state: next })
  }

  function tickAfter(delayMs: number): void {
    cancelTick()
    if (stopped) return
    cancelTick = clock.after(delayMs, () => void inLane(tick))
  }

  async function tick(): Promise<void> {
    if (stopped) return
    const current = conversation ?? (await connect())
    if (current) await look(current)
    tickAfter(conversation ? timing.idlePollMs : backOffMs())
  }

  function backOffMs(): number {
    failures++
    return Math.min(timing.backOffCapMs, timing.backOffFirstMs * 2 ** Math.min(failures - 1, 16))
  }

  async function connect(): Promise<Conversation | undefined> {
    const opened = await openLink(url, timing.openTimeoutMs)
    if (!opened.ok) {
      log({ event: 'receipt-printer.open-failed', fault: opened.fault, detail: opened.detail })
      setState({ state: 'unplugged', cause: opened.fault })
      return undefined
    }
    if (stopped) {
      await opened.link.close()
      return undefined
    }
    const created = createConversation(opened.link, clock, {
      onAutoStatus(status) {
        // A whole reading follows at once; what the printer volunteers is only the reason to look now.
        log({ event: 'receipt-printer.auto-status', offline: status.offline === true })
        if (!printing) tickAfter(0)
      },
      onLost(reason) {
        if (conversation !== created) return
        conversation = undefined
        log({ event: 'receipt-printer.link-lost', fault: reason.fault, detail: reason.detail })
        if (stopped) return
        setState({ state: 'unplugged', cause: reason.fault })
        if (!printing) tickAfter(backOffMs())
      },
    })
    conversation = created
    if (clearWhenBack) {
      await created.clearBuffers()
      clearWhenBack = false
    }
    return created
  }

  async function look(current: Conversation): Promise<void> {
    const reading = await current.readStatus(timing.answerTimeoutMs)
    if (reading.ok) {
      failures = 0
      setState(stateOf(reading.status))
    } else if (reading.fault === 'no-answer') {
      setState({ state: 'no-answer', garbledBytes: reading.garbled })
      await dropLink(current)
    }
  }

  /** An unanswered question leaves us not knowing which answer is which: only a new link is in step again. */
  async function dropLink(current: Conversation): Promise<void> {
    if (conversation === current) conversation = undefined
    await current.close()
  }

  async function encode(document: ReceiptDocument): Promise<EncodeResult> {
    const encoded = encodeDocument(document)
    if (encoded.ok || options.loadGlyphs === undefined) return encoded
    glyphs ??= options.loadGlyphs()
    const loaded = await glyphs
    if (loaded.ok) return encodeDocument(document, loaded.rasterise)
    log({ event: 'receipt-printer.no-glyphs', fault: loaded.fault, detail: loaded.detail })
    return encoded
  }

  async function runInLane(document: ReceiptDocument, { jobId, timeoutMs }: PrintOptions): Promise<PrintResult> {
    const refused = (result: Omit<Extract<PrintResult, { ok: false }>, 'ok' | 'paper' | 'state'>): PrintResult => ({
      ok: false,
      paper: 'nothing',
      state,
      ...result,
    })
    const parsed = ReceiptDocumentSchema.safeParse(document)
    if (!parsed.success) {
      const detail = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
      return refused({ fault: 'bad-document', detail })
    }
    const encoded = await encode(parsed.data)
    if (!encoded.ok) return refused({ fault: 'glyph-missing', characters: [...encoded.unprintable] })
    if (stopped) return refused({ fault: 'stopped' })
    const current = conversation ?? (await connect())
    if (!current) return refused({ fault: stopped ? 'stopped' : 'unplugged' })
    printing = true
    const lateFinish = (id: string) => (): void => {
      log({ event: 'receipt-printer.late-finish', jobId: id })
      onEvent({ type: 'late-finish', jobId: id })
    }
    const outcome = await runJob({
      conversation: current,
      clock,
      timing,
      chunks: cutFirst ? [TRIM, ...encoded.chunks] : encoded.chunks,
      timeoutMs: timeoutMs ?? timing.jobTimeoutMs,
      onBegin: () => setState({ state: 'printing' }),
      onFormerJobFinished: lateFinish(lastFailedJobId),
      onLateFinish: lateFinish(jobId),
    })
    printing = false
    const result = await conclude(outcome, current, jobId)
    tickAfter(conversation ? timing.idlePollMs : backOffMs())
    return result
  }

  async function conclude(outcome: JobOutcome, current: Conversation, jobId: string): Promise<PrintResult> {
    if (outcome.ok) {
      cutFirst = false
      if (outcome.state) setState(outcome.state)
      log({ event: 'receipt-printer.printed', jobId })
      return { ok: true, settledAtMs: outcome.settledAtMs }
    }
    if (outcome.paper !== 'nothing') {
      lastFailedJobId = jobId
      cutFirst = true
    }
    const linkGone = outcome.fault === 'unplugged' || outcome.fault === 'no-answer'
    const dirty = !outcome.cleared && (outcome.paper !== 'nothing' || outcome.fault === 'stalled')
    if (dirty) clearWhenBack = true
    if (!stopped) setState(outcome.state)
    if (dirty || outcome.fault === 'no-answer') await dropLink(current)
    const fault = stopped && linkGone ? 'stopped' : outcome.fault
    log({ event: 'receipt-printer.print-failed', jobId, fault, paper: outcome.paper })
    return { ok: false, fault, paper: outcome.paper, state: outcome.state }
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
      const current = conversation
      conversation = undefined
      await current?.close()
      await lane
    },
    state: () => state,
    print(document, printOptions) {
      const running = jobs.get(printOptions.jobId)
      if (running) return running
      const job = inLane(() => runInLane(document, printOptions)).finally(() => jobs.delete(printOptions.jobId))
      jobs.set(printOptions.jobId, job)
      return job
    },
  }
}
