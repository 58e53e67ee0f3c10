import { SIDES, type Sides } from './requests.ts'

export interface PrintOptions {
  /**
   * Names the job at the printer ("bianmin-" before it), so no name of a person: letters, digits, "." "_" "-", at most 64.
   * Asked for again while it runs or waits, it is the same job and the same promise.
   */
  readonly jobId: string
  readonly pdf: Uint8Array
  /** Default 1. */
  readonly copies?: number
  /** Default: as the printer is set. */
  readonly sides?: Sides
  /**
   * A certificate that may be printed once: asked for again after its bytes left, it is refused (`already-sent`), also in
   * a new process as long as the printer remembers the job.
   */
  readonly oneTime?: boolean
  /** Printed sides of one copy, where the caller knows: then "all" can be told from "some". */
  readonly pages?: number
  /** For the whole job; default 180 s. */
  readonly timeoutMs?: number
}

/** A scanned bundle of 100 pages is about this much; a kiosk's own documents are far below 1 MB. */
export const MAX_PDF_BYTES = 64 * 1024 * 1024
const MAX_COPIES = 99
const MAX_PAGES = 10_000

export interface CheckedJob {
  readonly pdf: Uint8Array
  readonly copies: number
  readonly sides: Sides | undefined
  readonly oneTime: boolean
  /** Sides of all copies together; undefined: not known. */
  readonly expected: number | undefined
}

/** Says what is wrong with the options; nothing of the document stands in it. */
export function checkPrintOptions(
  options: PrintOptions,
): { readonly ok: true; readonly job: CheckedJob } | { readonly ok: false; readonly detail: string } {
  const { jobId, pdf, copies = 1, sides, oneTime = false, pages } = options
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(jobId)) return bad('jobId is letters, digits, ".", "_", "-", 1 to 64 of them')
  if (!isPdf(pdf)) return bad('the document is no PDF')
  if (pdf.length > MAX_PDF_BYTES) return bad(`the document is longer than ${MAX_PDF_BYTES} bytes`)
  if (!isCount(copies, MAX_COPIES)) return bad(`copies is a whole number from 1 to ${MAX_COPIES}`)
  if (sides !== undefined && !SIDES.includes(sides)) return bad(`sides is one of ${SIDES.join(', ')}`)
  if (pages !== undefined && !isCount(pages, MAX_PAGES)) return bad(`pages is a whole number from 1 to ${MAX_PAGES}`)
  const expected = pages === undefined ? undefined : pages * copies
  return { ok: true, job: { pdf, copies, sides, oneTime, expected } }
}

/** Its first bytes say so; readers accept some bytes before them (ISO 32000-1 appendix H), printers often do not. */
function isPdf(bytes: Uint8Array): boolean {
  return '%PDF-'.split('').every((character, index) => bytes[index] === character.charCodeAt(0))
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max
}

function bad(detail: string): { readonly ok: false; readonly detail: string } {
  return { ok: false, detail }
}
