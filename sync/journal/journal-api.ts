import type { AcceptedFrame, Frame } from '../protocol/frames.ts'
import type { Disk } from './disk.ts'
import type { JournalEntry } from './entry.ts'
import type { FactColumns } from './fact-columns.ts'
import type { Log } from './log.ts'

/** What the journal offers and answers; `openJournal` (journal.ts) makes one. */

export interface JournalOptions {
  readonly dir: string
  readonly disk?: Disk
  /** Wall clock in milliseconds since 1970, for the header frame and for damage that was found. */
  readonly clock?: { unixMs(): number }
  readonly log: Log
  /** Name for a new journal. */
  readonly newId?: () => string
  readonly segmentBytes?: number
  /**
   * Called for every frame but the header, in order: while opening for those that are there, afterwards for each new one
   * as soon as it is durable and before its append resolves. A ledger follows the journal with this and one scan. When
   * opening ends in a fault, what was handed over so far is only a beginning.
   */
  readonly onEntry?: (entry: JournalEntry) => void
  /**
   * Called while opening, in the same order, instead of `onEntry` for all frames of a closed segment at once, where the
   * segment has columns. When not given, none are used.
   */
  readonly onColumns?: (columns: FactColumns) => void
  /**
   * Room kept for receipts (space.ts): asked when anything but an `accepted` frame meets a full disk. True when it gave
   * room; the frame is then written once more.
   */
  readonly reserve?: { release(): Promise<boolean> }
}

export type AppendFault = 'disk-full' | 'closed' | 'io'
export type AppendResult =
  | { readonly ok: true; readonly sequence: number }
  | { readonly ok: false; readonly fault: AppendFault; readonly detail: string }

export type AcceptedResult =
  | { readonly ok: true; readonly sequence: number; readonly frame: AcceptedFrame }
  | {
      readonly ok: false
      readonly fault:
        | 'unknown-submission'
        /** Its envelope was purged: the hub has it, in a backup too. */
        | 'purged'
        /** The disk failed to read; it may work the next time. */
        | 'unreadable'
        /** The bytes changed where they lay, or are gone: will not come back by themselves. */
        | 'damaged'
      readonly detail: string
    }

/** A segment as it stands now; sequences are the journal's, both inclusive. */
export interface SegmentInfo {
  readonly number: number
  readonly firstSequence: number
  readonly lastSequence: number
  readonly bytes: number
  /** Nothing will be appended to it any more. */
  readonly closed: boolean
  readonly purged: boolean
  /** Bytes of it are broken, or its file is gone: kept as it is for people to look at, never purged. */
  readonly damaged: boolean
  /** Frames of a later program: what they hold, and whether it was received, is not known here. */
  readonly unknownFrames: number
  /** The submissions accepted in it, in order. */
  readonly submissionIds: readonly string[]
}

export type PurgeResult =
  | {
      readonly ok: true
      readonly submissions: number
      readonly freedBytes: number
      /** Attachment chunks of its submissions: nobody needs them any more. */
      readonly chunks: readonly string[]
    }
  | {
      readonly ok: false
      readonly fault: 'unknown-segment' | 'not-closed' | 'damaged' | 'withdrawn' | AppendFault
      readonly detail: string
    }

/** A place of the journal that cannot be read, as a `damage-seen` frame tells it. */
export type Damage = Omit<Extract<Frame, { type: 'damage-seen' }>, 'type' | 'at'>

/** One closed segment or index, read again from disk. */
export interface ScrubReport {
  readonly file: string
  readonly bytes: number
  /** Empty when all is well. What was not known before is journalled as `damage-seen` before it is reported. */
  readonly damage: readonly Damage[]
  /** The disk's error code when the file could not be read this time. */
  readonly unreadable: string | null
}

export interface Journal {
  readonly journalId: string
  /** Of the last durable frame; 0 when there is none. Sequences grow; damage can leave gaps in them. */
  readonly lastSequence: number
  /**
   * Appends one frame. Resolves only once the frame is durable (fdatasync), or with a fault when it is not there at all;
   * a failed write is cut off again. Appends keep their order.
   * @throws ZodError for a frame that breaks FrameSchema (nothing of it stays on disk), RangeError for one above the size
   * limit: both are bugs.
   */
  append(frame: Frame): Promise<AppendResult>
  /**
   * All durable frames from a sequence on, envelopes left out; ends when it has caught up. Passes over damage.
   * @throws the disk's error when it cannot read.
   */
  read(fromSequence?: number): AsyncIterable<JournalEntry>
  /** Reads one accepted frame with its envelope back from disk and checks it. */
  readAccepted(submissionId: string): Promise<AcceptedResult>
  segments(): readonly SegmentInfo[]
  /** Closes the active segment when it holds a frame; the next append begins a new one. True when it did. */
  rotate(): Promise<boolean>
  /**
   * Gives up the payloads of a closed segment: a `purged` frame, durable, then the file goes; its index stays and keeps
   * what is known of its submissions. Whether it may go is the caller's to know (`planPurge`). Idempotent; a purge that
   * a power cut interrupted is finished when the journal is opened. `stillMay` is asked in the turn in which the frame is
   * written, when everything appended before it is durable and with the ledger: what was true when the purge began may
   * not be true any more (`withdrawn`, and nothing happened).
   */
  purge(segmentNumber: number, at: string, stillMay?: () => boolean): Promise<PurgeResult>
  /** Reads the closed segments and indexes again, one at a time, looking for bytes that changed where they lay. */
  scrub(): AsyncIterable<ScrubReport>
  /** Resolves when the indexes of all closed segments are written or given up: for tests and the simulation. */
  settled(): Promise<void>
  /** Finishes pending appends and frees the lock; later appends answer 'closed'. */
  close(): Promise<void>
}

export type OpenResult =
  | {
      readonly ok: true
      readonly journal: Journal
      readonly repaired: { readonly tornBytes: number }
      /** Frames that it holds, the header apart. */
      readonly frames: number
      /** Damage seen for the first time at this start; each place is journalled as a `damage-seen` frame too. */
      readonly damage: readonly Damage[]
    }
  | { readonly ok: false; readonly fault: 'locked'; readonly detail: string }
  /** A later program wrote it: roll back no further. */
  | { readonly ok: false; readonly fault: 'newer-format'; readonly detail: string }
  /** The disk fails to read. */
  | { readonly ok: false; readonly fault: 'unreadable'; readonly detail: string }
  /** A new journal could not be begun. */
  | { readonly ok: false; readonly fault: 'disk-full' | 'io'; readonly detail: string }
