import type { Condition } from '../condition/states.ts'
import { type Clock, realClock } from '../transport/clock.ts'
import type { DocumentScannerLogEntry } from './backend.ts'
import { createDocumentScanner, type DocumentScannerOptions } from './driver.ts'
import {
  type DocumentScannerEvent,
  type DocumentScannerState,
  documentScannerCondition,
  type ScannerAbility,
  type ScanOptions,
  type ScanPage,
  type ScanProgress,
  type ScanResult,
} from './states.ts'

/** What the one command line for devices calls for a document scanner (`npm run device`). */

export interface ProbeResult {
  readonly url: string
  readonly state: DocumentScannerState
  readonly condition: Condition
  /** What it can do; null when it could not be asked. */
  readonly ability: ScannerAbility | null
  /** What went wrong on the way, in plain English, for instance the certificate that it shows. */
  readonly details: readonly string[]
}

export interface CliOptions {
  readonly clock?: Clock
  /** The most that probe() takes; default 25 s, which is more than scanimage is given. */
  readonly timeoutMs?: number
  readonly sane?: DocumentScannerOptions['sane']
}

const PROBE_TIMEOUT_MS = 25_000

/** Looks at the scanner once and lets go of it. Never rejects. */
export async function probe(url: string, options: CliOptions = {}): Promise<ProbeResult> {
  const { clock = realClock, timeoutMs = PROBE_TIMEOUT_MS } = options
  const details: string[] = []
  let heard: (event: DocumentScannerEvent) => void = () => undefined
  const scanner = createDocumentScanner({
    url,
    clock,
    onEvent: (event) => heard(event),
    log: (entry) => keepDetail(entry, details),
    ...(options.sane && { sane: options.sane }),
  })
  await new Promise<void>((resolve) => {
    const cancel = clock.after(timeoutMs, resolve)
    heard = ({ event }) => {
      if (event !== 'state') return
      cancel()
      resolve()
    }
    scanner.start()
  })
  const state = scanner.state()
  const ability = scanner.ability() ?? null
  await scanner.stop()
  return { url, state, condition: documentScannerCondition(state), ability, details }
}

export interface ScanOnceOptions extends CliOptions {
  readonly signal?: AbortSignal
  readonly onPage: (page: ScanPage) => void
  readonly onProgress?: (progress: ScanProgress) => void
}

/** Scans once and lets go of the scanner. Never rejects. */
export async function scan(url: string, asked: ScanOptions, options: ScanOnceOptions): Promise<ScanResult> {
  const { clock = realClock, sane, signal, onPage, onProgress } = options
  const nothing = (): void => undefined
  const scanner = createDocumentScanner({ url, clock, onEvent: nothing, log: nothing, ...(sane && { sane }) })
  scanner.start()
  const result = await scanner.scan(asked, { onPage, ...(signal && { signal }), ...(onProgress && { onProgress }) })
  await scanner.stop()
  return result
}

function keepDetail({ detail }: DocumentScannerLogEntry, details: string[]): void {
  if (typeof detail === 'string' && detail !== '' && !details.includes(detail)) details.push(detail)
}
