import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { CardFaultSchema } from '../../drivers/id-card-reader/states.ts'
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

export const identity = { watchCard }
