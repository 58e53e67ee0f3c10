import { z } from 'zod'
import { AnswersSchema } from './answers.ts'
import { ApplicantSchema } from './applicant.ts'
import { HubEpochSchema, InstantSchema, SecretSchema, Sha256Schema, TerminalIdSchema } from './ids.ts'
import { MaterialsGivenSchema } from './materials.ts'
import { ProxyClaimSchema } from './proxy.ts'
import { StaffIdSchema } from './staff.ts'

/**
 * The hand-over of a half-filled form: sealed under a secret that stands only in the QR code of the slip which the citizen
 * takes along, kept at the hub as ciphertext, opened once. The hub can tell the right slip and the right card from wrong
 * ones, and learns neither the secret nor whose card it was.
 */

/** A slip is good for this long, by the hub's clock. */
export const HANDOVER_LIFE_MS = 24 * 60 * 60_000
/** Wrong cards with the right slip, the last one included, after which the hub destroys what it holds. */
export const HANDOVER_TRIES = 5
/** Plain bytes: typed answers, no pages; the largest sample form has 2 KiB. */
export const MAX_DRAFT_BYTES = 64 << 10
/** In base64url, with nonce and tag. */
const MAX_SEALED_CHARACTERS = Math.ceil(((MAX_DRAFT_BYTES + 64) * 4) / 3)

/** 128 bits at least: an id that nobody can guess. */
export const HandoverIdSchema = z.uuid()
/** 256 bits in base64url, derived from the secret. */
const DerivedSchema = z.string().regex(/^[\w-]{43}$/)
const SealedSchema = z
  .string()
  .regex(/^[\w-]+$/)
  .max(MAX_SEALED_CHARACTERS)

/** What is sealed. Never a scanned page and never a signature: both are made anew by whoever stands there. */
export const HandoverDraftSchema = z.object({
  v: z.literal(1),
  /** The version as it was filled in: a newer one may ask otherwise. */
  item: z.object({ id: z.string().min(1).max(60), version: z.int() }),
  answers: AnswersSchema,
  /** Index of the form page in this mode, or "papers" once all are filled. */
  step: z.union([z.int().min(0), z.literal('papers')]),
  mode: z.enum(['standard', 'elder']),
  language: z.enum(['zh', 'en', 'ug', 'bo']),
  /** Papers that are given without scanning. */
  papers: MaterialsGivenSchema,
  papersLeftOut: z.array(z.string().min(1).max(60)).max(20),
  /** Pages that lay in the tray and stay behind: how many, so that it can be said. */
  pagesLeftBehind: z.int().min(0),
  /** For whom it is filled in, when not for whoever's card it was. */
  proxy: ProxyClaimSchema.extend({ principal: ApplicantSchema }).optional(),
})
export type HandoverDraft = z.infer<typeof HandoverDraftSchema>

/** What main adds: whose card was in the visit. A form that staff opened waits for this card. */
export const SealedDraftSchema = HandoverDraftSchema.extend({ ownerNumber: z.string().min(15).max(18) })
export type SealedDraft = z.infer<typeof SealedDraftSchema>

export interface Slip {
  readonly handoverId: string
  /** 128 random bits in base64url: in the QR code and nowhere else. */
  readonly secret: string
}

const SLIP = /^bianmin-handover:1:([0-9a-f-]{36}):([\w-]{22})$/

/** The text of a slip's QR code. */
export function slipText({ handoverId, secret }: Slip): string {
  return `bianmin-handover:1:${HandoverIdSchema.parse(handoverId)}:${SecretSchema.parse(secret)}`
}

/** Undefined: the code is no slip of ours. */
export function readSlip(text: string): Slip | undefined {
  const [, handoverId, secret] = SLIP.exec(text.trim()) ?? []
  if (secret === undefined || !HandoverIdSchema.safeParse(handoverId).success) return undefined
  return { handoverId: handoverId ?? '', secret }
}

const NonceSchema = z.string().min(16).max(64)
const asked = { v: z.literal(1), terminalId: TerminalIdSchema, nonce: NonceSchema, at: InstantSchema }

/** Hands ciphertext in. The same id and ciphertext again is harmless. */
export const HandoverPutClaimSchema = z.object({
  kind: z.literal('handover-put'),
  ...asked,
  handoverId: HandoverIdSchema,
  sealed: SealedSchema,
  /** SHA-256 of what whoever has the slip can show. */
  verifierSha256: Sha256Schema,
  /** SHA-256 of what only slip and card together can show. */
  cardProofSha256: Sha256Schema,
  expiresAt: InstantSchema,
})
export type HandoverPutClaim = z.infer<typeof HandoverPutClaimSchema>

/** Asks for the ciphertext, by the citizen's card or at a signed-in window. Again by the same terminal is harmless. */
export const HandoverTakeClaimSchema = z.object({
  kind: z.literal('handover-take'),
  ...asked,
  handoverId: HandoverIdSchema,
  verifier: DerivedSchema,
  by: z.discriminatedUnion('who', [
    z.object({ who: z.literal('card'), cardProof: DerivedSchema }),
    /** Staff that joined at the asking terminal by badge and PIN. */
    z.object({ who: z.literal('staff'), staffId: StaffIdSchema }),
  ]),
})
export type HandoverTakeClaim = z.infer<typeof HandoverTakeClaimSchema>

/** done: the asking terminal holds the form, so the hub erases it. withdrawn: the slip was never given out. */
export const HandoverEndClaimSchema = z.object({
  kind: z.literal('handover-end'),
  ...asked,
  handoverId: HandoverIdSchema,
  verifier: DerivedSchema,
  why: z.enum(['done', 'withdrawn']),
})
export type HandoverEndClaim = z.infer<typeof HandoverEndClaimSchema>

/** How a hand-over ended: what is left of it at the hub. */
export const HandoverEndedSchema = z.enum(['used', 'withdrawn', 'destroyed', 'expired'])
export type HandoverEnded = z.infer<typeof HandoverEndedSchema>

export const HandoverResultSchema = z.discriminatedUnion('outcome', [
  /** Put: durably at the hub. */
  z.object({ outcome: z.literal('kept') }),
  /** Put: the terminal's clock and the hub's are too far apart to agree on an end; or another form has this id. */
  z.object({ outcome: z.literal('refused'), why: z.enum(['clock', 'id-taken']) }),
  /** Put: this terminal has as many open slips of the last hour as the hub keeps of it. */
  z.object({ outcome: z.literal('too-many'), retryAfterMs: z.int().min(1) }),
  /** Take: what was sealed, where and until when; the additional data of the seal. */
  z.object({
    outcome: z.literal('opened'),
    sealed: SealedSchema,
    sealedBy: TerminalIdSchema,
    expiresAt: InstantSchema,
  }),
  z.object({ outcome: z.literal('wrong-card'), triesLeft: z.int().min(1) }),
  z.object({ outcome: z.literal('ended'), why: HandoverEndedSchema }),
  /** Take: another terminal holds it and has not said yet that it is done. */
  z.object({ outcome: z.literal('open-elsewhere') }),
  /** Nobody of that number works at the asking terminal. */
  z.object({ outcome: z.literal('not-staff') }),
  /** No such id, or a secret that is not its own: told apart for nobody. */
  z.object({ outcome: z.literal('unknown') }),
])
export type HandoverResult = z.infer<typeof HandoverResultSchema>

export const HandoverAnswerSchema = z.object({
  kind: z.literal('handover-answer'),
  terminalId: TerminalIdSchema,
  nonce: NonceSchema,
  at: InstantSchema,
  hubEpoch: HubEpochSchema,
  result: HandoverResultSchema,
})
export type HandoverAnswer = z.infer<typeof HandoverAnswerSchema>
