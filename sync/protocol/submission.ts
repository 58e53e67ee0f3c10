import { z } from 'zod'
import { AnswerSourcesSchema } from './answer-sources.ts'
import { AnswersSchema } from './answers.ts'
import { ApplicantSchema } from './applicant.ts'
import { BindingPayloadSchema } from './binding.ts'
import { ConsentGivenSchema, MAX_CONSENT_TEXT } from './consent.ts'
import { ComplaintPayloadSchema, RatingPayloadSchema } from './feedback.ts'
import { DraftIdSchema, InstantSchema, Sha256Schema, SubmissionIdSchema, TerminalIdSchema } from './ids.ts'
import { MAX_PLEDGE } from './item-parts.ts'
import { MaterialsGivenSchema } from './materials.ts'
import { BoundClaimSchema, ProxyBlockSchema, ProxyClaimSchema } from './proxy.ts'
import { SignInSchema } from './sign-in.ts'
import { HelpersSchema } from './staff.ts'
import { TicketSchema } from './ticket.ts'

/** Attachments travel as sealed chunks of this size; their place in the file is bound by additional data. */
export const CHUNK_BYTES = 1 << 20
/** An envelope without attachments that is larger than this is a mistake; the hub answers 413. */
export const MAX_ENVELOPE_BYTES = 256 * 1024

export { type Applicant, ApplicantSchema } from './applicant.ts'

export const SubmissionKindSchema = z.enum(['application', 'rating', 'complaint', 'proxy-binding'])

/** One attachment chunk as it travels: 12 bytes of nonce, AES-256-GCM ciphertext, 16 bytes of tag. Named by its hash. */
export const ChunkSchema = z.object({
  sha256: Sha256Schema,
  bytes: z
    .int()
    .min(1)
    .max(CHUNK_BYTES + 64),
})
export type Chunk = z.infer<typeof ChunkSchema>
/** 20 attachments of 20 MB at most (queue-and-sync.md section 4). */
export const MAX_CHUNKS = 1000

/**
 * An attachment as the sealed payload describes it: what it is, how to open its chunks, and what they make together.
 * The chunk's place is bound by additional data: `bianmin-chunk:1:{submissionId}:{attachment index}:{chunk index}:{chunk count}`.
 */
export const AttachmentSchema = z.object({
  /** The material that it is for, as the item names it. */
  materialId: z.string().min(1).max(60),
  mediaType: z.enum(['image/jpeg', 'image/png', 'application/pdf']),
  /** Size and hash of the plain bytes. */
  bytes: z.int().min(1),
  sha256: Sha256Schema,
  /** AES-256 key of its chunks, base64url; inside the sealed payload only. */
  key: z.string().regex(/^[\w-]{43}$/),
  /** Hashes of its sealed chunks, in order. */
  chunks: z.array(Sha256Schema).min(1).max(MAX_CHUNKS),
})
export type Attachment = z.infer<typeof AttachmentSchema>

/** Strokes of a signature in a box of 1000 × 360 units, each a row of x,y pairs. */
export const SignatureSchema = z.object({
  strokes: z
    .array(
      z
        .array(z.tuple([z.int().min(0).max(1000), z.int().min(0).max(360)]))
        .min(1)
        .max(2000),
    )
    .min(1)
    .max(200),
})
export type Signature = z.infer<typeof SignatureSchema>

export const ApplicationPayloadSchema = z.object({
  v: z.literal(1),
  kind: z.literal('application'),
  submissionId: SubmissionIdSchema,
  item: z.object({ id: z.string(), code: z.string(), version: z.int() }),
  /** Whose case it is: with a proxy, the principal. */
  applicant: ApplicantSchema,
  /** How whoever stood there signed in. Main puts it in; absent in what was sealed before there were several ways. */
  signIn: SignInSchema.optional(),
  /** Somebody else hands it in for the applicant. */
  proxy: ProxyBlockSchema.optional(),
  answers: AnswersSchema,
  /** Where each answer is from. Main puts it in; the page has no say. */
  sources: AnswerSourcesSchema.optional(),
  /** What she said yes to before her data was used. */
  consent: ConsentGivenSchema.optional(),
  /** The pledge's words as shown, when the item has one. */
  pledge: z.string().max(MAX_PLEDGE).optional(),
  signature: SignatureSchema.optional(),
  /** How each paper was given; scanned pages are the attachments. */
  materials: MaterialsGivenSchema.optional(),
  attachments: z.array(AttachmentSchema).max(20).optional(),
  /** Staff who helped with this form. Main puts it in; the page has no say. */
  assistedBy: HelpersSchema.optional(),
  acceptedAt: InstantSchema,
})
export type ApplicationPayload = z.infer<typeof ApplicationPayloadSchema>

/** What is sealed: only the hub can read it. */
export const SubmissionPayloadSchema = z.discriminatedUnion('kind', [
  ApplicationPayloadSchema,
  RatingPayloadSchema,
  ComplaintPayloadSchema,
  BindingPayloadSchema,
])
export type SubmissionPayload = z.infer<typeof SubmissionPayloadSchema>

/** What stands in the clear, signed by the device: no personal data. */
export const SubmissionSummarySchema = z.strictObject({
  v: z.literal(1),
  kind: SubmissionKindSchema,
  submissionId: SubmissionIdSchema,
  terminalId: TerminalIdSchema,
  /** Counts this terminal's submissions from 1 without gaps. */
  deviceSequence: z.int().min(1),
  item: z.object({ id: z.string(), code: z.string(), version: z.int() }),
  ticket: TicketSchema,
  /** SHA-256 of the QR code's secret. */
  secretSha256: Sha256Schema,
  acceptedAt: InstantSchema,
  /** SHA-256 over the ASCII bytes of the JWE. */
  sealedSha256: Sha256Schema,
})
export type SubmissionSummary = z.infer<typeof SubmissionSummarySchema>

/**
 * The envelope as text: `{"summary":"<compact JWS by the device key over SubmissionSummary>","sealed":"<compact JWE>"}`.
 * Its hash is the SHA-256 of exactly these UTF-8 bytes. The JWE's protected header carries alg RSA-OAEP-256, enc
 * A256GCM, kid, `submissionId` and `chunks`.
 */
export const EnvelopeSchema = z.strictObject({
  summary: z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  sealed: z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+\.[\w-]+$/),
})

export const SealedHeaderSchema = z.object({
  alg: z.literal('RSA-OAEP-256'),
  enc: z.literal('A256GCM'),
  kid: z.string(),
  submissionId: SubmissionIdSchema,
  /** Every sealed chunk, in the order of the attachments: the hub commits only when it holds them all. */
  chunks: z.array(ChunkSchema).max(MAX_CHUNKS),
})

/** What the page hands main at confirm. Main adds the applicant from the card that it read itself. */
export const SubmitRequestSchema = z.object({
  draftId: DraftIdSchema,
  kind: z.literal('application'),
  item: z.object({ id: z.string(), version: z.int() }),
  answers: AnswersSchema,
  signature: SignatureSchema.optional(),
  /** Whoever's card is in the visit hands it in for somebody else. */
  proxy: z.union([BoundClaimSchema, ProxyClaimSchema]).optional(),
  /** The words that she said yes to (consentText): main takes them only when they are the item's. */
  consent: z.string().max(MAX_CONSENT_TEXT).optional(),
  /** Keys of shared data that she was shown; what she was not shown she does not contest. */
  shown: z.array(z.string().max(60)).max(60).optional(),
  /** How each paper is given, other than scanned here. */
  materials: MaterialsGivenSchema.optional(),
})
export type SubmitRequest = z.infer<typeof SubmitRequestSchema>
