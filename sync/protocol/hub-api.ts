import { oc } from '@orpc/contract'
import { z } from 'zod'
import { CompactJwsSchema, HubEpochSchema, Sha256Schema, SubmissionIdSchema, TerminalIdSchema } from './ids.ts'
import { Ed25519JwkSchema } from './keys.ts'
import { MAX_ENVELOPE_BYTES } from './submission.ts'

/**
 * The hub's interface as one contract: the hub implements it (and derives /openapi.json from it), the hub client calls
 * it. Every 4xx names a fault of envelope, key, size or protocol, never of content: ingest does not open envelopes.
 */

const ReceiptAnswerSchema = z.object({ receipt: CompactJwsSchema })

/** PUT, so that sending again is harmless: same id and hash give the stored receipt, another hash is refused. */
export const putSubmission = oc
  .route({
    method: 'PUT',
    path: '/v1/submissions/{submissionId}',
    tags: ['submissions'],
    summary: 'Hand in one sealed submission',
  })
  .input(
    z.object({
      submissionId: SubmissionIdSchema,
      /** SHA-256 of the envelope's UTF-8 bytes. */
      sha256: Sha256Schema,
      envelope: z.string().min(1).max(MAX_ENVELOPE_BYTES),
    }),
  )
  .output(ReceiptAnswerSchema)
  .errors({
    BAD_ENVELOPE: { status: 400, data: z.object({ why: z.string() }) },
    KEY_UNKNOWN: { status: 401, data: z.object({ why: z.string() }) },
    HASH_CONFLICT: { status: 409, data: z.object({ held: Sha256Schema }) },
    TOO_LARGE: { status: 413, data: z.object({ maxBytes: z.int() }) },
    UPGRADE_NEEDED: { status: 426, data: z.object({ why: z.string() }) },
    BUSY: { status: 503, data: z.object({ retryAfterMs: z.int() }) },
  })

export const getReceipt = oc
  .route({
    method: 'GET',
    path: '/v1/submissions/{submissionId}/receipt',
    tags: ['submissions'],
    summary: 'The stored receipt of a submission',
  })
  .input(z.object({ submissionId: SubmissionIdSchema }))
  .output(ReceiptAnswerSchema)
  .errors({ NOT_HELD: { status: 404 } })

export const getKeySet = oc
  .route({ method: 'GET', path: '/v1/key-set', tags: ['trust'], summary: "The hub's keys, signed by its offline root" })
  .output(z.object({ keySet: CompactJwsSchema }))

export const getCatalogue = oc
  .route({
    method: 'GET',
    path: '/v1/packages/catalogue',
    tags: ['packages'],
    summary: 'The catalogue of service items, signed',
  })
  .input(z.object({ haveVersion: z.coerce.number().int().min(0).optional(), haveEpoch: HubEpochSchema.optional() }))
  .output(
    z.discriminatedUnion('changed', [
      z.object({ changed: z.literal(false) }),
      z.object({
        changed: z.literal(true),
        /** Compact JWS over PackageManifest. */
        manifest: CompactJwsSchema,
        /** JSON text of Catalogue; its UTF-8 bytes have the manifest's hash. */
        content: z.string(),
      }),
    ]),
  )

/** The terminal proves that it holds the key by signing {terminalId, code, jwk} with it. */
export const enrol = oc
  .route({
    method: 'POST',
    path: '/v1/terminals/{terminalId}/enrolment',
    tags: ['trust'],
    summary: "Register a terminal's device key with a one-time code",
  })
  .input(
    z.object({
      terminalId: TerminalIdSchema,
      /** Compact JWS by the new device key over EnrolmentClaim. */
      claim: CompactJwsSchema,
    }),
  )
  .output(z.object({ terminalId: TerminalIdSchema, deviceKid: z.string() }))
  .errors({
    BAD_CLAIM: { status: 400, data: z.object({ why: z.string() }) },
    CODE_USED_OR_UNKNOWN: { status: 403 },
  })
export const EnrolmentClaimSchema = z.object({
  kind: z.literal('enrolment'),
  terminalId: TerminalIdSchema,
  code: z.string(),
  jwk: Ed25519JwkSchema,
})

export const ping = oc
  .route({ method: 'POST', path: '/v1/ping', tags: ['trust'], summary: 'Signed proof that this is the hub' })
  .input(z.object({ nonce: z.string().min(16).max(64) }))
  .output(z.object({ answer: CompactJwsSchema }))

export const hubContract = { putSubmission, getReceipt, getKeySet, getCatalogue, enrol, ping }
