import { oc } from '@orpc/contract'
import { z } from 'zod'
import { CompactJwsSchema, HubEpochSchema, Sha256Schema, SubmissionIdSchema, TerminalIdSchema } from './ids.ts'
import { Ed25519JwkSchema } from './keys.ts'
import { MAX_SEALED_ANSWER, MAX_SEALED_QUESTION } from './person.ts'
import { PackageKindSchema } from './receipt.ts'
import { MAX_ENVELOPE_BYTES } from './submission.ts'

/** Most submissions in one batch, and most bytes of all their envelopes together. */
export const MAX_BATCH_ITEMS = 200
export const MAX_BATCH_BYTES = 4 << 20

/**
 * The hub's interface as one contract: the hub implements it (and derives /openapi.json from it), the hub client calls
 * it. Every 4xx names a fault of envelope, key, size or protocol, never of content: ingest does not open envelopes.
 */

/** How the hub stands, in every reply. Not signed here: a reason to ask (contact), never to purge or to offer again. */
export const HubStandSchema = z.object({
  hubEpoch: HubEpochSchema,
  hubSequence: z.int().min(0),
  backedUpThrough: z.int().min(0).nullable(),
})
export type HubStand = z.infer<typeof HubStandSchema>

const ReceiptAnswerSchema = z.object({ receipt: CompactJwsSchema, hub: HubStandSchema.optional() })

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
    /** Everything is in order but chunks that its header lists are not here yet: send them, then this again. */
    CHUNKS_MISSING: { status: 424, data: z.object({ missing: z.array(Sha256Schema) }) },
    UPGRADE_NEEDED: { status: 426, data: z.object({ why: z.string() }) },
    BUSY: { status: 503, data: z.object({ retryAfterMs: z.int() }) },
  })

const HandedInSchema = z.object({
  submissionId: SubmissionIdSchema,
  sha256: Sha256Schema,
  envelope: z.string().min(1).max(MAX_ENVELOPE_BYTES),
})

/** What became of one submission of a batch. A fault is that of the same name at putSubmission and touches no other. */
export const BatchItemResultSchema = z.discriminatedUnion('outcome', [
  /** New: covered by the batch's receipt. */
  z.object({ submissionId: SubmissionIdSchema, outcome: z.literal('stored') }),
  /** Held before: its stored receipt. */
  z.object({ submissionId: SubmissionIdSchema, outcome: z.literal('held'), receipt: CompactJwsSchema }),
  /**
   * Held before, and covered by the stored receipt of another item of this answer, whose outcome is "held". Without it
   * a batch of 200 that is sent again after a lost answer would bring its one receipt back 200 times: 10 MB.
   */
  z.object({ submissionId: SubmissionIdSchema, outcome: z.literal('held-with'), heldWith: SubmissionIdSchema }),
  z.object({
    submissionId: SubmissionIdSchema,
    outcome: z.literal('refused'),
    status: z.union([z.literal(400), z.literal(401), z.literal(409), z.literal(413), z.literal(426)]),
    code: z.enum(['BAD_ENVELOPE', 'KEY_UNKNOWN', 'HASH_CONFLICT', 'TOO_LARGE', 'UPGRADE_NEEDED']),
    why: z.string().max(300),
  }),
  z.object({
    submissionId: SubmissionIdSchema,
    outcome: z.literal('chunks-missing'),
    missing: z.array(Sha256Schema).max(1000),
  }),
])
export type BatchItemResult = z.infer<typeof BatchItemResultSchema>

export const BatchReplySchema = z.object({
  /** Over all items whose outcome is "stored"; null when there are none. */
  receipt: CompactJwsSchema.nullable(),
  results: z.array(BatchItemResultSchema).min(1).max(MAX_BATCH_ITEMS),
  hub: HubStandSchema.optional(),
})

/** All of one terminal; one signed receipt over all that are new. One transaction; sending again is harmless. */
export const putBatch = oc
  .route({ method: 'POST', path: '/v1/batches', tags: ['submissions'], summary: 'Hand in many sealed submissions' })
  .input(z.object({ submissions: z.array(HandedInSchema).min(1).max(MAX_BATCH_ITEMS) }))
  .output(BatchReplySchema)
  .errors({
    BAD_BATCH: { status: 400, data: z.object({ why: z.string() }) },
    BUSY: { status: 503, data: z.object({ retryAfterMs: z.int() }) },
  })

const DEVICE_ERRORS = {
  BAD_CLAIM: { status: 400, data: z.object({ why: z.string() }) },
  KEY_UNKNOWN: { status: 401, data: z.object({ why: z.string() }) },
} as const

/** The claim is a ChunkOffer (contact.ts). Answers the hashes that the hub wants. */
export const offerChunks = oc
  .route({ method: 'POST', path: '/v1/chunks/offers', tags: ['chunks'], summary: 'Ask which chunks are wanted' })
  .input(z.object({ claim: CompactJwsSchema }))
  .output(z.object({ missing: z.array(Sha256Schema).max(1000) }))
  .errors(DEVICE_ERRORS)

/** The body is the sealed chunk itself (application/octet-stream). Its hash is its address; sending again is harmless. */
export const putChunk = oc
  .route({ method: 'PUT', path: '/v1/chunks/{sha256}', tags: ['chunks'], summary: 'One sealed chunk of an attachment' })
  .input(z.object({ sha256: Sha256Schema, chunk: z.file() }))
  .output(z.object({ stored: z.literal(true) }))
  .errors({
    /** The bytes do not have the hash, or not the size that was offered: damaged on the way, send again. */
    DAMAGED: { status: 422 },
    NOT_OFFERED: { status: 404 },
    BUSY: { status: 503, data: z.object({ retryAfterMs: z.int() }) },
  })

/** The claim is a ContactClaim; the answer a JWS over ContactAnswer (contact.ts). */
export const contact = oc
  .route({ method: 'POST', path: '/v1/contacts', tags: ['trust'], summary: 'How both sides stand, signed by both' })
  .input(
    z.object({
      claim: CompactJwsSchema,
      /** The receipt that the mark names, when the hub asked. */ proof: CompactJwsSchema.optional(),
    }),
  )
  .output(z.object({ answer: CompactJwsSchema }))
  .errors(DEVICE_ERRORS)

/** The claim is a ReconcileClaim; the answer a JWS over ReconcileAnswer. */
export const reconcile = oc
  .route({ method: 'POST', path: '/v1/reconciliations', tags: ['trust'], summary: 'Compare what both sides hold' })
  .input(z.object({ claim: CompactJwsSchema }))
  .output(z.object({ answer: CompactJwsSchema }))
  .errors(DEVICE_ERRORS)

/** The claim is a CasePullClaim; the answer a JWS over CasePullAnswer. */
export const pullCases = oc
  .route({ method: 'POST', path: '/v1/case-pulls', tags: ['cases'], summary: "Changes of this terminal's cases" })
  .input(z.object({ claim: CompactJwsSchema }))
  .output(z.object({ answer: CompactJwsSchema }))
  .errors(DEVICE_ERRORS)

/** The claim is a StaffPullClaim. The manifest is a JWS over StaffManifest (staff.ts), by a key of use "package". */
export const pullStaffList = oc
  .route({
    method: 'POST',
    path: '/v1/staff-pulls',
    tags: ['packages'],
    summary: 'Who may help at this terminal, signed',
  })
  .input(z.object({ claim: CompactJwsSchema }))
  .output(z.object({ manifest: CompactJwsSchema, content: z.string() }))
  .errors({ ...DEVICE_ERRORS, NOT_PUBLISHED: { status: 404 } })

/** The claim is a HandoverPutClaim, the answer a JWS over HandoverAnswer (handover.ts); so with the two that follow. */
export const putHandover = oc
  .route({ method: 'POST', path: '/v1/handovers', tags: ['hand-over'], summary: 'Keep a half-filled form, sealed' })
  .input(z.object({ claim: CompactJwsSchema }))
  .output(z.object({ answer: CompactJwsSchema }))
  .errors(DEVICE_ERRORS)

/** The claim is a HandoverTakeClaim. Given once: to the first terminal with the right card or signed-in staff. */
export const takeHandover = oc
  .route({ method: 'POST', path: '/v1/handover-takes', tags: ['hand-over'], summary: 'Take a sealed form up again' })
  .input(z.object({ claim: CompactJwsSchema }))
  .output(z.object({ answer: CompactJwsSchema }))
  .errors(DEVICE_ERRORS)

/** The claim is a HandoverEndClaim. The ciphertext is erased. */
export const endHandover = oc
  .route({ method: 'POST', path: '/v1/handover-ends', tags: ['hand-over'], summary: 'Erase a sealed form' })
  .input(z.object({ claim: CompactJwsSchema }))
  .output(z.object({ answer: CompactJwsSchema }))
  .errors(DEVICE_ERRORS)

/** The claim is a CodeIdentityClaim; the answer a JWS over CodeIdentityAnswer (code-identity.ts). Good once. */
export const redeemCode = oc
  .route({ method: 'POST', path: '/v1/code-identities', tags: ['trust'], summary: 'Whose code this is, sealed' })
  .input(z.object({ claim: CompactJwsSchema }))
  .output(z.object({ answer: CompactJwsSchema }))
  .errors(DEVICE_ERRORS)
/**
 * The claim is a PersonQuestionClaim (person.ts); the answer is sealed to the key in it. For the person whose card lies on
 * the terminal's reader, and nobody else.
 */
export const askPerson = oc
  .route({
    method: 'POST',
    path: '/v1/person-questions',
    tags: ['persons'],
    summary: 'Her cases, shared data and e-licences, sealed both ways',
  })
  .input(
    z.object({
      claim: z
        .string()
        .max(2 * MAX_SEALED_QUESTION)
        .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    }),
  )
  .output(
    z.object({
      answer: z
        .string()
        .max(MAX_SEALED_ANSWER)
        .regex(/^[\w-]+$/),
    }),
  )
  .errors({
    ...DEVICE_ERRORS,
    /** This hub does not answer for persons. */
    NOT_SERVED: { status: 404 },
    /** This terminal has asked too often. */
    TOO_MANY: { status: 429, data: z.object({ retryAfterMs: z.int().min(0) }) },
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

export const getPackage = oc
  .route({
    method: 'GET',
    path: '/v1/packages/{kind}',
    tags: ['packages'],
    summary: 'The newest package of a kind, signed: catalogue, topics, policies, settings',
  })
  .input(
    z.object({
      kind: PackageKindSchema,
      haveVersion: z.coerce.number().int().min(0).optional(),
      haveEpoch: HubEpochSchema.optional(),
    }),
  )
  .output(
    z.discriminatedUnion('changed', [
      z.object({ changed: z.literal(false) }),
      z.object({
        changed: z.literal(true),
        /** Compact JWS over PackageManifest. */
        manifest: CompactJwsSchema,
        /** JSON text of the kind's content; its UTF-8 bytes have the manifest's hash. */
        content: z.string(),
      }),
    ]),
  )
  .errors({ NOT_PUBLISHED: { status: 404 } })

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

export const hubContract = {
  putSubmission,
  putBatch,
  offerChunks,
  putChunk,
  getReceipt,
  contact,
  reconcile,
  pullCases,
  pullStaffList,
  putHandover,
  takeHandover,
  endHandover,
  redeemCode,
  askPerson,
  getKeySet,
  getPackage,
  enrol,
  ping,
}
