import { type Asked, type BackendOptions, pause, type ScanJob, type ScanOutcome } from './backend.ts'
import type { EsclCapabilities } from './capabilities.ts'
import type { HttpAnswer, HttpPort } from './http.ts'
import type { JobDeletion } from './job-deletion.ts'
import { endOf, type Failed, failed, hindranceFor, pathOf } from './job-end.ts'
import { createPageCheck } from './picture.ts'
import { writeScanSettings } from './scan-settings.ts'
import type { DocumentScannerState, ScanFault } from './states.ts'
import type { EsclJobInfo, EsclStatus } from './status.ts'

/** One job at an eSCL device: look, post, take page after page, delete. */

export interface EsclJobContext extends BackendOptions {
  readonly job: ScanJob
  readonly capabilities: EsclCapabilities
  /** For instance /eSCL. */
  readonly rootPath: string
  readonly http: HttpPort
  readonly deletion: JobDeletion
  readonly askStatus: () => Promise<Asked<EsclStatus>>
  /** What was answered a moment ago; undefined when that is too long ago. */
  readonly freshStatus: () => EsclStatus | undefined
}

/** A body that comes with a refusal: read for nothing but its end. */
const REFUSAL_BYTES = 64 * 1024
/** How a job's end is told when this side ended it; the driver says which it was. */
const GIVEN_UP = failed('cancelled')

export async function runEsclJob(context: EsclJobContext): Promise<ScanOutcome> {
  const { job, askStatus, freshStatus, deletion } = context
  await deletion.catchUp()
  const fresh = freshStatus()
  // Good news of a moment ago are enough, since POST is refused when they are old; bad ones are asked after.
  const isClear = fresh !== undefined && obstacleOf(context, fresh) === undefined
  const before: Asked<EsclStatus> = isClear ? { ok: true, value: fresh } : await askStatus()
  if (!before.ok) return ofState(before)
  const obstacle = obstacleOf(context, before.value)
  if (obstacle !== undefined) return obstacle
  if (job.signal.aborted) return GIVEN_UP
  const posted = await post(context, before.value)
  if (!posted.ok) return posted
  try {
    return await takePages(context, posted.path)
  } finally {
    await deletion.finish(posted.path)
  }
}

/**
 * What keeps a job from being begun. An empty feeder only where there is a sensor: others say "empty" whenever no job runs
 * (AirSane pull request 135).
 */
function obstacleOf({ job, capabilities }: EsclJobContext, status: EsclStatus): Failed | undefined {
  const { source } = job.options
  const isEmpty = source === 'feeder' && capabilities.detectsPaper && status.feeder === 'empty'
  return hindranceFor(source, status) ?? (isEmpty ? failed('feeder-empty') : undefined)
}

type Posted = { readonly ok: true; readonly path: string } | Failed

async function post(context: EsclJobContext, before: EsclStatus): Promise<Posted> {
  const { job, capabilities, rootPath, http, deletion, askStatus, clock, timing } = context
  const body = writeScanSettings(job.options, capabilities)
  const giveUpAtMs = clock.nowMs() + timing.warmUpTimeoutMs
  let onNewConnection = false
  for (;;) {
    // Never broken off: who does not wait for the answer does not know which job to delete.
    const answer = await http.send({
      method: 'POST',
      path: `${rootPath}/ScanJobs`,
      body,
      onNewConnection,
      maxBytes: REFUSAL_BYTES,
      timeoutMs: timing.answerTimeoutMs,
    })
    const path = answer.ok && answer.status === 201 ? pathOf(answer.location) : undefined
    if (path !== undefined) {
      deletion.begun(path)
      return { ok: true, path }
    }
    const after = await askStatus()
    if (!answer.ok || answer.status === 201) {
      // It may have begun a job all the same: one that was not there before is ours.
      const isNew = after.ok && adoptOrphans(deletion, before.jobs, after.value.jobs)
      if (!answer.ok && !after.ok) return ofState(after)
      const isStale = !answer.ok && answer.fault === 'unplugged' && answer.isStale === true
      if (isStale && after.ok && after.value.jobs !== undefined && !isNew) {
        // It never got there: the device lists its jobs, and there is none of ours.
        if (job.signal.aborted) return GIVEN_UP
        onNewConnection = true
        continue
      }
      return answer.ok ? failed('bad-answer', 'it began a job without saying which') : ofAnswer(answer)
    }
    if (after.ok) {
      const hindrance = hindranceFor(job.options.source, after.value)
      if (hindrance !== undefined) return hindrance
    }
    const detail = `the job was refused with status ${answer.status}`
    if (answer.status !== 503) {
      if (after.ok && job.options.source === 'feeder' && answer.status === 409 && after.value.feeder === 'empty') {
        return failed('feeder-empty')
      }
      const isBusy = after.ok && (after.value.device === 'processing' || after.value.device === 'testing')
      return failed(isBusy ? 'busy' : 'refused', detail)
    }
    const waitMs = waitOf(answer, context)
    if (clock.nowMs() + waitMs > giveUpAtMs) return failed('busy', detail)
    await pause(clock, waitMs, job.signal)
    if (job.signal.aborted) return GIVEN_UP
  }
}

async function takePages(context: EsclJobContext, jobPath: string): Promise<ScanOutcome> {
  const { job, http, clock, timing, limits } = context
  const { source, format } = job.options
  let pages = 0
  let pageEndsAtMs = clock.nowMs() + timing.pageTimeoutMs
  for (;;) {
    const page = pages + 1
    const check = createPageCheck(format)
    const answer = await http.send({
      method: 'GET',
      path: `${jobPath.replace(/\/$/, '')}/NextDocument`,
      maxBytes: limits.maxPageBytes,
      timeoutMs: Math.max(1, pageEndsAtMs - clock.nowMs()),
      stallMs: timing.pageStallMs,
      signal: job.signal,
      onBytes(soFar, inAll) {
        const bytes = soFar.length
        job.onProgress({ page, bytes, ...(inAll && { percent: Math.min(100, (100 * bytes) / inAll) }) })
        return check.soFar(soFar)
      },
    })
    if (job.signal.aborted) return GIVEN_UP
    if (!answer.ok) return broken(context, answer)
    if (answer.status === 200) {
      if (pages >= limits.maxPages) return failed('too-many-pages', `more than ${limits.maxPages} pages`)
      const inspected = check.whole(answer.body)
      if (!inspected.ok) return failed('bad-page', inspected.detail)
      const { ok: _, ...size } = inspected
      pages++
      job.onPage({ format, bytes: answer.body, ...size })
      // A flatbed has one page, and asking for a second makes some devices scan again.
      if (source === 'flatbed') return { ok: true }
      pageEndsAtMs = clock.nowMs() + timing.pageTimeoutMs
      continue
    }
    const status = await context.askStatus()
    if (job.signal.aborted) return GIVEN_UP
    if (!status.ok) return ofState(status)
    const { detectsPaper } = context.capabilities
    const ended = endOf({ source, detectsPaper, jobPath, pages, httpStatus: answer.status, status: status.value })
    if (ended !== undefined) return ended
    await pause(clock, waitOf(answer, context), job.signal)
    if (job.signal.aborted) return GIVEN_UP
    if (clock.nowMs() >= pageEndsAtMs) return failed('timed-out', 'the page did not become ready')
  }
}

/** A NextDocument that brought no whole answer. */
async function broken(context: EsclJobContext, answer: Extract<HttpAnswer, { ok: false }>): Promise<Failed> {
  if (answer.fault === 'too-long') return failed('page-too-big', answer.detail)
  if (answer.fault === 'unwanted') return failed('bad-page', answer.detail)
  if (answer.fault === 'no-answer' || answer.fault === 'stalled') return failed('timed-out', answer.detail)
  if (answer.fault !== 'cut-off') return ofAnswer(answer)
  // Cut off in the middle: the cable, or the device's own fault? The status tells.
  const status = await context.askStatus()
  if (!status.ok) return ofState(status)
  return hindranceFor(context.job.options.source, status.value) ?? failed('bad-page', `cut off: ${answer.detail}`)
}

/** Jobs that were not there before are ours: they are deleted at the next look, which comes at once. True when there are. */
function adoptOrphans(
  deletion: JobDeletion,
  before: readonly EsclJobInfo[] | undefined,
  after: readonly EsclJobInfo[] | undefined,
): boolean {
  let isAny = false
  const known = new Set(before?.map(({ uri }) => uri))
  for (const { uri, state } of after ?? []) {
    const path = pathOf(uri)
    if (path === undefined || known.has(uri) || (state !== 'Pending' && state !== 'Processing')) continue
    deletion.begun(path)
    isAny = true
  }
  return isAny
}

function waitOf({ retryAfterMs }: { readonly retryAfterMs: number | undefined }, { timing }: EsclJobContext): number {
  return Math.min(timing.retryCapMs, Math.max(1, retryAfterMs ?? timing.retryMs))
}

function ofAnswer(answer: Extract<HttpAnswer, { ok: false }>): Failed {
  switch (answer.fault) {
    case 'unplugged':
      return failed('unplugged', answer.detail)
    case 'cut-off':
      return failed('unplugged', answer.detail)
    case 'aborted':
      return GIVEN_UP
    case 'no-answer':
    case 'stalled':
      return failed('no-answer', answer.detail)
    case 'too-long':
    case 'not-understood':
    case 'unwanted':
      return failed('bad-answer', answer.detail)
  }
}

function ofState({ state, detail }: { readonly state: DocumentScannerState; readonly detail: string }): Failed {
  const fault: ScanFault =
    state.state === 'unplugged' || state.state === 'no-answer' || state.state === 'bad-answer' || state.state === 'busy'
      ? state.state
      : 'device-error'
  return { ok: false, fault, detail, state }
}
