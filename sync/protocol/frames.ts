import { z } from 'zod'
import {
  CompactJwsSchema,
  DraftIdSchema,
  HubEpochSchema,
  InstantSchema,
  Sha256Schema,
  SubmissionIdSchema,
} from './ids.ts'
import { SubmissionKindSchema } from './submission.ts'
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
export const EpochSeenFrameSchema = z.object({ type: z.literal('epoch-seen'), at, hubEpoch: HubEpochSchema })

export const FrameSchema = z.discriminatedUnion('type', [
  AcceptedFrameSchema,
  ReceiptPrintedFrameSchema,
  ReceivedFrameSchema,
  QuarantinedFrameSchema,
  RequeuedFrameSchema,
  EpochSeenFrameSchema,
])
export type Frame = z.infer<typeof FrameSchema>
export type AcceptedFrame = z.infer<typeof AcceptedFrameSchema>
