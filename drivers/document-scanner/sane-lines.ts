import type { DocumentScannerState, ScanFault } from './states.ts'

/** What scanimage says on its standard error, line by line, in the C locale. */

/** The status codes of SANE; scanimage's exit code is one of them once the device is open. */
export const SANE_STATUS = {
  good: 0,
  unsupported: 1,
  cancelled: 2,
  busy: 3,
  invalid: 4,
  eof: 5,
  jammed: 6,
  noDocs: 7,
  coverOpen: 8,
  ioError: 9,
  noMemory: 10,
  accessDenied: 11,
} as const

/** The texts of sane_strstatus, in the order of the codes. */
const TEXTS: readonly string[] = [
  'Success',
  'Operation not supported',
  'Operation was canceled',
  'Device busy',
  'Invalid argument',
  'End of file reached',
  'Document feeder jammed',
  'Document feeder out of documents',
  'Scanner cover is open',
  'Error during device I/O',
  'Out of memory',
  'Access to resource has been denied',
]

export type SaneLine =
  | { readonly line: 'progress'; readonly percent: number }
  /** A page has ended with this status; 5 (end of file) is how a good one ends. */
  | { readonly line: 'page'; readonly status: number }
  /** A call of SANE failed; `isOpen`: the device was open already. */
  | { readonly line: 'failed'; readonly status: number; readonly isOpen: boolean }
  | { readonly line: 'through' }
  /** Told by the shell around it, because the pipeline hides it. */
  | { readonly line: 'exit'; readonly code: number }
  | { readonly line: 'other' }

export function readSaneLine(text: string): SaneLine {
  const progress = /^Progress: (\d{1,3}(?:\.\d+)?)%/.exec(text)
  if (progress !== null) return { line: 'progress', percent: Math.min(100, Number(progress[1])) }
  const page = /^Scanned page \d+\. \(scanner status = (\d{1,3})\)/.exec(text)
  if (page !== null) return { line: 'page', status: Number(page[1]) }
  if (/^Batch terminated, \d+ pages? scanned/.test(text)) return { line: 'through' }
  const exit = /^exit (\d{1,3})$/.exec(text)
  if (exit !== null) return { line: 'exit', code: Number(exit[1]) }
  const call = /^scanimage: (?:(open of device) .* failed|sane_\w+): (.+)$/.exec(text)
  if (call === null) return { line: 'other' }
  const status = TEXTS.indexOf(call[2]?.trim() ?? '')
  return { line: 'failed', status: status < 0 ? SANE_STATUS.ioError : status, isOpen: call[1] === undefined }
}

/** What a status means once the device is open. */
export function faultOfStatus(status: number): { readonly fault: ScanFault; readonly state?: DocumentScannerState } {
  switch (status) {
    case SANE_STATUS.busy:
      return { fault: 'busy', state: { state: 'busy', cause: 'other-job' } }
    case SANE_STATUS.jammed:
      return { fault: 'jam', state: { state: 'jammed' } }
    case SANE_STATUS.noDocs:
      return { fault: 'feeder-empty' }
    case SANE_STATUS.coverOpen:
      return { fault: 'cover-open', state: { state: 'cover-open' } }
    case SANE_STATUS.unsupported:
    case SANE_STATUS.invalid:
    case SANE_STATUS.accessDenied:
      return { fault: 'refused' }
    case SANE_STATUS.eof:
      return { fault: 'bad-page' }
    case SANE_STATUS.ioError:
      return { fault: 'device-error', state: { state: 'error', cause: 'io-error' } }
    default:
      return { fault: 'device-error' }
  }
}

/** What it means when the device cannot be opened. "Invalid argument" is how most backends say that there is none. */
export function stateOfOpenStatus(status: number): DocumentScannerState {
  switch (status) {
    case SANE_STATUS.busy:
      return { state: 'busy', cause: 'other-job' }
    case SANE_STATUS.accessDenied:
      return { state: 'unplugged', cause: 'no-permission' }
    case SANE_STATUS.coverOpen:
      return { state: 'cover-open' }
    case SANE_STATUS.invalid:
    case SANE_STATUS.unsupported:
      return { state: 'unplugged', cause: 'not-found' }
    default:
      return { state: 'unplugged', cause: 'lost' }
  }
}

/** A line of scanimage is below a hundred characters; what is longer is no line of its. */
const MAX_LINE_UNITS = 4096

/** Cuts a stream into lines; a carriage return ends one too, as progress is written over itself. */
export function createLineReader(onLine: (line: string) => void): {
  push(bytes: Uint8Array): void
  heldUnits(): number
} {
  const decoder = new TextDecoder()
  let rest = ''
  let isTooLong = false
  return {
    push(bytes) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split(/[\r\n]/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (!isTooLong && line.length <= MAX_LINE_UNITS) onLine(line)
        isTooLong = false
      }
      if (rest.length > MAX_LINE_UNITS) {
        rest = ''
        isTooLong = true
      }
    },
    heldUnits: () => rest.length,
  }
}
