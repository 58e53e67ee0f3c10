import { z } from 'zod'
import {
  CompactJwsSchema,
  DraftIdSchema,
  HubEpochSchema,
  InstantSchema,
  Sha256Schema,
  SubmissionIdSchema,
} from './ids.ts'
import { BadgeIdSchema } from './staff.ts'
import { ChunkSchema, SubmissionKindSchema } from './submission.ts'
import { TicketSchema } from './ticket.ts'

/**
 * What the journal says, one frame an event (design.md section 4, step 5). None holds personal data in the clear: the
 * envelope is sealed. Readers keep frames of types that they do not know.
 */
export const QUARANTINE_REASONS = [
  'bad-envelope',
  'hash-conflict',
  'key-unknown',
  'too-large',
  'upgrade-needed',
  'refused',
  /** The terminal cannot read its own copy back: the bytes on its disk no longer have the hash that was journalled. */
  'damaged',
] as const
export const QuarantineReasonSchema = z.enum(QUARANTINE_REASONS)
export type QuarantineReason = z.infer<typeof QuarantineReasonSchema>

const at = InstantSchema
export const AcceptedFrameSchema = z.object({
  type: z.literal('accepted'),
  at,
  submissionId: SubmissionIdSchema,
  draftId: DraftIdSchema,
  kind: SubmissionKindSchema,
  deviceSequence: z.int().min(1),
  itemId: z.string(),
  ticket: TicketSchema,
  /** The envelope's exact text and the hash of its UTF-8 bytes. */
  envelope: z.string().min(1),
  envelopeSha256: Sha256Schema,
  /** Sealed attachment chunks that lie beside the journal, named by their hash; absent when there are none. */
  chunks: z.array(ChunkSchema).max(1000).optional(),
})
export const ReceiptPrintedFrameSchema = z.object({
  type: z.literal('receipt-printed'),
  at,
  submissionId: SubmissionIdSchema,
})
export const ReceivedFrameSchema = z.object({
  type: z.literal('received'),
  at,
  submissionId: SubmissionIdSchema,
  receipt: CompactJwsSchema,
  hubEpoch: HubEpochSchema,
  hubSequence: z.int().min(1),
})
export const QuarantinedFrameSchema = z.object({
  type: z.literal('quarantined'),
  at,
  submissionId: SubmissionIdSchema,
  reason: QuarantineReasonSchema,
  /** What the hub said, for the maintainer: status and code, never content. */
  detail: z.string().max(300),
})
export const RequeuedFrameSchema = z.object({
  type: z.literal('requeued'),
  at,
  submissionId: SubmissionIdSchema,
  by: z.string().max(80),
})
/** One signed receipt over many submissions, stored once. A version that does not know it sends again: harmless. */
export const BatchReceivedFrameSchema = z.object({
  type: z.literal('batch-received'),
  at,
  receipt: CompactJwsSchema,
  hubEpoch: HubEpochSchema,
  items: z
    .array(z.object({ submissionId: SubmissionIdSchema, hubSequence: z.int().min(1) }))
    .min(1)
    .max(500),
})
/**
 * The hub's epoch as a contact told it. Whatever was received before this frame and is still retained must be offered
 * again (`requeued`), also when the epoch is the old one and only its sequence went back.
 */
export const EpochSeenFrameSchema = z.object({
  type: z.literal('epoch-seen'),
  at,
  hubEpoch: HubEpochSchema,
  why: z.enum(['first', 'changed', 'went-back']).optional(),
})
/** The sealed payloads of all submissions accepted in this range of journal sequences are gone; what is known of them stays. */
export const PurgedFrameSchema = z.object({
  type: z.literal('purged'),
  at,
  fromSequence: z.int().min(1),
  throughSequence: z.int().min(1),
  submissions: z.int().min(0),
})
/** Bytes of the journal that could not be read: never silent. Told to staff by ticket, and to the hub at the next contact. */
export const DamageSeenFrameSchema = z.object({
  type: z.literal('damage-seen'),
  at,
  /** An unfinished write at the end (a power cut), or bytes that changed where they lay. */
  kind: z.enum(['torn-tail', 'broken']),
  segment: z.string().max(80),
  offset: z.int().min(0),
  bytes: z.int().min(0),
  /**
   * Journal sequences that are missing there; null when the end of the gap is not known. An end before the beginning: none
   * is missing, the frame at `fromSequence` is not linked to the one before it.
   */
  fromSequence: z.int().min(0),
  throughSequence: z.int().min(0).nullable(),
  /** At most so many accepted submissions stood there that nothing else is known of; their numbers are not given again. */
  mayHoldAccepted: z.int().min(0).optional(),
  /** Tickets that could still be made out in the damaged bytes, at most 100. */
  tickets: z.array(TicketSchema).max(100),
})
/**
 * Wrong PINs in a row at the maintainers' door, or with one staff badge; 0 after a right one. Survives a restart, so that
 * nobody can try without end. A version that does not know `badgeId` takes it for the door's and shuts that for a while.
 */
export const StaffLockoutFrameSchema = z.object({
  type: z.literal('staff-lockout'),
  at,
  failures: z.int().min(0),
  untilUnixMs: z.int().min(0),
  badgeId: BadgeIdSchema.optional(),
})

export const FrameSchema = z.discriminatedUnion('type', [
  AcceptedFrameSchema,
  ReceiptPrintedFrameSchema,
  ReceivedFrameSchema,
  QuarantinedFrameSchema,
  RequeuedFrameSchema,
  BatchReceivedFrameSchema,
  EpochSeenFrameSchema,
  PurgedFrameSchema,
  DamageSeenFrameSchema,
  StaffLockoutFrameSchema,
])
export type Frame = z.infer<typeof FrameSchema>
export type AcceptedFrame = z.infer<typeof AcceptedFrameSchema>

/** What is known of an accepted submission without its envelope: all that outlives the purge. */
export type AcceptedFact = Omit<AcceptedFrame, 'envelope'> & { readonly envelopeBytes: number }
/** A frame as readers of the journal get it: slim. Only `readAccepted` gives an envelope. */
export type Fact = Exclude<Frame, AcceptedFrame> | AcceptedFact
