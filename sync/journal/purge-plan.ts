import type { SegmentInfo } from './journal-api.ts'
import type { Ledger } from './ledger.ts'
import type { LedgerItem } from './ledger-item.ts'

/** queue-and-sync.md section 8.4: the later of the hub's backup and this age decides. */
export const MINIMUM_RETENTION_MS = 24 * 60 * 60_000

export interface PurgeQuestion {
  readonly segments: readonly SegmentInfo[]
  readonly ledger: Ledger
  /** As the hub last said in a signed answer, with the epoch and the time of that answer; null when it never did. */
  readonly backedUpThrough: number | null
  readonly hubEpoch: string | null
  /** The hub's signed clock, now; null when it was not heard since start. */
  readonly hubNowUnixMs: number | null
  /** This terminal's clock. */
  readonly nowUnixMs: number
  readonly minimumRetentionMs?: number
}

/** Why a segment, or a submission in it, has to stay. */
export type HeldBecause =
  | 'active'
  | 'damaged'
  /** A later program wrote in it before a roll-back: what it accepted there may not have been received. */
  | 'unknown-frames'
  /** No submission stands in it: nothing to win. */
  | 'no-submissions'
  | 'not-received'
  /** The hub has not said, in its present epoch, how far its backup reaches; or its clock is not known. */
  | 'hub-silent'
  /** Its receipt is of another epoch, or older than the last word about the epoch: it will be offered again. */
  | 'epoch'
  | 'not-backed-up'
  | 'too-young'

export interface PurgePlan {
  /** Numbers of the segments that may go, in order. */
  readonly purgeable: readonly number[]
  /** All of the active segment's submissions may go: `rotate` would make it purgeable. */
  readonly rotateHelps: boolean
  /**
   * The active segment holds a submission that is older than the minimum, by this terminal's clock: kept open it would
   * take young ones in for ever, and so never go as a whole.
   */
  readonly rotateIsDue: boolean
  /** The first reason of each unpurged segment that has to stay. */
  readonly held: readonly { readonly segment: number; readonly because: HeldBecause }[]
}

/**
 * Which segments may be purged. A submission's payload may go when its receipt is of the hub's present epoch and younger
 * than the last `epoch-seen` frame, the hub says that it is in a backup, and the receipt is old enough by two clocks:
 * this terminal's from receipt to now, and the hub's from the receipt's own time to now. The smaller age counts, so one
 * clock that jumps, back or ahead, can only keep it longer. Pure.
 */
export function planPurge(question: PurgeQuestion): PurgePlan {
  const purgeable: number[] = []
  const held: { segment: number; because: HeldBecause }[] = []
  let rotateHelps = false
  let rotateIsDue = false
  for (const segment of question.segments) {
    if (segment.purged) continue
    if (!segment.closed) rotateIsDue = holdsOld(segment, question)
    const because = whyHeld(segment, question)
    if (because !== undefined) held.push({ segment: segment.number, because })
    else if (segment.closed) purgeable.push(segment.number)
    else {
      rotateHelps = true
      held.push({ segment: segment.number, because: 'active' })
    }
  }
  return { purgeable, rotateHelps, rotateIsDue, held }
}

/** Its submissions stand in the order of acceptance: the first tells, unless the clock jumped, and that costs a day. */
function holdsOld({ submissionIds }: SegmentInfo, question: PurgeQuestion): boolean {
  const oldest = question.ledger.bySubmission(submissionIds[0] ?? '')
  if (oldest === undefined) return false
  return question.nowUnixMs - Date.parse(oldest.acceptedAt) >= (question.minimumRetentionMs ?? MINIMUM_RETENTION_MS)
}

function whyHeld(segment: SegmentInfo, question: PurgeQuestion): HeldBecause | undefined {
  if (segment.damaged) return 'damaged'
  if (segment.unknownFrames > 0) return 'unknown-frames'
  if (segment.submissionIds.length === 0) return 'no-submissions'
  for (const submissionId of segment.submissionIds) {
    const item = question.ledger.bySubmission(submissionId)
    // A second frame of the same draft is none of the ledger's: it was never promised.
    if (item === undefined) continue
    const because = whyKept(item, question)
    if (because !== undefined) return because
  }
  return undefined
}

/** Why one submission's payload has to stay, or undefined. */
export function whyKept(item: LedgerItem, question: PurgeQuestion): HeldBecause | undefined {
  const { ledger, backedUpThrough, hubEpoch, hubNowUnixMs, nowUnixMs } = question
  if (item.purged) return undefined
  const { hubSequence, receivedSequence, receivedAt, hubReceivedUnixMs } = item
  if (item.state !== 'received' || hubSequence === null || receivedSequence === null || receivedAt === null) {
    return 'not-received'
  }
  if (item.hubEpoch !== ledger.hubEpoch || receivedSequence < ledger.epochSeenSequence) return 'epoch'
  if (backedUpThrough === null || hubNowUnixMs === null || hubEpoch !== ledger.hubEpoch) return 'hub-silent'
  // A receipt that does not tell its time gives no age by the hub's clock.
  if (hubReceivedUnixMs === null) return 'hub-silent'
  if (hubSequence > backedUpThrough) return 'not-backed-up'
  const ageMs = Math.min(nowUnixMs - Date.parse(receivedAt), hubNowUnixMs - hubReceivedUnixMs)
  return ageMs >= (question.minimumRetentionMs ?? MINIMUM_RETENTION_MS) ? undefined : 'too-young'
}
