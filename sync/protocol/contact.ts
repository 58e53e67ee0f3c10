import { z } from 'zod'
import { HubEpochSchema, InstantSchema, Sha256Schema, SubmissionIdSchema, TerminalIdSchema } from './ids.ts'
import { PackageKindSchema } from './receipt.ts'
import { ChunkSchema } from './submission.ts'
import { TicketSchema } from './ticket.ts'

/**
 * What a terminal says of itself, each signed by its device key (compact JWS), and what the hub answers, each signed by
 * a key of use "ping" over the same nonce. An answer to another question, or of another hub, is worth nothing.
 */
const NonceSchema = z.string().min(16).max(64)
const asked = { v: z.literal(1), terminalId: TerminalIdSchema, nonce: NonceSchema, at: InstantSchema }
const answered = { terminalId: TerminalIdSchema, nonce: NonceSchema, at: InstantSchema, hubEpoch: HubEpochSchema }

/** The furthest that the hub has ever confirmed to this terminal within one epoch. */
export const MarkSchema = z.object({
  hubEpoch: HubEpochSchema,
  hubSequence: z.int().min(1),
  /** Hash of the receipt's JWS text. */
  receiptSha256: Sha256Schema,
})
export type Mark = z.infer<typeof MarkSchema>

/** Each contact (design.md section 4): enough for the hub to see that it forgot something. No personal data. */
export const ContactClaimSchema = z.object({
  kind: z.literal('contact'),
  ...asked,
  /** Null before the first receipt of the epoch last seen. */
  mark: MarkSchema.nullable(),
  lastDeviceSequence: z.int().min(0),
  waiting: z.int().min(0),
  quarantined: z.int().min(0),
  oldestWaitingAt: InstantSchema.nullable(),
  /** Places of the journal that could not be read, ever. */
  damage: z.int().min(0),
  freeBytes: z.int().min(0).nullable(),
  version: z.string().max(40),
})
export type ContactClaim = z.infer<typeof ContactClaimSchema>

export const ContactAnswerSchema = z.object({
  kind: z.literal('contact-answer'),
  ...answered,
  /** Highest hub sequence with nothing below it still open. */
  hubSequence: z.int().min(0),
  backedUpThrough: z.int().min(0).nullable(),
  keySetVersion: z.int().min(1),
  /** Newest version of each package that the hub has published. */
  packages: z.partialRecord(PackageKindSchema, z.int().min(1)),
  /** Newest case change of this terminal's submissions, 0 when there is none. */
  caseSequence: z.int().min(0),
  /** Of this terminal's newest staff list; absent when it has none. */
  staffListVersion: z.int().min(1).optional(),
  /** The hub does not know the mark: send the receipt itself along, then it opens a new epoch. */
  proofWanted: z.boolean(),
})
export type ContactAnswer = z.infer<typeof ContactAnswerSchema>

/** Before chunks are sent: which are wanted. Only chunks that a device offered are taken, so nobody can fill the hub. */
export const ChunkOfferSchema = z.object({
  kind: z.literal('chunk-offer'),
  ...asked,
  submissionId: SubmissionIdSchema,
  chunks: z.array(ChunkSchema).min(1).max(1000),
})
export type ChunkOffer = z.infer<typeof ChunkOfferSchema>

/** One page of the daily comparison: all of the terminal's submissions in a range of device sequences. */
export const ReconcileClaimSchema = z.object({
  kind: z.literal('reconcile'),
  ...asked,
  fromDeviceSequence: z.int().min(1),
  throughDeviceSequence: z.int().min(1),
  items: z
    .array(
      z.object({
        deviceSequence: z.int().min(1),
        submissionId: SubmissionIdSchema,
        sha256: Sha256Schema,
        state: z.enum(['queued', 'received', 'quarantined', 'purged']),
      }),
    )
    .max(1000),
})
export type ReconcileClaim = z.infer<typeof ReconcileClaimSchema>

export const ReconcileAnswerSchema = z.object({
  kind: z.literal('reconcile-answer'),
  ...answered,
  /** Listed by the terminal, not held by the hub. */
  missing: z.array(SubmissionIdSchema).max(1000),
  /** Held under the same id with another hash. */
  mismatched: z.array(SubmissionIdSchema).max(1000),
  /** Held by the hub in that range, not listed by the terminal. */
  unlisted: z.array(z.object({ deviceSequence: z.int().min(1), submissionId: SubmissionIdSchema })).max(1000),
})
export type ReconcileAnswer = z.infer<typeof ReconcileAnswerSchema>

/** The hub's words for a case; shown to citizens in theirs. */
export const CaseStateSchema = z.enum(['待打开', '已受理', '需补正', '不予受理'])
export type CaseStateName = z.infer<typeof CaseStateSchema>

/** Where a terminal stands in the changes of its cases. The sequence counts settled changes only: none is ever skipped. */
export const CaseCheckpointSchema = z.object({ hubEpoch: HubEpochSchema, sequence: z.int().min(0) })
export type CaseCheckpoint = z.infer<typeof CaseCheckpointSchema>

export const CasePullClaimSchema = z.object({
  kind: z.literal('case-pull'),
  ...asked,
  checkpoint: CaseCheckpointSchema.nullable(),
  limit: z.int().min(1).max(1000),
})
export type CasePullClaim = z.infer<typeof CasePullClaimSchema>

/** Asks for this terminal's newest staff list. */
export const StaffPullClaimSchema = z.object({ kind: z.literal('staff-pull'), ...asked })
export type StaffPullClaim = z.infer<typeof StaffPullClaimSchema>

/** Ticket, state and date: no names, no free text. */
export const CaseChangeSchema = z.object({
  sequence: z.int().min(1),
  submissionId: SubmissionIdSchema,
  ticket: TicketSchema,
  state: CaseStateSchema,
  at: InstantSchema,
})
export type CaseChange = z.infer<typeof CaseChangeSchema>

export const CasePullAnswerSchema = z.object({
  kind: z.literal('case-pull-answer'),
  ...answered,
  /** True when the checkpoint belongs to another epoch: the changes begin from the start. */
  fromStart: z.boolean(),
  changes: z.array(CaseChangeSchema).max(1000),
  checkpoint: CaseCheckpointSchema,
  more: z.boolean(),
})
export type CasePullAnswer = z.infer<typeof CasePullAnswerSchema>

/** First line of a rescue bundle (JSON Lines), signed by the device: what must follow. */
export const BundleManifestSchema = z.object({
  kind: z.literal('rescue-bundle'),
  v: z.literal(1),
  terminalId: TerminalIdSchema,
  journalId: z.string(),
  at: InstantSchema,
  submissions: z.array(
    z.object({
      submissionId: SubmissionIdSchema,
      deviceSequence: z.int().min(1),
      sha256: Sha256Schema,
      chunks: z.array(ChunkSchema).max(1000),
    }),
  ),
})
export type BundleManifest = z.infer<typeof BundleManifestSchema>
/** The lines after the manifest: each chunk before the envelope that needs it. */
export const BundleLineSchema = z.discriminatedUnion('line', [
  z.object({ line: z.literal('manifest'), manifest: z.string() }),
  z.object({ line: z.literal('chunk'), sha256: Sha256Schema, base64: z.string() }),
  z.object({
    line: z.literal('envelope'),
    submissionId: SubmissionIdSchema,
    sha256: Sha256Schema,
    envelope: z.string(),
  }),
])
export type BundleLine = z.infer<typeof BundleLineSchema>
