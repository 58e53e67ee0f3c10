import type { Clock } from '../transport/clock.ts'
import type { Conversation, StatusReading } from './conversation.ts'
import type { PaperOutcome, PrintFault, ReceiptPrinterState } from './states.ts'
import { stateOf } from './status.ts'
import { pause, type ReceiptPrinterTiming } from './timing.ts'

/**
 * One receipt over one open link: look, wait until the printer is through with what it had, send, and believe nothing
 * until the printer has answered a queued question put behind the last byte.
 */

/** Two, so that a single stray byte of the right shape cannot pass for the answer: the second comes after the real first. */
const SETTLE_MARKS = 2

export type JobOutcome =
  | { readonly ok: true; readonly settledAtMs: number; readonly state: ReceiptPrinterState | undefined }
  | {
      readonly ok: false
      readonly fault: PrintFault
      readonly paper: PaperOutcome
      readonly state: ReceiptPrinterState
      /** The printer has the order to clear its buffers: it answered something that was asked after that order. */
      readonly cleared: boolean
    }

export interface JobInput {
  readonly conversation: Conversation
  readonly clock: Clock
  readonly timing: ReceiptPrinterTiming
  readonly chunks: readonly Uint8Array[]
  readonly timeoutMs: number
  /** The first byte is about to go out. */
  onBegin(): void
  /** A former job's marks were all answered after it had been given up: its paper came out after all. */
  onFormerJobFinished(): void
  /** This job's marks were answered after it had been given up. */
  onLateFinish(): void
}

type Failure = Extract<JobOutcome, { ok: false }>

const failed = (fault: PrintFault, paper: PaperOutcome, state: ReceiptPrinterState): Failure => ({
  ok: false,
  fault,
  paper,
  state,
  cleared: false,
})

function failedReading(reading: Exclude<StatusReading, { ok: true }>, paper: PaperOutcome): Failure {
  if (reading.fault === 'lost') return failed('unplugged', paper, { state: 'unplugged', cause: reading.link.fault })
  return failed('no-answer', paper, { state: 'no-answer', garbledBytes: reading.garbled })
}

/** The fault that a state amounts to for a job, or undefined when printing can go on. */
function faultOf(state: ReceiptPrinterState): PrintFault | undefined {
  switch (state.state) {
    case 'paper-out':
    case 'cover-open':
    case 'cutter-error':
    case 'head-hot':
    case 'error':
      return state.state
    default:
      return undefined
  }
}

/** A hot head cools, a held feed key is let go: those only cost time while printing. */
function stopsForGood(state: ReceiptPrinterState): boolean {
  if (state.state === 'error') return state.cause !== 'offline'
  return state.state === 'paper-out' || state.state === 'cover-open' || state.state === 'cutter-error'
}

export async function runJob(input: JobInput): Promise<JobOutcome> {
  const { conversation, timing } = input
  const reading = await conversation.readStatus(timing.answerTimeoutMs)
  if (!reading.ok) return failedReading(reading, 'nothing')
  const state = stateOf(reading.status)
  const fault = faultOf(state)
  if (fault) return failed(fault, 'nothing', state)
  if (!(await isMoving(input))) {
    return clearAfter(failed('stalled', 'nothing', { state: 'error', cause: 'recoverable' }), input)
  }
  input.onBegin()
  return sendAndSettle(input)
}

/** Throws away what the printer still holds, so that half a receipt does not come out when somebody puts paper in. */
async function clearAfter(failure: Failure, { conversation, timing }: JobInput): Promise<Failure> {
  // Not awaited: a printer that takes no more bytes would hold us here. The answer to the next question is the proof.
  void conversation.clearBuffers()
  if (failure.fault === 'no-answer') return failure
  const reading = await conversation.readStatus(timing.answerTimeoutMs)
  const lost = conversation.lost()
  if (lost && failure.paper === 'nothing') return failedReading({ ok: false, fault: 'lost', link: lost }, 'nothing')
  return { ...failure, cleared: reading.ok }
}

/** Whether the printer works off its queue: it answers a queued question put before our first byte. */
async function isMoving({ conversation, clock, timing, onFormerJobFinished }: JobInput): Promise<boolean> {
  const owed = conversation.marksOwed()
  conversation.forgetMarks()
  let answers = 0
  let wake = pause(clock, timing.stallTimeoutMs)
  const count = (): void => {
    answers++
    wake.end()
  }
  for (let i = 0; i < owed; i++) conversation.expectMark(count)
  await conversation.sendMark(count)
  if (answers === 0) await wake.done
  // If the buffer was cleared, the first answer is ours and no other comes; if not, the former job's come before it.
  while (answers > 0 && answers <= owed) {
    const before = answers
    wake = pause(clock, timing.quietMs)
    await wake.done
    if (answers === before) break
  }
  if (owed > 0 && answers > owed) onFormerJobFinished()
  conversation.forgetMarks()
  return answers > 0
}

async function sendAndSettle(input: JobInput): Promise<JobOutcome> {
  const { conversation, clock, timing } = input
  const deadlineMs = clock.nowMs() + input.timeoutMs
  let givenUp = false
  let marks = 0
  let paperEnd = false
  let settledAtMs = 0
  let wake = pause(clock, timing.printPollMs)
  const onMark = (sawPaperEnd: boolean): void => {
    marks++
    paperEnd ||= sawPaperEnd
    if (marks < SETTLE_MARKS) return
    settledAtMs = clock.nowMs()
    wake.end()
    if (givenUp) input.onLateFinish()
  }
  const send = async (): Promise<void> => {
    for (const chunk of input.chunks) {
      if (givenUp) return
      await conversation.write(chunk)
    }
    for (let i = 0; i < SETTLE_MARKS && !givenUp; i++) await conversation.sendMark(onMark)
  }
  const giveUp = (failure: Failure): Promise<Failure> => {
    givenUp = true
    return clearAfter(failure, input)
  }
  void send()
  for (;;) {
    await wake.done
    wake = pause(clock, timing.printPollMs)
    const settled = marks === SETTLE_MARKS
    const reading = await conversation.readStatus(timing.printAnswerTimeoutMs)
    if (settled) {
      // The printer got to the end. If it shows no paper now, the end of the receipt may not have met paper.
      const state = reading.ok ? stateOf(reading.status) : undefined
      const end: ReceiptPrinterState | undefined = paperEnd ? { state: 'paper-out' } : state
      const fault = end && stopsForGood(end) ? faultOf(end) : undefined
      return end && fault ? failed(fault, 'unknown', end) : { ok: true, settledAtMs, state }
    }
    if (!reading.ok) return giveUp(failedReading(reading, 'unknown'))
    const state = stateOf(reading.status)
    const fault = faultOf(state)
    if (fault && stopsForGood(state)) return giveUp(failed(fault, 'partly', state))
    if (clock.nowMs() >= deadlineMs) {
      if (fault) return giveUp(failed(fault, 'partly', state))
      return giveUp(failed('not-confirmed', 'unknown', state))
    }
  }
}
