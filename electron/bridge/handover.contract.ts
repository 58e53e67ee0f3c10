import { oc } from '@orpc/contract'
import { z } from 'zod'
import { MAX_CODE_BYTES } from '../../drivers/code-scanner/states.ts'
import { PrintResultSchema } from '../../drivers/receipt-printer/states.ts'
import { HandoverDraftSchema, HandoverEndedSchema, SealedDraftSchema } from '../../sync/protocol/handover.ts'
import { InstantSchema } from '../../sync/protocol/ids.ts'

/**
 * Handing a half-filled form over to a later visit. The page gives what is filled in; main seals it, has the hub keep it
 * and prints the slip that alone opens it.
 */

/** Why nothing was handed over: nothing was printed, and the form is still there. */
export const NotHandedOverSchema = z.enum([
  /** No checked card is in the visit: nobody could open it again. */
  'no-card',
  /** No signed answer of the hub is fresh, or its answer to this did not come. */
  'offline',
  /** The terminal is not enrolled, or has no keys of the hub. */
  'no-trust',
  'no-printer',
  /** The hub and this machine do not agree on the time. */
  'clock',
  /** More was typed than a form can hold. */
  'too-large',
  /** The visit ended meanwhile. */
  'visit-over',
])
export type NotHandedOver = z.infer<typeof NotHandedOverSchema>

export const HandOverAnswerSchema = z.discriminatedUnion('outcome', [
  /** At the hub, and the printer said that the slip came out. */
  z.object({ outcome: z.literal('handed-over'), expiresAt: InstantSchema }),
  z.object({ outcome: z.literal('not-handed-over'), why: NotHandedOverSchema }),
  /** The hub keeps no more of this terminal now. */
  z.object({ outcome: z.literal('too-many'), retryAfterMs: z.int().min(1) }),
  /** The slip did not come out, whole or at all: what the hub kept is taken back, and a piece of paper opens nothing. */
  z.object({ outcome: z.literal('not-printed'), result: PrintResultSchema }),
])
export type HandOverAnswer = z.infer<typeof HandOverAnswerSchema>

/** Seals, has it kept, prints; answers when the printer has settled. */
export const handOver = oc.input(HandoverDraftSchema).output(HandOverAnswerSchema)

/** Why a slip opens nothing now. */
export const NotOpenedSchema = z.enum([
  /** The citizen's card first, or staff that signs in. */
  'needs-card',
  'offline',
  'no-trust',
  /** No such slip, or a damaged one. */
  'unknown',
  /** Another machine holds it and has not said yet that it is done. */
  'open-elsewhere',
  /** Whoever helps here is not on the hub's list any more. */
  'not-staff',
  /** It came, and this program cannot read it. */
  'damaged',
])
export type NotOpened = z.infer<typeof NotOpenedSchema>

export const OpenAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('opened'), draft: SealedDraftSchema, by: z.enum(['card', 'staff']) }),
  z.object({ outcome: z.literal('wrong-card'), triesLeft: z.int().min(1) }),
  z.object({ outcome: z.literal('ended'), why: HandoverEndedSchema }),
  z.object({ outcome: z.literal('not-opened'), why: NotOpenedSchema }),
])
export type OpenAnswer = z.infer<typeof OpenAnswerSchema>

/** Opens a slip by its code: by whoever's card is in the visit, or for the staff that helps here. */
export const open = oc.input(z.object({ code: z.string().min(1).max(MAX_CODE_BYTES) })).output(OpenAnswerSchema)

/** The page has what was opened: the hub erases it. Until this is said, this terminal may open the slip again. */
export const held = oc.output(z.object({ erasing: z.boolean() }))

export const handover = { handOver, open, held }
