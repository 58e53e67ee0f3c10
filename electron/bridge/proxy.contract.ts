import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { CardFaultSchema } from '../../drivers/id-card-reader/states.ts'
import { ApplicantSchema } from '../../sync/protocol/applicant.ts'
import { CardRefusalSchema } from '../../sync/protocol/identity.ts'

/** 代办: what main knows of it and the page does not, before anything is submitted. */

/** The second card of a visit, the principal's: read by main like the first, while the page asks for it. */
export const PrincipalEventSchema = z.discriminatedUnion('kind', [
  /** Nobody asked for it. */
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('waiting') }),
  z.object({ kind: z.literal('reading') }),
  z.object({ kind: z.literal('card'), applicant: ApplicantSchema }),
  /** The agent's own card, once more. */
  z.object({ kind: z.literal('same-person') }),
  z.object({ kind: z.literal('card-fault'), fault: CardFaultSchema }),
  z.object({ kind: z.literal('card-refused'), refusal: CardRefusalSchema }),
])
export type PrincipalEvent = z.infer<typeof PrincipalEventSchema>

/** How many more submissions whoever's card is in the visit may hand in for others today; none without a card. */
export const left = oc.output(z.object({ left: z.int().min(0) }))
/** From now on, or no longer, another person's card is the principal's. One that was read stays until another comes. */
export const expectPrincipal = oc.input(z.object({ expected: z.boolean() })).output(z.object({ expected: z.boolean() }))
/** Starts with the present state, then follows. */
export const watchPrincipal = oc.output(eventIterator(PrincipalEventSchema))

export const proxy = { left, expectPrincipal, watchPrincipal }
