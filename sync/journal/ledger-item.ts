import type { z } from 'zod'
import type { QuarantineReason } from '../protocol/frames.ts'
import type { Chunk, SubmissionKindSchema } from '../protocol/submission.ts'

/** Where a submission stands, as the journal's frames say; nothing else is known or kept of it in memory. */
export interface LedgerItem {
  readonly submissionId: string
  readonly draftId: string
  readonly kind: z.infer<typeof SubmissionKindSchema>
  readonly journalSequence: number
  readonly deviceSequence: number
  readonly ticket: string
  readonly itemId: string
  readonly acceptedAt: string
  readonly envelopeSha256: string
  /** Length of the envelope's UTF-8 text. */
  readonly envelopeBytes: number
  /** Its sealed attachment chunks (attachments.ts); empty when there are none. */
  readonly chunks: readonly Chunk[]
  /** Envelope and chunks. */
  readonly bytes: number
  readonly state: 'queued' | 'received' | 'quarantined'
  /** The envelope is gone from this disk: it can never be sent again. */
  readonly purged: boolean
  /** When the printer said that the receipt was out, or null. */
  readonly printedAt: string | null
  /** Why it lies in quarantine and what the hub said, or null. */
  readonly reason: QuarantineReason | null
  readonly detail: string | null
  /** Of its receipt, all null while there is none: when, by this terminal's clock; ... */
  readonly receivedAt: string | null
  /** ... by the hub's (milliseconds since 1970), null too when the receipt does not say; ... */
  readonly hubReceivedUnixMs: number | null
  /** ... the journal sequence of the frame that carries it; the hash of its JWS text; epoch and sequence at the hub. */
  readonly receivedSequence: number | null
  readonly receiptSha256: string | null
  readonly hubEpoch: string | null
  readonly hubSequence: number | null
}

/** What a receipt says of all submissions that came with it. */
export interface Reception {
  readonly at: string
  readonly receivedSequence: number
  readonly receipt: { readonly sha256: string; readonly hubUnixMs: number | null }
  readonly hubEpoch: string
}
