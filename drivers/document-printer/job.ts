import { hex } from './access.ts'
import { isTerminal, type PrinterReading } from './answers.ts'
import { callOff } from './call-off.ts'
import { conclude } from './conclusion.ts'
import { follow } from './follow.ts'
import { inquire } from './inquiry.ts'
import { before, type FailedOutcome, type JobOutcome, placeOf } from './job-outcome.ts'
import type { JobRun } from './job-run.ts'
import type { CheckedJob } from './print-options.ts'
import { A4, OPERATION } from './protocol.ts'
import { type JobTicket, jobNameOf } from './requests.ts'
import { faultOfSilence, faultOfStatus, submit } from './submit.ts'
import { verdictOf } from './verdict.ts'

/** One document: refused before a byte leaves, or handed over, followed to its end, and looked at once more. */

/** `reading`: of what takes the job, from the look just before. */
export async function runJob(run: JobRun, job: CheckedJob, reading: PrinterReading): Promise<JobOutcome> {
  const cannot = whatItCannot(job, reading)
  if (cannot !== undefined) return before('not-supported', cannot)
  const ticket: JobTicket = {
    jobName: jobNameOf(run.jobId),
    copies: job.copies,
    sides: job.sides,
    namesA4: reading.media.includes(A4),
  }
  const refused = (await lookForNamesakes(run, ticket.jobName, job)) ?? (await validate(run, ticket))
  if (refused !== undefined) return refused

  const submitted = await submit(run, ticket, job)
  if (!submitted.ok) return afterRefusal(run, submitted, ticket.jobName, job.expected)
  const { id, acknowledged } = submitted
  const { jobName } = ticket
  const followed = await follow(run, {
    ...{ talk: run.main, at: placeOf(run), id, jobName, acknowledged },
    // CUPS sends copies one after the other to a device that makes none itself: then its first job is not all.
    ...(job.copies === 1 ? { isCompletedBehind: () => isCompletedBehind(run, jobName) } : {}),
  })
  return conclude(run, followed, { id, jobName, expected: job.expected })
}

async function isCompletedBehind(run: JobRun, jobName: string): Promise<boolean> {
  const found = await run.access.device()?.findJob(jobName, run.after.device)
  return found?.ok === true && found.job?.state === 'completed'
}

/** In words for the maintainer; undefined when the printer can do all that is asked, or does not say. */
function whatItCannot(job: CheckedJob, reading: PrinterReading): string | undefined {
  const { copies, sides, oneTime } = job
  const { maxCopies = 1, errorPolicy = 'abort-job' } = reading
  if (copies > 1 && maxCopies < copies) return `it makes at most ${maxCopies} copies`
  if (sides !== undefined && sides !== 'one-sided' && !reading.sides.includes(sides)) {
    return `it prints ${reading.sides.join(', ') || 'one-sided'} only`
  }
  if (reading.media.length > 0 && !reading.media.includes(A4)) return 'it takes no A4 paper'
  // Such a queue sends a job that failed half way once more by itself: then a certificate is on paper twice.
  if (oneTime && errorPolicy !== 'abort-job') {
    return `its queue has printer-error-policy=${errorPolicy}, which prints again by itself; one-time prints need abort-job`
  }
  return undefined
}

/**
 * A one-time job that is known was sent before: it is refused. Any other may be there from a former print, whose end must
 * not be taken for that of ours.
 */
async function lookForNamesakes(run: JobRun, jobName: string, job: CheckedJob): Promise<FailedOutcome | undefined> {
  const matters = job.oneTime || placeOf(run) === 'queue' || !run.operations.includes(OPERATION.createJob)
  const inquired = matters ? await inquire(run, jobName, job.expected) : undefined
  if (inquired === undefined) return undefined
  if (!inquired.ok) return inquired.outcome
  if (!inquired.known) return undefined
  const { verdict, ids } = inquired
  Object.assign(run.after, ids)
  if (!job.oneTime) return undefined
  return {
    ok: false,
    fault: 'already-sent',
    verdict,
    detail: 'the printer knows a job of this name',
    documentLeft: true,
  }
}

/** What a printer may not replace in silence: the rest is its own business. */
const BINDING = ['sides', 'copies', 'media']

/** Asks the printer whether it would take such a job; undefined: yes, or it does not know the question. */
async function validate(run: JobRun, ticket: JobTicket): Promise<FailedOutcome | undefined> {
  if (!run.operations.includes(OPERATION.validateJob)) return undefined
  const asked = await run.main.validate(ticket)
  if (asked.ok) {
    const replaced = asked.unsupported.filter((name) => BINDING.includes(name))
    return replaced.length === 0
      ? undefined
      : before('not-supported', `it would ignore or replace ${replaced.join(', ')}`)
  }
  if (asked.fault !== 'status') return before(faultOfSilence(run, asked), asked.detail)
  const fault = faultOfStatus(asked.status)
  // Busy now is not busy when its turn comes.
  return fault === 'busy' ? undefined : before(fault, `it answers with status ${hex(asked.status)}`)
}

async function afterRefusal(
  run: JobRun,
  submitted: Extract<Awaited<ReturnType<typeof submit>>, { ok: false }>,
  jobName: string,
  expected: number | undefined,
): Promise<FailedOutcome> {
  const { fault, detail, id, documentLeft, refused } = submitted
  const job = id === undefined ? undefined : await callOff(run, id, jobName)
  const isQueue = placeOf(run) === 'queue'
  const verdict = verdictOf({
    documentLeft,
    refused,
    atDevice: isQueue ? undefined : job,
    atQueue: isQueue ? job : undefined,
    expected,
  })
  // An empty job prints nothing, but it keeps others waiting until somebody cancels it.
  const stands = id !== undefined && !(job !== undefined && isTerminal(job.state))
  return {
    ok: false,
    fault,
    detail,
    documentLeft: documentLeft && !refused,
    verdict,
    ...(stands ? { unsettled: id } : {}),
  }
}
