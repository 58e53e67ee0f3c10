import type { AcceptedFrame, Frame, QuarantineReason } from '../sync/protocol/frames.ts'
import type { SendHint } from '../sync/protocol/worker-port.ts'
import type { FlightParts } from './flight-parts.ts'

/** Read side by side: the disk's answers come in one turn of the loop, and no more files are open at once. */
const READ_AT_ONCE = 50

/** What became of each submission so far; the truth is in the journal. */
export interface Hints {
  readonly known: Map<string, SendHint>
  is(submissionId: string, outcome: 'received' | 'quarantined' | 'unknown-submission'): void
  /** Try again; not before `retryAfterMs` when the hub said so. */
  again(submissionId: string, hubWide?: boolean, retryAfterMs?: number | null): void
}

/** One small group, read and ready to leave. */
export interface Loaded {
  /** In the order asked for. */
  readonly frames: readonly AcceptedFrame[]
  /** Of those that do not leave. */
  readonly hints: Hints
}

function createHints(): Hints {
  const known = new Map<string, SendHint>()
  return {
    known,
    is: (submissionId, outcome) => void known.set(submissionId, { submissionId, outcome }),
    again: (submissionId, hubWide = false, retryAfterMs = null) =>
      void known.set(submissionId, { submissionId, outcome: 'failed', hubWide, retryAfterMs }),
  }
}

/** Reads back from the journal what is still to be delivered of a group. Throws only for bugs. */
export async function load(submissionIds: readonly string[], parts: FlightParts): Promise<Loaded> {
  const { journal, ledger, trust, log } = parts
  const hints = createHints()
  const frames: AcceptedFrame[] = []
  const wanted: string[] = []
  for (const submissionId of submissionIds) {
    const entry = ledger.bySubmission(submissionId)
    if (entry === undefined) hints.is(submissionId, 'unknown-submission')
    else if (entry.state === 'received' || entry.purged) hints.is(submissionId, 'received')
    else if (entry.state === 'quarantined') hints.is(submissionId, 'quarantined')
    else if (trust.keySet() === undefined || !trust.enrolled()) hints.again(submissionId, true)
    else wanted.push(submissionId)
  }
  for (let at = 0; at < wanted.length; at += READ_AT_ONCE) {
    const ids = wanted.slice(at, at + READ_AT_ONCE)
    const reads = await Promise.all(ids.map(async (id) => ({ id, read: await journal.readAccepted(id) })))
    for (const { id, read } of reads) {
      if (read.ok) frames.push(read.frame)
      else if (read.fault === 'purged') hints.is(id, 'received')
      else if (read.fault === 'damaged') await quarantine(id, 'damaged', read.detail, parts, hints)
      else {
        // The disk may have had a bad moment: tried again, and said loudly each time.
        const error = `the journal cannot give it back: ${read.fault}, ${read.detail}`
        log('flight-fault', { submissionId: id, error })
        hints.again(id)
      }
    }
  }
  return { frames, hints }
}

/** Put aside with its reason, which is a frame, so that it survives. */
export async function quarantine(
  submissionId: string,
  reason: QuarantineReason,
  detail: string,
  { journal, nowIso, log }: FlightParts,
  hints: Hints,
): Promise<void> {
  const frame: Frame = { type: 'quarantined', at: nowIso(), submissionId, reason, detail: detail.slice(0, 300) }
  if (!(await journal.append(frame)).ok) return hints.again(submissionId)
  log('submission-quarantined', { submissionId, reason, detail })
  hints.is(submissionId, 'quarantined')
}
