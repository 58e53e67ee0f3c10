import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { CardFaultSchema } from '../../drivers/id-card-reader/states.ts'
import { CodeRefusalSchema, MAX_CODE_UNITS } from '../../sync/protocol/code-identity.ts'
import { CardRefusalSchema } from '../../sync/protocol/identity.ts'
import { SignInSchema } from '../../sync/protocol/sign-in.ts'
import { ApplicantSchema } from '../../sync/protocol/submission.ts'

/** Who stands there: cards as main checked them. Raw fields, the photo and the reader's bytes never reach the page. */

/** Why a social-security card was not read. */
export const SocialSecurityTroubleSchema = z.enum([
  /** It does not answer: the wrong way round, or no chip card. */
  'put-in-wrong',
  'not-this-card',
  'lifted-early',
  'unreadable',
  /** Not the card's fault. */
  'reader-broken',
])
export type SocialSecurityTrouble = z.infer<typeof SocialSecurityTroubleSchema>

export const CardEventSchema = z.discriminatedUnion('kind', [
  /** No card since the session began, or since the last was wiped. */
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('reading') }),
  z.object({
    kind: z.literal('card'),
    /** Names this reading; a second reading of the same card has another. */
    readId: z.uuid(),
    applicant: ApplicantSchema,
    /** How, and what it is worth: by what main saw itself. */
    signIn: SignInSchema,
    /** Monotonic epoch milliseconds: when the find that found the card began, and when main handed this on. */
    timing: z.object({ foundAtMs: z.number(), fieldsAtMs: z.number() }),
    /** Another person's card has been read since. The visit keeps its own; ending it as "card-changed" takes the other. */
    otherCard: z.boolean(),
  }),
  z.object({ kind: z.literal('card-fault'), fault: CardFaultSchema }),
  z.object({ kind: z.literal('card-refused'), refusal: CardRefusalSchema }),
  z.object({ kind: z.literal('social-security-fault'), trouble: SocialSecurityTroubleSchema }),
  z.object({ kind: z.literal('social-security-refused'), refusal: CardRefusalSchema }),
])
export type CardEvent = z.infer<typeof CardEventSchema>

/** Starts with the present state, then follows. */
export const watchCard = oc.output(eventIterator(CardEventSchema))

const SignedInSchema = z.object({ outcome: z.literal('signed-in') })
const refusedWith = <T extends z.ZodType>(why: T) => z.object({ outcome: z.literal('refused'), why })

export const CodeSignInRefusalSchema = z.enum([
  ...CodeRefusalSchema.options,
  /** Only the hub can say whose code it is, and it is not there: nothing was sent. */
  'offline',
  /** Sent, and no answer that holds: the code may be used up. */
  'no-answer',
  /** The hub's answer is no person that this terminal can take: the number or the name. */
  'unusable',
  'already-signed-in',
  'too-many-tries',
])
export type CodeSignInRefusal = z.infer<typeof CodeSignInRefusalSchema>
export const CodeSignInSchema = z.discriminatedUnion('outcome', [SignedInSchema, refusedWith(CodeSignInRefusalSchema)])
export type CodeSignIn = z.infer<typeof CodeSignInSchema>
/** A code off the citizen's phone: forwarded to the hub, once. Who it is comes by `watchCard`. */
export const code = oc.input(z.object({ text: z.string().min(1).max(MAX_CODE_UNITS) })).output(CodeSignInSchema)

export const WitnessRefusalSchema = z.enum([
  /** Nobody has joined with badge and PIN. */
  'no-staff',
  /** The reader works, and no card was found unreadable in this visit. */
  'reader-works',
  'already-signed-in',
  'bad-number',
  'bad-name',
  /** The name is the staff member's own. */
  'own-name',
])
export type WitnessRefusal = z.infer<typeof WitnessRefusalSchema>
export const WitnessAnswerSchema = z.discriminatedUnion('outcome', [SignedInSchema, refusedWith(WitnessRefusalSchema)])
export type WitnessAnswer = z.infer<typeof WitnessAnswerSchema>
/** Whether the staff who helps may vouch for somebody now: asked before anything is typed. */
export const mayWitness = oc.output(z.object({ why: WitnessRefusalSchema.nullable() }))
/** The staff who helps saw the papers of whoever stands there, and typed what they say. */
export const witness = oc
  .input(z.object({ checked: z.literal(true), name: z.string().min(1).max(60), idNumber: z.string().min(1).max(18) }))
  .output(WitnessAnswerSchema)

export const identity = { watchCard, code, mayWitness, witness }
