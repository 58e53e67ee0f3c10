import { z } from 'zod'
import { BindingIdSchema, BindingRelationSchema, BindingScopeSchema } from './binding.ts'
import { CaseStateSchema } from './contact.ts'
import { CompactJweSchema, InstantSchema, Sha256Schema, TerminalIdSchema } from './ids.ts'
import { LicenceSchema } from './licences.ts'
import { LocalTextSchema } from './local-text.ts'
import { TicketSchema } from './ticket.ts'

/**
 * What a terminal asks the hub about the person whose card it holds (design: person questions). The claim is signed by
 * the device; what it asks is sealed to the hub, and the answer to a key that was made for this one question. So nobody
 * on the way learns who stands where, and an answer that is kept opens for nobody.
 */

export { type Licence, LicenceSchema } from './licences.ts'

export const PERSON_KINDS = ['cases', 'shared', 'licences', 'bindings', 'notices'] as const
export const PersonKindSchema = z.enum(PERSON_KINDS)
export type PersonKind = z.infer<typeof PersonKindSchema>

const NonceSchema = z.string().min(16).max(64)
/** A question is a few hundred bytes; its JWE a third more, and the wrapped key. */
export const MAX_SEALED_QUESTION = 4096
/** Fifty cases, sixty values and sixty licences with their names in four languages, in base64url. */
export const MAX_SEALED_ANSWER = 128 * 1024
/** AES-256 key of the answer, base64url. */
const AnswerKeySchema = z.string().regex(/^[\w-]{43}$/)

export const PersonQuestionClaimSchema = z.object({
  kind: z.literal('person-question'),
  v: z.literal(1),
  terminalId: TerminalIdSchema,
  nonce: NonceSchema,
  at: InstantSchema,
  /** Compact JWE over PersonQuestion, to a hub key of use "seal". */
  sealed: CompactJweSchema.max(MAX_SEALED_QUESTION),
})
export type PersonQuestionClaim = z.infer<typeof PersonQuestionClaimSchema>

export const PersonSchema = z.strictObject({
  idNumber: z.string().min(15).max(18),
  name: z.string().min(1).max(100),
})
export type Person = z.infer<typeof PersonSchema>

export const PersonQuestionSchema = z.strictObject({
  v: z.literal(1),
  /** As in the claim that carries it: nobody can put it under a claim of another. */
  terminalId: TerminalIdSchema,
  nonce: NonceSchema,
  kinds: z.array(PersonKindSchema).min(1).max(PERSON_KINDS.length),
  person: PersonSchema,
  /** For what, and which words she said yes to; shared data and licences are told for an item only. */
  item: z.strictObject({ id: z.string().max(20), version: z.int().min(1), consentSha256: Sha256Schema }).optional(),
  answerKey: AnswerKeySchema,
})
export type PersonQuestion = z.infer<typeof PersonQuestionSchema>

/** A case of hers, wherever it was handed in. */
export const PersonCaseSchema = z.object({
  ticket: TicketSchema,
  itemId: z.string().max(20),
  acceptedAt: InstantSchema,
  state: CaseStateSchema,
  /** Of the state. */
  at: InstantSchema,
})
export type PersonCase = z.infer<typeof PersonCaseSchema>
/** The newest; more are seen at the window. */
export const MAX_PERSON_CASES = 50

/** What a department knows of her, by the key that items name. */
export const SharedValueSchema = z.object({
  key: z.string().max(60),
  value: z.string().min(1).max(200),
  /** Who says so: 市医保局. */
  source: LocalTextSchema,
  /** As of which day. */
  asOf: z.iso.date(),
})
export type SharedValue = z.infer<typeof SharedValueSchema>

const BindingToldSchema = z.object({
  id: BindingIdSchema,
  /** What the agent is to the principal. */
  relation: BindingRelationSchema,
  scope: BindingScopeSchema,
  /** The last day on which it holds. */
  until: z.iso.date(),
})
/** For whom she may act: in full, for main alone; the page is told a name with one character. */
export const BoundPrincipalSchema = BindingToldSchema.extend({ principal: PersonSchema })
export type BoundPrincipal = z.infer<typeof BoundPrincipalSchema>
/** Who may act for her: no more than she needs to tell them apart. */
export const BoundAgentSchema = BindingToldSchema.extend({ maskedName: z.string().min(1).max(100) })
export type BoundAgent = z.infer<typeof BoundAgentSchema>
/** The newest of each side. */
export const MAX_BINDINGS_TOLD = 20
export const BindingsToldSchema = z.object({
  mayActFor: z.array(BoundPrincipalSchema).max(MAX_BINDINGS_TOLD),
  actForMe: z.array(BoundAgentSchema).max(MAX_BINDINGS_TOLD),
})

/** Somebody else handed in or tried to, or a binding was made or ended. */
export const NoticeKindSchema = z.enum(['handed-in', 'not-taken', 'bound', 'unbound'])
export type NoticeKind = z.infer<typeof NoticeKindSchema>
/** What she was told of what others did for her. */
export const PersonNoticeSchema = z.object({
  what: NoticeKindSchema,
  ticket: TicketSchema,
  itemId: z.string().max(20),
  acceptedAt: InstantSchema,
})
export type PersonNotice = z.infer<typeof PersonNoticeSchema>
/** The newest. */
export const MAX_NOTICES_TOLD = 20

export const PersonAnswerSchema = z.object({
  v: z.literal(1),
  at: InstantSchema,
  /** What was asked for and can be told; a kind that is missing here could not be. */
  cases: z.array(PersonCaseSchema).max(MAX_PERSON_CASES).optional(),
  shared: z.array(SharedValueSchema).max(60).optional(),
  licences: z.array(LicenceSchema).max(60).optional(),
  /** Standing bindings that hold now. */
  bindings: BindingsToldSchema.optional(),
  notices: z.array(PersonNoticeSchema).max(MAX_NOTICES_TOLD).optional(),
})
export type PersonAnswer = z.infer<typeof PersonAnswerSchema>

/** What the sealed answer is bound to. */
export const answerBinding = (nonce: string): string => `bianmin-person-answer:1:${nonce}`
