/** The printer's language, bytes and numbers only (RFC 8010, RFC 8011). Nothing here talks. */
export { type DecodeIppResult, decodeIppMessage, type IppFault } from './ipp-decode.ts'
export { encodeIppMessage } from './ipp-encode.ts'
export {
  attributesOf,
  GROUP,
  type IppAttributes,
  type IppGroup,
  type IppMessage,
  type IppValue,
  TAG,
} from './ipp-values.ts'

/** Operation codes (RFC 8011 section 5.4.15). */
export const OPERATION = {
  printJob: 0x0002,
  validateJob: 0x0004,
  createJob: 0x0005,
  sendDocument: 0x0006,
  cancelJob: 0x0008,
  getJobAttributes: 0x0009,
  getJobs: 0x000a,
  getPrinterAttributes: 0x000b,
} as const
export type OperationName = keyof typeof OPERATION

/** Status codes (RFC 8011 appendix B) by which something is decided here. */
export const STATUS = {
  ok: 0x0000,
  okIgnoredOrSubstituted: 0x0001,
  /** The last of the "successful" class. */
  lastOk: 0x00ff,
  badRequest: 0x0400,
  forbidden: 0x0401,
  notAuthenticated: 0x0402,
  notAuthorized: 0x0403,
  notPossible: 0x0404,
  notFound: 0x0406,
  gone: 0x0407,
  documentFormatNotSupported: 0x040a,
  attributesOrValuesNotSupported: 0x040b,
  documentFormatError: 0x0411,
  /** The last of the "client-error" class. */
  lastClientError: 0x04ff,
  internalError: 0x0500,
  operationNotSupported: 0x0501,
  versionNotSupported: 0x0503,
  temporaryError: 0x0505,
  notAcceptingJobs: 0x0506,
  busy: 0x0507,
} as const

export function isOk(status: number): boolean {
  return status <= STATUS.lastOk
}

/** RFC 8011 section 5.3.7. */
export const JOB_STATES = {
  3: 'pending',
  4: 'pending-held',
  5: 'processing',
  6: 'processing-stopped',
  7: 'canceled',
  8: 'aborted',
  9: 'completed',
} as const
export type JobState = (typeof JOB_STATES)[keyof typeof JOB_STATES]

/** RFC 8011 section 5.4.11. */
export const PRINTER_STATES = { 3: 'idle', 4: 'processing', 5: 'stopped' } as const
export type PrinterState = (typeof PRINTER_STATES)[keyof typeof PRINTER_STATES]

export const PDF_FORMAT = 'application/pdf'
/** PWG 5101.1 self-describing name: the only paper that goes in. */
export const A4 = 'iso_a4_210x297mm'
