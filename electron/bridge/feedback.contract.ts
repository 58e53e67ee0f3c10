import { oc } from '@orpc/contract'
import { z } from 'zod'
import { ComplainRequestSchema, RateRequestSchema } from '../../sync/protocol/feedback.ts'
import { SubmitAnswerSchema } from './submissions.contract.ts'

export const RateAnswerSchema = z.discriminatedUnion('ok', [
  /** On disk, sealed. There is no ticket to give: nobody is to ask for it. */
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    fault: z.enum([
      /** Nothing that was taken in during this visit has this id; after a restart nothing has. */
      'not-of-this-visit',
      'already-rated',
      /** Staff never rates, nor watches. */
      'staff-joined',
      /** The item asks for none (quiet mode). */
      'not-asked',
      'no-trust',
      'not-stored',
      'no-space',
      'no-power',
    ]),
  }),
])
export type RateAnswer = z.infer<typeof RateAnswerSchema>

/** Idempotent on draftId. */
export const rate = oc.input(RateRequestSchema).output(RateAnswerSchema)
/** Idempotent on draftId; answers as an application does. What was accepted is found again by `submissions.byDraft`. */
export const complain = oc.input(ComplainRequestSchema).output(SubmitAnswerSchema)

export const feedback = { rate, complain }
