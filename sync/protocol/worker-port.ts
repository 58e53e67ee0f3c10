import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { QuarantineReasonSchema } from './frames.ts'
import { HubEpochSchema, InstantSchema, SubmissionIdSchema } from './ids.ts'
import { ConnectionSchema } from './queue-view.ts'
import { SubmissionKindSchema } from './submission.ts'
import { TicketSchema } from './ticket.ts'

/**
 * The sync worker's own channel to main: queue methods only (design.md section 2). Envelopes never cross it.
 */

/** How long main waits for a renewal before it drains by itself. */
export const LEASE_MS = 15_000
/** Most submissions that one call may name. */
export const MAX_SEND = 200
/** How often the worker renews. */
export const LEASE_RENEW_MS = 5_000

/**
 * What one journal frame means for one submission: no envelope, no signature, nothing personal. A frame over many
 * submissions (a batch's receipt, a purge) gives an event for each, all with the frame's sequence.
 */
export const QueueEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('accepted'),
    journalSequence: z.int().min(1),
    at: InstantSchema,
    submissionId: SubmissionIdSchema,
    kind: SubmissionKindSchema,
    deviceSequence: z.int().min(1),
    itemId: z.string(),
    ticket: TicketSchema,
    bytes: z.int().min(1),
  }),
  z.object({
    type: z.literal('received'),
    journalSequence: z.int().min(1),
    at: InstantSchema,
    submissionId: SubmissionIdSchema,
    hubSequence: z.int().min(1),
  }),
  z.object({
    type: z.literal('quarantined'),
    journalSequence: z.int().min(1),
    at: InstantSchema,
    submissionId: SubmissionIdSchema,
    reason: QuarantineReasonSchema,
  }),
  z.object({
    type: z.literal('requeued'),
    journalSequence: z.int().min(1),
    at: InstantSchema,
    submissionId: SubmissionIdSchema,
  }),
  /** The payload is gone from this machine, long after the hub's receipt: the queue forgets the item. */
  z.object({
    type: z.literal('purged'),
    journalSequence: z.int().min(1),
    at: InstantSchema,
    submissionId: SubmissionIdSchema,
  }),
])
export type QueueEvent = z.infer<typeof QueueEventSchema>

/** What main pushes to the worker: frames in order, and how the hub stands. */
export const FeedMessageSchema = z.discriminatedUnion('kind', [
  /** `journalId` names the journal; `throughSequence` is the highest sequence that this message brings the reader to. */
  z.object({
    kind: z.literal('events'),
    journalId: z.string(),
    throughSequence: z.int().min(0),
    events: z.array(QueueEventSchema),
  }),
  z.object({ kind: z.literal('connection'), connection: ConnectionSchema }),
  /** A newer catalogue package lies ready: pull. */
  z.object({ kind: z.literal('catalogue-changed'), version: z.int() }),
])
export type FeedMessage = z.infer<typeof FeedMessageSchema>

/** A hint about one flight; the truth reaches RxDB through the feed. */
export const SendHintSchema = z.discriminatedUnion('outcome', [
  z.object({ submissionId: SubmissionIdSchema, outcome: z.literal('received') }),
  z.object({ submissionId: SubmissionIdSchema, outcome: z.literal('quarantined') }),
  /** Try again; not before `retryAfterMs` when the hub said so. */
  z.object({
    submissionId: SubmissionIdSchema,
    outcome: z.literal('failed'),
    hubWide: z.boolean(),
    retryAfterMs: z.int().min(0).nullable(),
  }),
  z.object({ submissionId: SubmissionIdSchema, outcome: z.literal('unknown-submission') }),
])
export type SendHint = z.infer<typeof SendHintSchema>

export const takeLease = oc.input(z.object({ workerId: z.uuid() })).output(z.object({ granted: z.boolean() }))
export const renewLease = oc.input(z.object({ workerId: z.uuid() })).output(z.object({ held: z.boolean() }))
/** The worker gives the drain back, e.g. when IndexedDB cannot be used: main takes over at once. */
export const releaseLease = oc
  .input(z.object({ workerId: z.uuid(), why: z.string().max(300) }))
  .output(z.object({ released: z.boolean() }))
export const feed = oc.input(z.object({ since: z.int().min(0) })).output(eventIterator(FeedMessageSchema))
export const send = oc
  .input(z.object({ workerId: z.uuid(), submissionIds: z.array(SubmissionIdSchema).min(1).max(MAX_SEND) }))
  .output(z.object({ hints: z.array(SendHintSchema) }))

/** RxDB's pull replication reads these; the checkpoint is the hub's, never a clock (design.md section 4, step 9). */
export const CatalogueDocumentSchema = z.object({
  /** `item:S07`, `division:990101`, `region`. */
  id: z.string().max(60),
  /** JSON text, so that the RxDB schema never changes with the catalogue's. */
  body: z.string(),
  order: z.int(),
})
export const CheckpointSchema = z.object({ hubEpoch: HubEpochSchema, version: z.int().min(0), offset: z.int().min(0) })
export const changesSince = oc
  .input(z.object({ checkpoint: CheckpointSchema.nullable(), limit: z.int().min(1).max(1000) }))
  .output(
    z.object({
      documents: z.array(CatalogueDocumentSchema.extend({ deleted: z.boolean() })),
      checkpoint: CheckpointSchema.nullable(),
    }),
  )

export const workerContract = { takeLease, renewLease, releaseLease, feed, send, changesSince }
