import type { z } from 'zod'
import type { AcceptedFact, Fact, QuarantineReason } from '../protocol/frames.ts'
import type { Chunk, SubmissionKindSchema } from '../protocol/submission.ts'
import type { ReceiptFacts } from './entry.ts'

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

const NO_CHUNKS: readonly Chunk[] = []
const NO_RECEIPT = {
  receivedAt: null,
  hubReceivedUnixMs: null,
  receivedSequence: null,
  receiptSha256: null,
  hubEpoch: null,
  hubSequence: null,
}

export function newItem(fact: AcceptedFact, journalSequence: number): LedgerItem {
  const chunks = fact.chunks ?? NO_CHUNKS
  return {
    submissionId: fact.submissionId,
    draftId: fact.draftId,
    kind: fact.kind,
    journalSequence,
    deviceSequence: fact.deviceSequence,
    ticket: fact.ticket,
    itemId: fact.itemId,
    acceptedAt: fact.at,
    envelopeSha256: fact.envelopeSha256,
    envelopeBytes: fact.envelopeBytes,
    chunks,
    bytes: chunks.reduce((sum, chunk) => sum + chunk.bytes, fact.envelopeBytes),
    state: 'queued',
    purged: false,
    printedAt: null,
    reason: null,
    detail: null,
    ...NO_RECEIPT,
  }
}

/** What a receipt says of one submission, whether it came alone or in a batch. */
export interface Reception {
  readonly at: string
  readonly receivedSequence: number
  readonly receipt: ReceiptFacts
  readonly hubEpoch: string
  readonly hubSequence: number
}

export function receivedItem(item: LedgerItem, reception: Reception): LedgerItem {
  return {
    ...item,
    state: 'received',
    reason: null,
    detail: null,
    receivedAt: reception.at,
    hubReceivedUnixMs: reception.receipt.hubUnixMs,
    receivedSequence: reception.receivedSequence,
    receiptSha256: reception.receipt.sha256,
    hubEpoch: reception.hubEpoch,
    hubSequence: reception.hubSequence,
  }
}

export function changedItem(
  item: LedgerItem,
  fact: Extract<Fact, { type: 'receipt-printed' | 'quarantined' | 'requeued' }>,
): LedgerItem {
  switch (fact.type) {
    case 'receipt-printed':
      return { ...item, printedAt: item.printedAt ?? fact.at }
    case 'quarantined': {
      // A late refusal of a flight that lost the race changes nothing.
      if (item.state === 'received') return item
      return { ...item, state: 'quarantined', reason: fact.reason, detail: fact.detail }
    }
    case 'requeued': {
      // Nothing is left to send.
      if (item.purged) return item
      return { ...item, state: 'queued', reason: null, detail: null, ...NO_RECEIPT }
    }
  }
}
