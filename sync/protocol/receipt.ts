import { z } from 'zod'
import { HubEpochSchema, InstantSchema, Sha256Schema, SubmissionIdSchema, TerminalIdSchema } from './ids.ts'

/**
 * The hub's receipt: a compact JWS by a key of use "receipt" over this. One receipt covers one submission or a batch.
 * `previousReceiptSha256` chains the receipts of one terminal (hash over the previous JWS text).
 */
export const HubReceiptSchema = z.object({
  kind: z.literal('hub-receipt'),
  v: z.literal(1),
  terminalId: TerminalIdSchema,
  hubEpoch: HubEpochSchema,
  receivedAt: InstantSchema,
  previousReceiptSha256: Sha256Schema.nullable(),
  items: z
    .array(
      z.object({
        submissionId: SubmissionIdSchema,
        /** Hash of the envelope that the hub holds. */
        sha256: Sha256Schema,
        deviceSequence: z.int().min(1),
        hubSequence: z.int().min(1),
      }),
    )
    .min(1),
})
export type HubReceipt = z.infer<typeof HubReceiptSchema>

/** The hub's signed answer to a ping: a compact JWS by a key of use "ping". A captive portal cannot make one. */
export const PingAnswerSchema = z.object({
  kind: z.literal('ping'),
  nonce: z.string().min(16).max(64),
  at: InstantSchema,
  hubEpoch: HubEpochSchema,
  /** Highest hub sequence that is committed with nothing below it still open. */
  hubSequence: z.int().min(0).optional(),
  /** Everything up to here is in a backup; null when the hub has never said so. */
  backedUpThrough: z.int().min(0).nullable().optional(),
})

export const PackageKindSchema = z.enum(['catalogue', 'topics', 'policies', 'settings'])
export type PackageKind = z.infer<typeof PackageKindSchema>

/** Signed description of a package; the content travels beside it and must have this hash. */
export const PackageManifestSchema = z.object({
  kind: PackageKindSchema,
  version: z.int().min(1),
  hubEpoch: HubEpochSchema,
  sha256: Sha256Schema,
  bytes: z.int().min(1),
  publishedAt: InstantSchema,
})
export type PackageManifest = z.infer<typeof PackageManifestSchema>
