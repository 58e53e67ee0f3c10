import type { IppTarget } from './address.ts'
import { isTerminal, type JobReading, type PrinterReading, readJobs, readPrinter, readUnsupported } from './answers.ts'
import type { IppPost, PostFault } from './http-post.ts'
import { decodeIppMessage, type IppMessage, isOk, STATUS } from './protocol.ts'
import { type AskOf, encodeRequest, type JobTicket } from './requests.ts'
import type { DocumentPrinterTiming } from './timing.ts'

/** Questions to one IPP object and what it answered, each bounded in time and size. It keeps nothing but its counters. */

/** More jobs than a kiosk's printer remembers; a list longer than an answer may be is cut off by `limit`. */
const MAX_LISTED_JOBS = 200
const MAX_REQUEST_ID = 0x7fffffff

/** Nobody answered, or not in IPP. */
export interface NotHeard {
  readonly ok: false
  readonly fault: PostFault
  readonly detail: string
  /** False: surely no byte of the request arrived. */
  readonly left: boolean
}

/** The printer answered that it will not. */
export interface Refused {
  readonly ok: false
  readonly fault: 'status'
  readonly status: number
  /** Names of the attributes that it does not support. */
  readonly unsupported: readonly string[]
}

export type Asked<T> = ({ readonly ok: true } & T) | Refused | NotHeard

export interface Conversation {
  readonly target: IppTarget
  printer(what: 'all' | 'look'): Promise<Asked<{ readonly reading: PrinterReading }>>
  /** ok with names of what the printer would ignore or replace. */
  validate(ticket: JobTicket): Promise<Asked<{ readonly unsupported: readonly string[] }>>
  create(ticket: JobTicket): Promise<Asked<{ readonly job: JobReading; readonly unsupported: readonly string[] }>>
  /** The whole document, as the only one of its job. */
  send(id: number, pdf: Uint8Array): Promise<Asked<unknown>>
  /** Create-Job and Send-Document in one, for printers that know no Create-Job. */
  printAtOnce(ticket: JobTicket, pdf: Uint8Array): Promise<Asked<{ readonly job: JobReading }>>
  job(id: number): Promise<Asked<{ readonly job: JobReading }>>
  /**
   * The newest job with this name and a number above `afterId`; undefined: the printer lists none. `keepsHistory`: it lists
   * finished jobs at all.
   */
  findJob(
    jobName: string,
    afterId: number,
  ): Promise<Asked<{ readonly job: JobReading | undefined; readonly keepsHistory: boolean }>>
  cancel(id: number): Promise<Asked<unknown>>
  /** Answers since the last good one that made no sense. */
  garbled(): number
}

export function createConversation(target: IppTarget, post: IppPost, timing: DocumentPrinterTiming): Conversation {
  let requestId = 0
  let garbled = 0

  const noise = (detail: string): NotHeard => {
    garbled += 1
    return { ok: false, fault: 'noise', detail, left: true }
  }

  async function ask(question: AskOf, pdf?: Uint8Array): Promise<Asked<{ readonly message: IppMessage }>> {
    requestId = requestId === MAX_REQUEST_ID ? 1 : requestId + 1
    const head = encodeRequest(target, question, requestId)
    const posted = await post.post({
      target,
      parts: pdf === undefined ? [head] : [head, pdf],
      timeoutMs: pdf === undefined ? timing.answerTimeoutMs : timing.documentTimeoutMs,
      alone: pdf !== undefined || question.ask === 'createJob',
    })
    if (!posted.ok) return posted.fault === 'noise' ? { ...noise(posted.detail), left: posted.left } : posted
    const decoded = decodeIppMessage(posted.bytes)
    if (!decoded.ok) return noise(`its answer is no IPP: ${decoded.fault} at byte ${decoded.at}`)
    const { message } = decoded
    if (message.requestId !== requestId) return noise('its answer is to another request')
    garbled = 0
    if (isOk(message.code)) return { ok: true, message }
    return { ok: false, fault: 'status', status: message.code, unsupported: readUnsupported(message) }
  }

  async function askForJob(question: AskOf, pdf?: Uint8Array) {
    const asked = await ask(question, pdf)
    if (!asked.ok) return asked
    const job = readJobs(asked.message)[0]
    if (job === undefined) return noise('its answer names no job')
    return { ok: true as const, job, unsupported: unsupportedOf(asked.message) }
  }

  async function list(which: 'completed' | 'not-completed') {
    const asked = await ask({ ask: 'getJobs', which, limit: MAX_LISTED_JOBS })
    return asked.ok ? { ok: true as const, jobs: readJobs(asked.message) } : asked
  }

  return {
    target,
    async printer(what) {
      const asked = await ask({ ask: 'getPrinterAttributes', what })
      if (!asked.ok) return asked
      const reading = readPrinter(asked.message)
      return reading === undefined ? noise('its answer does not say how it is') : { ok: true, reading }
    },
    async validate(ticket) {
      const asked = await ask({ ask: 'validateJob', ticket })
      return asked.ok ? { ok: true, unsupported: unsupportedOf(asked.message) } : asked
    },
    create: (ticket) => askForJob({ ask: 'createJob', ticket }),
    send: (id, pdf) => ask({ ask: 'sendDocument', id }, pdf),
    printAtOnce: (ticket, pdf) => askForJob({ ask: 'printJob', ticket }, pdf),
    job: (id) => askForJob({ ask: 'getJobAttributes', id }),
    async findJob(jobName, afterId) {
      const open = await list('not-completed')
      if (!open.ok) return open
      const done = await list('completed')
      if (!done.ok) return done
      const found = [...open.jobs, ...done.jobs].filter(({ name, id }) => name === jobName && id > afterId)
      // Of several, the newest tells: a former try was cancelled.
      const job = found.reduce<JobReading | undefined>(
        (newest, each) => (newest === undefined || each.id > newest.id ? each : newest),
        undefined,
      )
      return { ok: true, job, keepsHistory: done.jobs.some(({ state }) => isTerminal(state)) }
    },
    cancel: (id) => ask({ ask: 'cancelJob', id }),
    garbled: () => garbled,
  }
}

function unsupportedOf(message: IppMessage): string[] {
  return message.code === STATUS.ok ? [] : readUnsupported(message)
}
