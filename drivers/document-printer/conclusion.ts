import { isTerminal, type JobReading } from './answers.ts'
import { callOff } from './call-off.ts'
import { type Followed, follow } from './follow.ts'
import { faultOfState, type JobOutcome, placeOf } from './job-outcome.ts'
import type { JobRun } from './job-run.ts'
import type { DocumentPrinterState, Place, PrintFault } from './states.ts'
import { type Verdict, verdictOf, verdictOnCompleted } from './verdict.ts'

/** What a job that was followed to its end amounts to. "Completed" is what the one who took it says; printed is more. */

interface Sent {
  readonly id: number
  readonly jobName: string
  readonly expected: number | undefined
}

const FAULT_OF_END = {
  // Not a fault by itself: only of a device that then contradicts itself.
  'completed-behind': 'not-confirmed',
  vanished: 'job-vanished',
  held: 'job-held',
  'not-received': 'unplugged',
  'timed-out': 'timed-out',
  stopped: 'stopped',
} as const

export async function conclude(run: JobRun, followed: Followed, sent: Sent): Promise<JobOutcome> {
  const { end } = followed
  // Nobody is there to cancel it when nobody answers: the driver does it when the printer is back.
  const canCancel = end === 'trouble' || end === 'held' || end === 'not-received' || end === 'timed-out'
  const job = canCancel ? ((await callOff(run, sent.id, sent.jobName)) ?? followed.job) : followed.job
  if (job !== undefined && (job.state === 'completed' || end === 'completed-behind')) {
    return conclusionOfCompleted(run, job, sent, end === 'completed-behind')
  }
  const verdict = verdictOn(run, job, await jobBehind(run, sent.jobName, end), sent)
  const isOver = end === 'vanished' || (job !== undefined && isTerminal(job.state))
  const failed = (fault: PrintFault, state?: DocumentPrinterState): JobOutcome => ({
    ok: false,
    fault,
    verdict,
    documentLeft: true,
    ...(job === undefined || job.reasons.length === 0 ? {} : { detail: `job ${job.state}: ${job.reasons.join(', ')}` }),
    ...(state === undefined ? {} : { state }),
    ...(isOver ? {} : { unsettled: sent.id }),
  })
  if (end === 'trouble' || end === 'lost') {
    const { state } = followed
    return failed((state && faultOfState(state)) ?? 'no-answer', state)
  }
  if (end !== 'terminal') return failed(FAULT_OF_END[end])
  // The printer ended it itself. What it shows is more to the point than the word "aborted".
  const look = await run.access.look('beside-job', run.distrusted)
  const state = look.ok ? look.standing.state : look.state
  const shown = faultOfState(state)
  return shown === undefined ? failed(faultOfEnded(job)) : failed(shown, state)
}

function faultOfEnded(job: JobReading | undefined): PrintFault {
  const reasons = job?.reasons ?? []
  if (job?.state === 'canceled') return 'job-canceled'
  if (reasons.includes('unsupported-document-format')) return 'format-not-supported'
  return reasons.includes('document-format-error') ? 'bad-document' : 'job-aborted'
}

function verdictOn(run: JobRun, job: JobReading | undefined, behind: JobReading | undefined, sent: Sent): Verdict {
  const isQueue = placeOf(run) === 'queue'
  return verdictOf({
    documentLeft: true,
    refused: false,
    atDevice: isQueue ? behind : job,
    atQueue: isQueue ? job : undefined,
    expected: sent.expected,
  })
}

/** Completed, it says. Printed it is when the device itself, asked once more, shows no fault and does not contradict. */
async function conclusionOfCompleted(
  run: JobRun,
  job: JobReading,
  sent: Sent,
  isOpenAtQueue: boolean,
): Promise<JobOutcome> {
  const failed = (fault: PrintFault, behind?: JobReading, state?: DocumentPrinterState): JobOutcome => ({
    ok: false,
    fault,
    verdict: verdictOn(run, job, behind, sent),
    documentLeft: true,
    ...(state === undefined ? {} : { state }),
    ...(isOpenAtQueue ? { unsettled: sent.id } : {}),
  })
  const openAtQueue = isOpenAtQueue ? { openAtQueue: sent.id } : {}
  const printed = (counted: JobReading | undefined, confirmedBy: Place): JobOutcome => ({
    ok: true,
    verdict: verdictOnCompleted(counted, sent.expected),
    confirmedBy,
    settledAtMs: run.clock.nowMs(),
    ...openAtQueue,
  })
  const behind = await behindQueue(run, sent)
  if (behind.ended !== undefined) return failed(behind.ended.fault, behind.job, behind.ended.state)
  const look = await lookPatiently(run)
  if (!look.ok) return failed('not-confirmed', behind.job, look.state)
  run.onStanding(look.standing)
  const fault = faultOfState(look.standing.state)
  if (fault !== undefined) return failed(fault, behind.job, look.standing.state)
  if (placeOf(run) === 'device') return printed(job, 'device')
  if (behind.job?.state === 'completed') return printed(behind.job, 'device')
  if (behind.job !== undefined) return failed(faultOfEnded(behind.job), behind.job)
  // The device keeps a list of finished jobs, and ours is not in it.
  return behind.shouldBeListed ? failed('not-confirmed') : printed(undefined, 'queue')
}

interface Behind {
  /** The job as the device tells it. */
  readonly job: JobReading | undefined
  readonly shouldBeListed: boolean
  /** It did not come to its end there. */
  readonly ended?: { readonly fault: PrintFault; readonly state?: DocumentPrinterState }
}

/** A queue may be through as soon as it has sent the job: then the device is followed on its own. */
async function behindQueue(run: JobRun, { jobName }: Sent): Promise<Behind> {
  const device = run.access.device()
  const found = device === undefined ? undefined : await device.findJob(jobName, run.after.device)
  if (device === undefined || found?.ok !== true) return { job: undefined, shouldBeListed: false }
  const { job, keepsHistory } = found
  if (job === undefined || isTerminal(job.state)) return { job, shouldBeListed: keepsHistory }
  const followed = await follow(run, { talk: device, at: 'device', id: job.id, jobName, acknowledged: true })
  const last = followed.job ?? job
  if (followed.end === 'terminal') return { job: last, shouldBeListed: keepsHistory }
  if (followed.end !== 'lost' && followed.end !== 'stopped') await device.cancel(job.id)
  const { state } = followed
  const ofEnd = followed.end === 'trouble' || followed.end === 'lost' ? 'not-confirmed' : FAULT_OF_END[followed.end]
  const fault = (state && faultOfState(state)) ?? ofEnd
  return { job: last, shouldBeListed: true, ended: { fault, ...(state === undefined ? {} : { state }) } }
}

async function jobBehind(run: JobRun, jobName: string, end: Followed['end']): Promise<JobReading | undefined> {
  const device = run.access.device()
  if (device === undefined || end === 'lost' || end === 'stopped') return undefined
  const found = await device.findJob(jobName, run.after.device)
  return found.ok ? found.job : undefined
}

/** One answer may be lost; that a printer is gone takes several. */
async function lookPatiently(run: JobRun) {
  const giveUpAtMs = run.clock.nowMs() + run.timing.troubleGraceMs
  for (;;) {
    const look = await run.access.look('beside-job', run.distrusted)
    if (look.ok || run.isStopped() || run.clock.nowMs() >= giveUpAtMs) return look
    await run.sleep(run.timing.busyRetryMs)
  }
}
