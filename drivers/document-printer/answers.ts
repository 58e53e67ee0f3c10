import {
  attributesOf,
  GROUP,
  type IppAttributes,
  type IppMessage,
  type IppValue,
  JOB_STATES,
  type JobState,
  PRINTER_STATES,
  type PrinterState,
} from './protocol.ts'

/**
 * What the attributes of an answer say, with every type checked: an attribute of the wrong syntax counts as not given.
 * Answers come from devices, so sizes are cut here and nothing is believed to be complete.
 */

const MAX_WORDS = 256
/** The longest URI of IPP (RFC 8011 section 5.1.6). */
const MAX_URI_CHARACTERS = 1023
const MAX_KEYWORD_CHARACTERS = 255

export interface PrinterReading {
  readonly printerState: PrinterState
  /** printer-state-reasons without "none", lower case. */
  readonly reasons: readonly string[]
  /** undefined: the printer does not say. */
  readonly accepting: boolean | undefined
  readonly formats: readonly string[]
  readonly operations: readonly number[]
  readonly sides: readonly string[]
  readonly media: readonly string[]
  readonly maxCopies: number | undefined
  readonly makeAndModel: string | undefined
  /** CUPS only: where the queue's printer is. */
  readonly deviceUri: string | undefined
  /** CUPS only: what its queue does with a job that failed: abort-job, retry-job, retry-current-job, stop-printer. */
  readonly errorPolicy: string | undefined
}

export interface JobReading {
  readonly id: number
  readonly name: string | undefined
  readonly state: JobState
  readonly reasons: readonly string[]
  /** Sides printed so far, as far as this printer counts. */
  readonly impressionsCompleted: number
  /** False: the printer says that it never began with it (time-at-processing is "no-value"). undefined: it does not say. */
  readonly everProcessed: boolean | undefined
}

/** The printer group of a Get-Printer-Attributes answer; undefined when it lacks what every printer must say. */
export function readPrinter(message: IppMessage): PrinterReading | undefined {
  const attributes = attributesOf(message, GROUP.printer)
  const printerState = numberedWord(PRINTER_STATES, numbers(attributes, 'printer-state', 'enum')[0])
  const reasons = words(attributes, 'printer-state-reasons')
  if (printerState === undefined || !attributes.has('printer-state-reasons')) return undefined
  return {
    printerState,
    reasons: reasons.map((word) => word.toLowerCase()).filter((word) => word !== 'none'),
    accepting: flag(attributes, 'printer-is-accepting-jobs'),
    formats: words(attributes, 'document-format-supported').map((word) => word.toLowerCase()),
    operations: numbers(attributes, 'operations-supported', 'enum').slice(0, MAX_WORDS),
    sides: words(attributes, 'sides-supported'),
    media: words(attributes, 'media-supported'),
    maxCopies: upperOf(attributes.get('copies-supported')?.[0]),
    makeAndModel: words(attributes, 'printer-make-and-model')[0],
    deviceUri: words(attributes, 'device-uri')[0],
    errorPolicy: words(attributes, 'printer-error-policy')[0],
  }
}

/** All jobs of a Get-Jobs, Get-Job-Attributes, Create-Job or Print-Job answer; what is no job is left out. */
export function readJobs(message: IppMessage): JobReading[] {
  const jobs: JobReading[] = []
  for (const group of message.groups) {
    const job = group.tag === GROUP.job ? readJob(group.attributes) : undefined
    if (job !== undefined) jobs.push(job)
  }
  return jobs
}

function readJob(attributes: IppAttributes): JobReading | undefined {
  const id = numbers(attributes, 'job-id', 'integer')[0]
  const state = numberedWord(JOB_STATES, numbers(attributes, 'job-state', 'enum')[0])
  if (id === undefined || id < 1 || state === undefined) return undefined
  return {
    id,
    name: words(attributes, 'job-name')[0],
    state,
    reasons: words(attributes, 'job-state-reasons').filter((word) => word !== 'none'),
    impressionsCompleted: Math.max(0, numbers(attributes, 'job-impressions-completed', 'integer')[0] ?? 0),
    everProcessed: timeIsGiven(attributes.get('time-at-processing')?.[0]),
  }
}

/** Names of the attributes that the printer ignores or replaces, from the unsupported group. */
export function readUnsupported(message: IppMessage): string[] {
  return [...attributesOf(message, GROUP.unsupported).keys()].slice(0, MAX_WORDS)
}

/** Whether a job can be ours by its name; printers that tell no names, or cut them short, are given the benefit. */
export function isNamed({ name = '' }: JobReading, jobName: string): boolean {
  return jobName.startsWith(name)
}

export function isTerminal(state: JobState): boolean {
  return state === 'canceled' || state === 'aborted' || state === 'completed'
}

function timeIsGiven(value: IppValue | undefined): boolean | undefined {
  if (value?.kind === 'integer') return true
  return value?.kind === 'out-of-band' && value.value === 'no-value' ? false : undefined
}

function upperOf(value: IppValue | undefined): number | undefined {
  if (value?.kind === 'range') return value.upper
  return value?.kind === 'integer' ? value.value : undefined
}

function numberedWord<T extends string>(table: Readonly<Record<number, T>>, number: number | undefined): T | undefined {
  return number !== undefined && Object.hasOwn(table, number) ? table[number] : undefined
}

function numbers(attributes: IppAttributes, name: string, kind: 'integer' | 'enum'): number[] {
  const found: number[] = []
  for (const value of attributes.get(name) ?? []) {
    if (value.kind === kind) found.push(value.value)
  }
  return found
}

function flag(attributes: IppAttributes, name: string): boolean | undefined {
  const value = attributes.get(name)?.[0]
  return value?.kind === 'boolean' ? value.value : undefined
}

/** The string values of an attribute, whatever their syntax. */
function words(attributes: IppAttributes, name: string): string[] {
  const found: string[] = []
  for (const value of attributes.get(name) ?? []) {
    if (found.length === MAX_WORDS) break
    if ('value' in value && typeof value.value === 'string' && value.kind !== 'out-of-band') {
      found.push(value.value.slice(0, value.kind === 'uri' ? MAX_URI_CHARACTERS : MAX_KEYWORD_CHARACTERS))
    }
  }
  return found
}
