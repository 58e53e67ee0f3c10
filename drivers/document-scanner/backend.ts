import type { Clock } from '../transport/clock.ts'
import type {
  DocumentScannerState,
  PageFormat,
  ScanFault,
  ScannerAbility,
  ScanOptions,
  ScanProgress,
} from './states.ts'
import type { DocumentScannerLimits, DocumentScannerTiming } from './timing.ts'

/** What the driver asks of a way to a scanner: eSCL over HTTP (escl.ts), or SANE through scanimage (sane.ts). */
export interface ScannerBackend {
  /** Between looks while idle, in milliseconds. */
  readonly pollMs: number
  /** Asks everything anew, as at a device that nobody has seen before. */
  open(): Promise<OpenedScanner>
  /** What the device is now. Only after a good open(), and never while a job runs. */
  look(): Promise<Look>
  /** Runs one job to its end, whatever end that is; nothing of it is left at the device afterwards, as far as it can be reached. */
  scan(job: ScanJob): Promise<ScanOutcome>
  /** Ends an open() or look() that is under way, as a failure. */
  interrupt(): void
  /** Only when no job runs: lets go of all connections. Bounded in time. */
  close(): Promise<void>
}

export type Look =
  | { readonly ok: true; readonly state: DocumentScannerState; readonly ability?: ScannerAbility }
  /** The device is not to be talked to now: it must be opened again. */
  | { readonly ok: false; readonly state: DocumentScannerState; readonly detail: string }

export type OpenedScanner =
  | { readonly ok: true; readonly state: DocumentScannerState; readonly ability: ScannerAbility }
  | { readonly ok: false; readonly state: DocumentScannerState; readonly detail: string }

/** The answer to a question, or what the device is instead. */
export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly state: DocumentScannerState; readonly detail: string }

export interface ScanJob {
  /** Checked against the device's abilities. */
  readonly options: ScanOptions
  /** Aborted on cancel, on stop and when the job has lasted too long. */
  readonly signal: AbortSignal
  readonly onPage: (page: JobPage) => void
  readonly onProgress: (progress: ScanProgress) => void
}

export interface JobPage {
  readonly format: PageFormat
  /** Of its own memory, so that it can be moved to another process. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly widthPx?: number
  readonly heightPx?: number
}

/** `state`: what the job itself saw of the device; absent: it must be looked at. */
export type ScanOutcome =
  | { readonly ok: true; readonly state?: DocumentScannerState }
  | { readonly ok: false; readonly fault: ScanFault; readonly detail?: string; readonly state?: DocumentScannerState }

/** One event of the log; nothing of a page ever goes in. */
export type DocumentScannerLogEntry = { readonly event: string } & Readonly<Record<string, string | number | boolean>>

export interface BackendOptions {
  readonly clock: Clock
  readonly timing: DocumentScannerTiming
  readonly limits: DocumentScannerLimits
  readonly log: (entry: DocumentScannerLogEntry) => void
}

/** A wait that the signal ends early. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(delayMs, done)
    if (signal?.aborted) done()
    else signal?.addEventListener('abort', done)
  })
}
