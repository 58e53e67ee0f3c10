import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { CaseStateSchema } from '../../sync/protocol/contact.ts'
import { DraftIdSchema, InstantSchema, SubmissionIdSchema } from '../../sync/protocol/ids.ts'
import { SubmitRequestSchema } from '../../sync/protocol/submission.ts'
import { TicketSchema } from '../../sync/protocol/ticket.ts'

/** What a citizen is told once the submission is a frame on disk: this is the promise. */
export const AcceptedSchema = z.object({
  submissionId: SubmissionIdSchema,
  /** This terminal's number of it, from 1 without gaps. */
  sequence: z.int().min(1),
  ticket: TicketSchema,
  acceptedAt: InstantSchema,
  itemId: z.string(),
  /** Text of the QR code; null after a restart, when the secret is gone from memory. */
  qr: z.string().nullable(),
})
export type Accepted = z.infer<typeof AcceptedSchema>

export const SubmitAnswerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), accepted: AcceptedSchema }),
  z.object({
    ok: z.literal(false),
    fault: z.enum([
      /** No checked card is in the session. */
      'no-card',
      /** The catalogue does not have the item, or not in this version. */
      'unknown-item',
      'bad-answers',
      /** The item asks for somebody else: age, division or kind of card (sync/protocol/preconditions). */
      'precondition',
      /** A paper is missing, was not asked for, or cannot be given in this way (sync/protocol/materials). */
      'bad-materials',
      /** Nobody said yes to the item's consent, or to other words than its own (sync/protocol/consent). */
      'consent-missing',
      'signature-missing',
      /** The citizen signs alone: whoever helps has to leave first. */
      'staff-helping',
      /** Proxy with the principal present: that person's card was not read in this visit. */
      'no-principal',
      /** The item does not take it from this agent in this way (sync/protocol/proxy-rules). */
      'bad-proxy',
      /** The two cannot be bound, or nothing was bound (sync/protocol/binding). */
      'bad-binding',
      /** The item asks for a surer way than this one to sign in (sync/protocol/sign-in): mostly the resident card's chip. */
      'sign-in-too-low',
      /** The agent has handed in as many for others today as anybody may. */
      'agent-limit',
      /** The terminal is not enrolled, or has no valid sealing key. */
      'no-trust',
      /** The journal could not be written; nothing was kept. */
      'not-stored',
      /** The disk is nearly full: nothing new is taken in, so that what is here stays safe. Opens again by itself. */
      'no-space',
      /** Mains power is gone: nothing new is taken in while the battery lasts. Opens again by itself. */
      'no-power',
      /** There is room for papers without attachments only. */
      'no-attachments',
    ]),
    /** For bad-answers, precondition, bad-materials, bad-proxy and bad-binding: which field, precondition or material, and why. */
    fields: z.array(z.object({ field: z.string(), fault: z.string() })),
  }),
])
export type SubmitAnswer = z.infer<typeof SubmitAnswerSchema>

/** Idempotent on draftId: however often it is called, one submission and one ticket. */
export const submit = oc.input(SubmitRequestSchema).output(SubmitAnswerSchema)
/** After a lost answer or a reload: what became of a draft, or null when main has not accepted it. */
export const byDraft = oc.input(z.object({ draftId: DraftIdSchema })).output(AcceptedSchema.nullable())

export const DeliverySchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('queued') }),
  z.object({ state: z.literal('received'), receivedAt: InstantSchema, hubSequence: z.int().min(1) }),
  z.object({ state: z.literal('quarantined') }),
])
export type Delivery = z.infer<typeof DeliverySchema>
/** Starts with the present state, then follows. */
export const watchDelivery = oc
  .input(z.object({ submissionId: SubmissionIdSchema }))
  .output(eventIterator(DeliverySchema))

/** Receipts accepted in the last 10 minutes and not printed: offered on the idle page by ticket. */
export const unprinted = oc.output(z.array(AcceptedSchema))

/** What a citizen hears of a submission by its ticket: no name, no number. */
export const FoundSchema = z.object({
  ticket: TicketSchema,
  itemId: z.string(),
  acceptedAt: InstantSchema,
  /** waiting: safe here, not yet at the hub. needs-staff: the hub refused it or this machine cannot read it back. */
  state: z.enum(['waiting', 'received', 'needs-staff']),
  receivedAt: InstantSchema.nullable(),
  /** As the hub last said. */
  case: z.object({ state: CaseStateSchema, at: InstantSchema }).nullable(),
})
export type Found = z.infer<typeof FoundSchema>
export const FindAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('found'), found: FoundSchema }),
  z.object({ outcome: z.literal('not-found') }),
  /** Typed look-ups are rationed, so that tickets cannot be guessed. */
  z.object({ outcome: z.literal('too-many-tries'), retryAfterMs: z.int().min(0) }),
  /** Staff sees the form that is open, and nobody's cases. */
  z.object({ outcome: z.literal('staff-helping') }),
])
export type FindAnswer = z.infer<typeof FindAnswerSchema>
/** "My submissions on this terminal": by ticket, as typed (checked) or scanned. */
export const byTicket = oc.input(z.object({ ticket: TicketSchema })).output(FindAnswerSchema)

/** The same by the QR code on the citizen's receipt; its secret stays with the page, for main cannot check it any more. */
export const byReceipt = oc.input(z.object({ submissionId: SubmissionIdSchema })).output(FindAnswerSchema)

export const submissions = { submit, byDraft, watchDelivery, unprinted, byTicket, byReceipt }
