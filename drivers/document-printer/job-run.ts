import type { Clock } from '../transport/clock.ts'
import type { Access } from './access.ts'
import type { Conversation } from './conversation.ts'
import type { DocumentPrinterLogEntry } from './log.ts'
import type { Standing } from './reasons.ts'
import type { DocumentPrinterState } from './states.ts'
import type { DocumentPrinterTiming } from './timing.ts'

/** What every step of one job knows. */
export interface JobRun {
  readonly jobId: string
  readonly access: Access
  /** access.main, which takes the job. */
  readonly main: Conversation
  /** operations-supported. */
  readonly operations: readonly number[]
  readonly clock: Clock
  readonly timing: DocumentPrinterTiming
  /** When the job's time is up, on the clock. */
  readonly deadlineMs: number
  /** The highest numbers that jobs of this name had before ours: a document that is printed again has the same name. */
  readonly after: { main: number; device: number }
  /** Stems of keywords that stood when the job began; only what comes later can be why it does not move. */
  readonly whispersBefore: ReadonlySet<string>
  /** Stems of keywords that call themselves warnings and stop jobs: shared by all jobs, ended by a look without them. */
  readonly distrusted: Set<string>
  readonly log: (entry: DocumentPrinterLogEntry) => void
  /** How the printer stands while the job is under way, or why it cannot be said. */
  readonly onStanding: (standing: Standing | { readonly state: DocumentPrinterState }) => void
  isStopped(): boolean
  /** Ends early when the driver is stopped. */
  sleep(delayMs: number): Promise<void>
}
