import type { JournalEntry } from './entry.ts'
import type { FactColumns } from './fact-columns.ts'
import type { Damage } from './journal-api.ts'
import type { Segment } from './segment.ts'

/** What scan.ts asks of its caller and answers. */

export interface Scanned {
  /** Null when there is no journal yet, or damage took its name. */
  readonly journalId: string | null
  /** All that ever were, by number from 1: `segments[number - 1]`. */
  readonly segments: Segment[]
  /** -1 when there is no journal yet; 0 when it holds its header only. */
  readonly lastSequence: number
  readonly lastHash: Buffer
  /** Bytes of an unfinished write behind the good part of the last segment. */
  readonly tornBytes: number
  /** Frames that could be read, the header apart; and those of types that this program does not know, by type. */
  readonly frames: number
  readonly unknownFrames: number
  readonly unknownTypes: Readonly<Record<string, number>>
  /** Every place that cannot be read, whether it was journalled before or not. */
  readonly damage: readonly Damage[]
  /** What the journal itself says of damage and of purges. */
  readonly damageSeen: readonly Damage[]
  readonly purges: readonly { readonly fromSequence: number; readonly throughSequence: number }[]
}

export type ScanFault = {
  readonly ok: false
  /** `newer-format`: a later program wrote it. `unreadable`: the disk failed. */
  readonly fault: 'unreadable' | 'newer-format'
  readonly detail: string
}
export type ScanResult = ({ readonly ok: true } & Scanned) | ScanFault

export interface ScanVisitor {
  /** Called for each frame but the header, in order. */
  onEntry(entry: JournalEntry, at: { readonly segment: number; readonly offset: number }): void
  /** Called instead for all frames of a closed segment whose index has its columns; when not given they are not read. */
  onColumns?(columns: FactColumns): void
}
