import { isFit } from '../condition/states.ts'
import { trouble } from './access.ts'
import { isNamed, isTerminal, type JobReading } from './answers.ts'
import type { Conversation } from './conversation.ts'
import type { JobRun } from './job-run.ts'
import { STATUS } from './protocol.ts'
import { readReason, stoppedState } from './reasons.ts'
import type { DocumentPrinterState, Place } from './states.ts'
import { documentPrinterCondition } from './states.ts'

/**
 * Follows one job to its end: asks about the job, first often and then less, and now and then about the printer, because a
 * job may stand for ever in front of an open cover. Every way out has a time.
 */
export interface Followed {
  readonly end: /** canceled, aborted or completed: nothing more will happen. */
    | 'terminal'
    /** The device behind the queue says completed; the queue itself has not noticed yet. */
    | 'completed-behind'
    | 'vanished'
    /** The printer shows a fault that does not go away (`state`). */
    | 'trouble'
    | 'held'
    /** The document did not arrive whole: the connection broke while it was sent. */
    | 'not-received'
    /** Nobody answers any more (`state`). */
    | 'lost'
    | 'timed-out'
    | 'stopped'
  /** As last told. */
  readonly job: JobReading | undefined
  readonly state: DocumentPrinterState | undefined
}

export interface FollowInput {
  readonly talk: Conversation
  readonly at: Place
  readonly id: number
  readonly jobName: string
  /** The printer said that it has the document. */
  readonly acknowledged: boolean
  /**
   * Where the whole queue's job is one job of its device: whether that one is completed. CUPS asks its device once a second,
   * and nobody needs to stand there that much longer.
   */
  readonly isCompletedBehind?: () => Promise<boolean>
}

export async function follow(run: JobRun, input: FollowInput): Promise<Followed> {
  const { clock, timing } = run
  const watch = createWatch(run)
  let job: JobReading | undefined
  let silentSinceMs: number | undefined
  let waitMs = timing.followFirstMs
  let nextLookMs = clock.nowMs() + timing.lookEveryMs
  const ended = (end: Followed['end'], state?: DocumentPrinterState): Followed => ({ end, job, state })
  for (;;) {
    if (run.isStopped()) return ended('stopped')
    const asked = await askAboutJob(input)
    const nowMs = clock.nowMs()
    if (asked.ok) {
      silentSinceMs = undefined
      if (asked.job === undefined) return ended('vanished')
      job = withHighestCount(asked.job, job)
      if (isTerminal(job.state)) return ended('terminal')
      const wrong = watch.job(job, input.acknowledged, nowMs)
      if (wrong !== undefined) return ended(wrong)
      if ((await input.isCompletedBehind?.()) === true) return ended('completed-behind')
    } else {
      silentSinceMs ??= nowMs
      const { state } = trouble(asked, input.talk, input.at)
      run.onStanding({ state })
      if (nowMs - silentSinceMs >= timing.lostGraceMs) return ended('lost', state)
    }
    if (silentSinceMs === undefined && nowMs >= nextLookMs) {
      const state = await watch.printer()
      if (state !== undefined) return ended('trouble', state)
      nextLookMs = clock.nowMs() + timing.lookEveryMs
    }
    if (clock.nowMs() >= run.deadlineMs) return ended('timed-out')
    await run.sleep(waitMs)
    waitMs = Math.min(timing.followCapMs, waitMs * timing.followGrowth)
  }
}

/**
 * A job that its number does not name any more may still stand in the list of finished ones. A printer that was switched
 * off and on counts from 1 again: then our number names a job of somebody else.
 */
async function askAboutJob({ talk, id, jobName }: FollowInput) {
  const asked = await talk.job(id)
  if (asked.ok) return { ok: true as const, job: isNamed(asked.job, jobName) ? asked.job : undefined }
  if (asked.fault !== 'status') return asked
  if (asked.status !== STATUS.notFound && asked.status !== STATUS.gone) return asked
  const found = await talk.findJob(jobName, id - 1)
  if (found.ok) return { ok: true as const, job: found.job?.id === id ? found.job : undefined }
  return found.fault === 'status' ? { ok: true as const, job: undefined } : found
}

/** What was once counted has come out, whatever a later answer says. */
function withHighestCount(job: JobReading, before: JobReading | undefined): JobReading {
  const impressionsCompleted = Math.max(job.impressionsCompleted, before?.impressionsCompleted ?? 0)
  return { ...job, impressionsCompleted }
}

/** Notices what goes on for too long. */
function createWatch(run: JobRun) {
  const { clock, timing } = run
  let lastSign = ''
  let lastSignMs = clock.nowMs()
  let waitingSinceMs: number | undefined
  let troubleSinceMs: number | undefined
  let isUnderWay = false

  return {
    job(job: JobReading, acknowledged: boolean, nowMs: number): 'held' | 'not-received' | undefined {
      const sign = `${job.state} ${job.reasons.join(' ')} ${job.impressionsCompleted}`
      if (sign !== lastSign) lastSignMs = nowMs
      lastSign = sign
      isUnderWay = job.state === 'processing' || job.state === 'processing-stopped'
      const isIncoming = job.reasons.some((reason) => reason === 'job-incoming' || reason === 'job-data-insufficient')
      const isWaiting = job.state === 'pending-held' || (!acknowledged && isIncoming && !isUnderWay)
      waitingSinceMs = isWaiting ? (waitingSinceMs ?? nowMs) : undefined
      if (waitingSinceMs === undefined || nowMs - waitingSinceMs < timing.troubleGraceMs) return undefined
      return acknowledged || !isIncoming ? 'held' : 'not-received'
    },

    /** The fault that ends the job, or undefined while it can go on. */
    async printer(): Promise<DocumentPrinterState | undefined> {
      const look = await run.access.look('beside-job', run.distrusted)
      run.onStanding(look.ok ? look.standing : look)
      let state = look.ok ? look.standing.state : look.state
      if (look.ok && isFit(documentPrinterCondition(state))) {
        const culprit = whatHoldsItUp(look.standing.whispers)
        if (culprit === undefined) {
          troubleSinceMs = undefined
          return undefined
        }
        run.distrusted.add(culprit)
        run.log({ event: 'document-printer.distrusted', jobId: run.jobId, reason: culprit })
        state = stoppedState(readReason(culprit, true))
        run.onStanding({ state })
        // A job that asks for paper by name has the grace that any fault has; one that merely stood has had its time.
        if (culprit !== NEEDS_MEDIA) return state
      }
      const nowMs = clock.nowMs()
      troubleSinceMs ??= nowMs
      return nowMs - troubleSinceMs >= timing.troubleGraceMs ? state : undefined
    },
  }

  function whatHoldsItUp(whispers: readonly string[]): string | undefined {
    if (!isUnderWay) return undefined
    const fresh = whispers.filter((stem) => !run.whispersBefore.has(stem))
    const hasStood = clock.nowMs() - lastSignMs >= timing.stuckMs
    return fresh.find((stem) => stem === NEEDS_MEDIA) ?? (hasStood ? fresh[0] : undefined)
  }
}

/** "media-needed" says that a job waits for it, whatever its suffix says. */
const NEEDS_MEDIA = 'media-needed'
