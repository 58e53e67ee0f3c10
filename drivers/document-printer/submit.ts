import { hex } from './access.ts'
import { isTerminal } from './answers.ts'
import type { Asked, NotHeard } from './conversation.ts'
import type { JobRun } from './job-run.ts'
import type { CheckedJob } from './print-options.ts'
import { OPERATION, STATUS } from './protocol.ts'
import type { JobTicket } from './requests.ts'
import type { PrintFault } from './states.ts'

/**
 * Hands one document over. Create-Job first where the printer knows it: then the job has a number before a byte of the
 * document leaves, and whatever happens to the answer, the printer can be asked about it. The document is sent once; it is
 * sent again only when surely not one byte of it left.
 */
export type Submitted =
  /** `acknowledged`: the printer said that it has the whole document. Otherwise the job itself must show it. */
  | { readonly ok: true; readonly id: number; readonly acknowledged: boolean }
  | {
      readonly ok: false
      readonly fault: PrintFault
      readonly detail: string
      /** The number of a job that stands at the printer without being any good. */
      readonly id: number | undefined
      readonly documentLeft: boolean
      readonly refused: boolean
    }

export async function submit(run: JobRun, ticket: JobTicket, { pdf, oneTime }: CheckedJob): Promise<Submitted> {
  if (!run.operations.includes(OPERATION.createJob) || !run.operations.includes(OPERATION.sendDocument)) {
    return printAtOnce(run, ticket, pdf, oneTime)
  }
  const created = await whenNotBusy(run, () => run.main.create(ticket))
  let id: number
  if (created.ok) id = created.job.id
  else if (created.fault === 'status') return refusal(created.status, undefined, false)
  else {
    // The answer may have been lost on its way: then an empty job stands there and would keep others waiting.
    const found = created.left ? await run.main.findJob(ticket.jobName, run.after.main) : undefined
    if (found?.ok !== true || found.job === undefined || isTerminal(found.job.state))
      return notHeard(run, created, undefined, false)
    id = found.job.id
  }
  run.log({ event: 'document-printer.job-created', jobId: run.jobId, printerJob: id })
  if (created.ok && created.unsupported.length > 0) {
    const detail = `it would ignore or replace ${created.unsupported.join(', ')}`
    return { ok: false, fault: 'not-supported', detail, id, documentLeft: false, refused: false }
  }
  return send(run, id, pdf)
}

async function send(run: JobRun, id: number, pdf: Uint8Array): Promise<Submitted> {
  const { clock, timing } = run
  const giveUpAtMs = clock.nowMs() + timing.lostGraceMs
  for (;;) {
    const sent = await run.main.send(id, pdf)
    if (sent.ok) return { ok: true, id, acknowledged: true }
    if (sent.fault === 'status') return refusal(sent.status, id, true)
    if (sent.left) return { ok: true, id, acknowledged: false }
    if (run.isStopped() || clock.nowMs() >= giveUpAtMs) return notHeard(run, sent, id, false)
    await run.sleep(timing.busyRetryMs)
  }
}

async function printAtOnce(run: JobRun, ticket: JobTicket, pdf: Uint8Array, oneTime: boolean): Promise<Submitted> {
  const offer = () => run.main.printAtOnce(ticket, pdf)
  // Each offer carries the whole document, so a one-time document is offered once.
  const printed = await (oneTime ? offer() : whenNotBusy(run, offer))
  if (printed.ok) return { ok: true, id: printed.job.id, acknowledged: true }
  if (printed.fault === 'status') return refusal(printed.status, undefined, true)
  if (!printed.left) return notHeard(run, printed, undefined, false)
  const id = await findLater(run, ticket.jobName)
  if (id !== undefined) return { ok: true, id, acknowledged: false }
  return notHeard(run, printed, undefined, true)
}

/** Looks for a job by its name until somebody answers. */
async function findLater(run: JobRun, jobName: string): Promise<number | undefined> {
  const giveUpAtMs = run.clock.nowMs() + run.timing.lostGraceMs
  for (;;) {
    const found = await run.main.findJob(jobName, run.after.main)
    if (found.ok) return found.job?.id
    if (run.isStopped() || run.clock.nowMs() >= giveUpAtMs) return undefined
    await run.sleep(run.timing.busyRetryMs)
  }
}

/** Printers that take one job at a time say "busy" to the next: it is offered again until it is taken. */
async function whenNotBusy<T>(run: JobRun, offer: () => Promise<Asked<T>>): Promise<Asked<T>> {
  const { clock, timing } = run
  const giveUpAtMs = Math.min(clock.nowMs() + timing.busyTimeoutMs, run.deadlineMs)
  let told = false
  for (;;) {
    const asked = await offer()
    const isBusy =
      !asked.ok && asked.fault === 'status' && (asked.status === STATUS.busy || asked.status === STATUS.temporaryError)
    if (!isBusy || run.isStopped() || clock.nowMs() >= giveUpAtMs) return asked
    if (!told) run.log({ event: 'document-printer.busy', jobId: run.jobId })
    told = true
    await run.sleep(timing.busyRetryMs)
  }
}

/** By RFC 8011 appendix B these are said of a request as such. Others may come half way through a document. */
const SAID_AT_ONCE: readonly number[] = [
  STATUS.badRequest,
  STATUS.forbidden,
  STATUS.notAuthenticated,
  STATUS.notAuthorized,
  STATUS.notPossible,
  STATUS.notFound,
  STATUS.gone,
  STATUS.documentFormatNotSupported,
  STATUS.attributesOrValuesNotSupported,
  STATUS.operationNotSupported,
  STATUS.versionNotSupported,
  STATUS.notAcceptingJobs,
  STATUS.busy,
]

function refusal(status: number, id: number | undefined, documentLeft: boolean): Submitted {
  return {
    ok: false,
    fault: faultOfStatus(status),
    detail: `it answers with status ${hex(status)}`,
    id,
    documentLeft,
    refused: SAID_AT_ONCE.includes(status),
  }
}

export function faultOfStatus(status: number): PrintFault {
  switch (status) {
    case STATUS.documentFormatNotSupported:
      return 'format-not-supported'
    case STATUS.attributesOrValuesNotSupported:
      return 'not-supported'
    case STATUS.documentFormatError:
      return 'bad-document'
    case STATUS.notAcceptingJobs:
      return 'not-accepting'
    case STATUS.busy:
    case STATUS.temporaryError:
      return 'busy'
    default:
      return 'refused'
  }
}

function notHeard(run: JobRun, heard: NotHeard, id: number | undefined, documentLeft: boolean): Submitted {
  return { ok: false, fault: faultOfSilence(run, heard), detail: heard.detail, id, documentLeft, refused: false }
}

/** Nobody answered: not there, or there and saying nothing that makes sense. */
export function faultOfSilence(run: JobRun, { fault }: NotHeard): PrintFault {
  if (run.isStopped()) return 'stopped'
  return fault === 'no-answer' || fault === 'noise' ? 'no-answer' : 'unplugged'
}
