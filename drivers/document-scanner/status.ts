import type { DocumentScannerState, ScanFault } from './states.ts'
import { childOf, countOf, descendantsOf, readXml, textOf } from './xml.ts'

/** ScannerStatus of eSCL: what the device is doing, what its feeder says, and which jobs it knows. */

const JOB_STATES = ['Pending', 'Processing', 'Completed', 'Canceled', 'Aborted'] as const
export type EsclJobState = (typeof JOB_STATES)[number]

export interface EsclJobInfo {
  /** As the device writes it: a path or a whole URL. */
  readonly uri: string
  readonly state: EsclJobState | 'unknown'
  readonly imagesCompleted: number | undefined
}

export interface EsclStatus {
  readonly device: 'idle' | 'processing' | 'testing' | 'stopped' | 'down' | 'unknown'
  readonly feeder: FeederState
  /** Undefined: the device lists none at all, so that a job that is missing proves nothing. */
  readonly jobs: readonly EsclJobInfo[] | undefined
}

export type FeederState =
  | 'absent'
  | 'loaded'
  | 'empty'
  | 'processing'
  | 'jam'
  | 'open'
  | 'misfed'
  | 'tray-failed'
  | 'overloaded'
  | 'unknown'

/** Also the words that single makers use (sane-airscan and naps2 list them). */
const FEEDER_WORDS: Readonly<Record<string, FeederState>> = {
  ScannerAdfLoaded: 'loaded',
  ScannedAdfLoaded: 'loaded',
  ScannerAdfEmpty: 'empty',
  ScannerAdfProcessing: 'processing',
  ScannerAdfJam: 'jam',
  ScannerAdfHatchOpen: 'open',
  ScannerAdfDoorOpen: 'open',
  ScannerAdfCoverOpen: 'open',
  ScannerAdfMispick: 'misfed',
  ScannerAdfMultipickDetected: 'misfed',
  ScannerAdfDuplexPageTooShort: 'misfed',
  ScannerAdfDuplexPageTooLong: 'misfed',
  ScannerAdfInputTrayFailed: 'tray-failed',
  ScannerAdfInputTrayOverloaded: 'overloaded',
}

const DEVICE_WORDS: Readonly<Record<string, EsclStatus['device']>> = {
  Idle: 'idle',
  Processing: 'processing',
  Testing: 'testing',
  Stopped: 'stopped',
  Down: 'down',
}

/** Devices forget jobs after a few; a list longer than this is not read to its end. */
const MAX_JOBS = 100

export type ReadStatusResult =
  | { readonly ok: true; readonly status: EsclStatus }
  | { readonly ok: false; readonly fault: 'not-understood' | 'too-long'; readonly detail: string }

/** Reads a ScannerStatus document. Never throws. */
export function readStatus(bytes: Uint8Array): ReadStatusResult {
  const read = readXml(bytes)
  if (!read.ok) return read
  const { root } = read
  if (root.name !== 'ScannerStatus') {
    return { ok: false, fault: 'not-understood', detail: `<${root.name}> instead of ScannerStatus` }
  }
  const device = textOf(root, 'State')
  if (device === undefined) return { ok: false, fault: 'not-understood', detail: 'ScannerStatus without a State' }
  const feeder = textOf(root, 'AdfState')
  const jobs = childOf(root, 'Jobs')
  return {
    ok: true,
    status: {
      device: wordIn(DEVICE_WORDS, device) ?? 'unknown',
      feeder: feeder === undefined ? 'absent' : (wordIn(FEEDER_WORDS, feeder) ?? 'unknown'),
      jobs: jobs && descendantsOf(jobs, 'JobInfo').slice(0, MAX_JOBS).map(jobOf),
    },
  }
}

function jobOf(info: Parameters<typeof textOf>[0]): EsclJobInfo {
  const state = textOf(info, 'JobState')
  return {
    uri: textOf(info, 'JobUri') ?? '',
    state: JOB_STATES.find((known) => known === state) ?? 'unknown',
    imagesCompleted: countOf(textOf(info, 'ImagesCompleted')),
  }
}

/** A plain look-up would find `constructor` and the like. */
function wordIn<T>(words: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined
}

/** What stands in the way of a scan from the feeder, as the device shows it; undefined for nothing. */
export function hindranceOf({
  device,
  feeder,
}: EsclStatus): { readonly fault: ScanFault; readonly state: DocumentScannerState } | undefined {
  switch (feeder) {
    case 'jam':
      return { fault: 'jam', state: { state: 'jammed' } }
    case 'open':
      return { fault: 'cover-open', state: { state: 'cover-open' } }
    case 'misfed':
      return { fault: 'misfeed', state: { state: 'misfed' } }
    case 'overloaded':
      return { fault: 'overloaded', state: { state: 'overloaded' } }
    case 'tray-failed':
      return { fault: 'device-error', state: { state: 'error', cause: 'tray-failed' } }
    default:
      if (device === 'stopped' || device === 'down') {
        return { fault: 'device-error', state: { state: 'error', cause: device } }
      }
      return undefined
  }
}

/** The device's state when no job of ours runs. */
export function stateOf(status: EsclStatus, has: { feeder: boolean; detectsPaper: boolean }): DocumentScannerState {
  const hindrance = hindranceOf(status)
  if (hindrance !== undefined) return hindrance.state
  if (status.device === 'testing') return { state: 'busy', cause: 'self-test' }
  if (status.device === 'processing') return { state: 'busy', cause: 'other-job' }
  if (!has.feeder) return { state: 'ready', feeder: 'none' }
  const { feeder } = status
  const isTold = feeder === 'loaded' || (feeder === 'empty' && has.detectsPaper)
  return { state: 'ready', feeder: isTold ? feeder : 'unknown' }
}
