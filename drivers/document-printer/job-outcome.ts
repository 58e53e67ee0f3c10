import { isFit } from '../condition/states.ts'
import type { JobRun } from './job-run.ts'
import { type DocumentPrinterState, documentPrinterCondition, type Place, type PrintFault } from './states.ts'
import { NOTHING, type Verdict } from './verdict.ts'

/** How one job ended, as the driver needs to know it. */
export type JobOutcome =
  | {
      readonly ok: true
      readonly verdict: Verdict
      readonly confirmedBy: Place
      readonly settledAtMs: number
      /** The number of the queue's job, which the queue has not closed yet: it must not be sent once more. */
      readonly openAtQueue?: number
    }
  | FailedOutcome

export interface FailedOutcome {
  readonly ok: false
  readonly fault: PrintFault
  readonly verdict: Verdict
  readonly detail?: string
  /** What the printer was like when it ended, where that is the reason. */
  readonly state?: DocumentPrinterState
  /** Something of the document may have arrived: a one-time job is not sent again. */
  readonly documentLeft: boolean
  /** The number of a job that may still print: to be cancelled and asked about later. */
  readonly unsettled?: number
}

/** Refused before a byte of the document left. */
export function before(fault: PrintFault, detail: string): FailedOutcome {
  return { ok: false, fault, detail, verdict: NOTHING, documentLeft: false }
}

export function placeOf(run: JobRun): Place {
  return run.access.kind === 'cups' ? 'queue' : 'device'
}

/** The fault that a state amounts to for a job; undefined when printing can go on. */
export function faultOfState(state: DocumentPrinterState): PrintFault | undefined {
  if (isFit(documentPrinterCondition(state))) return undefined
  switch (state.state) {
    case 'ready':
    case 'printing':
    case 'connecting':
      return undefined
    default:
      return state.state
  }
}
