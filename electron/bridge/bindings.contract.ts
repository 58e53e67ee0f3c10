import { oc } from '@orpc/contract'
import { z } from 'zod'
import {
  BindingIdSchema,
  BindingRelationSchema,
  BindingScopeSchema,
  BindRequestSchema,
  UnbindRequestSchema,
} from '../../sync/protocol/binding.ts'
import { UntoldSchema } from './person.contract.ts'
import { SubmitAnswerSchema } from './submissions.contract.ts'

/** Standing bindings of whoever's card is in the visit. Numbers and full names stay in main. */

/** The other one of the two, as far as the page is told. */
export const BindingShownSchema = z.object({
  id: BindingIdSchema,
  maskedName: z.string(),
  /** What the agent is to the principal. */
  relation: BindingRelationSchema,
  scope: BindingScopeSchema,
  until: z.iso.date(),
})
export type BindingShown = z.infer<typeof BindingShownSchema>
export const PrincipalShownSchema = BindingShownSchema.extend({
  /** Ids of the item's preconditions that the principal does not meet; none when no item was named. */
  unmet: z.array(z.string()),
})
export type PrincipalShown = z.infer<typeof PrincipalShownSchema>

export const MyBindingsSchema = z.union([
  z.object({
    outcome: z.literal('told'),
    mayActFor: z.array(PrincipalShownSchema),
    actForMe: z.array(BindingShownSchema),
  }),
  z.object({ outcome: UntoldSchema }),
])
export type MyBindings = z.infer<typeof MyBindingsSchema>

export const BindingItemSchema = z.object({ id: z.string().max(20), version: z.int() })

/** Asks the hub. With an item: only those whose scope has it. */
export const mine = oc.input(z.object({ item: BindingItemSchema.optional() })).output(MyBindingsSchema)
/** Idempotent on draftId; answers as an application does. What was accepted is found again by `submissions.byDraft`. */
// Not `bind`: every function has one of its own, also a client's.
export const make = oc.input(BindRequestSchema).output(SubmitAnswerSchema)
export const end = oc.input(UnbindRequestSchema).output(SubmitAnswerSchema)

export const bindings = { mine, make, end }
