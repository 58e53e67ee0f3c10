import type { IppTarget } from './address.ts'
import {
  A4,
  encodeIppMessage,
  GROUP,
  type IppAttributes,
  type IppValue,
  OPERATION,
  type OperationName,
  PDF_FORMAT,
} from './protocol.ts'

/** The requests that we make, as bytes. Nothing of a person or a document stands in any of them. */

/** Every printer and CUPS speak it (RFC 8011 section 4.1.8 asks for 1.1; IPP Everywhere printers answer 1.1 too). */
const VERSION = { major: 1, minor: 1 }
/** requesting-user-name: what the printer's panel shows beside a job, and whom CUPS lets cancel it. */
const USER = 'bianmin'

/** The way a page is laid on both sides of a sheet; the words of the standard. */
export const SIDES = ['one-sided', 'two-sided-long-edge', 'two-sided-short-edge'] as const
export type Sides = (typeof SIDES)[number]

/** job-name: a constant and the caller's id, which names no person. A restarted terminal finds its job by it. */
export function jobNameOf(jobId: string): string {
  return `bianmin-${jobId}`
}

/** What is needed to decide about a job, and about the printer. */
const PRINTER_ATTRIBUTES = [
  'printer-state',
  'printer-state-reasons',
  'printer-is-accepting-jobs',
  'document-format-supported',
  'operations-supported',
  'sides-supported',
  'copies-supported',
  'media-supported',
  'printer-make-and-model',
  'device-uri',
  'printer-error-policy',
]
/** For a look at a printer that is known: small, asked every other second. */
const LOOK_ATTRIBUTES = ['printer-state', 'printer-state-reasons', 'printer-is-accepting-jobs', 'device-uri']
const JOB_ATTRIBUTES = [
  'job-id',
  'job-name',
  'job-state',
  'job-state-reasons',
  'job-impressions-completed',
  'time-at-processing',
]

export interface JobTicket {
  readonly jobName: string
  readonly copies: number
  readonly sides: Sides | undefined
  /** Asked for only where the printer lists it: some refuse a word that they do not know. */
  readonly namesA4: boolean
}

export type AskOf =
  | { readonly ask: 'getPrinterAttributes'; readonly what: 'all' | 'look' }
  | { readonly ask: 'validateJob' | 'createJob' | 'printJob'; readonly ticket: JobTicket }
  | { readonly ask: 'sendDocument'; readonly id: number }
  | { readonly ask: 'getJobAttributes' | 'cancelJob'; readonly id: number }
  | { readonly ask: 'getJobs'; readonly which: 'completed' | 'not-completed'; readonly limit: number }

/** The bytes of a request, without the document. Its first attributes are in the order that RFC 8011 section 4.1.4 sets. */
export function encodeRequest(target: IppTarget, question: AskOf, requestId: number): Uint8Array {
  const operation = new Map<string, IppValue[]>([
    ['attributes-charset', [{ kind: 'charset', value: 'utf-8' }]],
    ['attributes-natural-language', [{ kind: 'naturalLanguage', value: 'en' }]],
    ['printer-uri', [{ kind: 'uri', value: target.printerUri }]],
  ])
  if ('id' in question) operation.set('job-id', [{ kind: 'integer', value: question.id }])
  operation.set('requesting-user-name', [{ kind: 'name', value: USER }])
  const groups: { tag: number; attributes: IppAttributes }[] = [{ tag: GROUP.operation, attributes: operation }]
  switch (question.ask) {
    case 'getPrinterAttributes':
      operation.set('requested-attributes', keywords(question.what === 'all' ? PRINTER_ATTRIBUTES : LOOK_ATTRIBUTES))
      break
    case 'getJobAttributes':
      operation.set('requested-attributes', keywords(JOB_ATTRIBUTES))
      break
    case 'getJobs':
      operation.set('limit', [{ kind: 'integer', value: question.limit }])
      operation.set('requested-attributes', keywords(JOB_ATTRIBUTES))
      operation.set('which-jobs', [{ kind: 'keyword', value: question.which }])
      break
    case 'sendDocument':
      operation.set('document-format', [{ kind: 'mimeMediaType', value: PDF_FORMAT }])
      operation.set('last-document', [{ kind: 'boolean', value: true }])
      break
    case 'cancelJob':
      break
    default: {
      const { ticket } = question
      operation.set('job-name', [{ kind: 'name', value: ticket.jobName }])
      if (question.ask !== 'createJob') {
        operation.set('document-format', [{ kind: 'mimeMediaType', value: PDF_FORMAT }])
      }
      groups.push({ tag: GROUP.job, attributes: jobAttributes(ticket) })
    }
  }
  return encodeIppMessage({ version: VERSION, code: operationCode(question.ask), requestId, groups })
}

function jobAttributes({ copies, sides, namesA4 }: JobTicket): IppAttributes {
  const attributes = new Map<string, IppValue[]>()
  attributes.set('copies', [{ kind: 'integer', value: copies }])
  if (sides !== undefined) attributes.set('sides', keywords([sides]))
  if (namesA4) attributes.set('media', keywords([A4]))
  return attributes
}

function operationCode(name: OperationName): number {
  return OPERATION[name]
}

function keywords(words: readonly string[]): IppValue[] {
  return words.map((value) => ({ kind: 'keyword', value }))
}
