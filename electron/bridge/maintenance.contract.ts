import { oc } from '@orpc/contract'
import { z } from 'zod'
import { ConditionSchema, DeviceClassSchema } from '../../drivers/condition/states.ts'
import { LineBoardInputsSchema } from '../../drivers/line-board/states.ts'
import { QuarantineReasonSchema } from '../../sync/protocol/frames.ts'
import { InstantSchema, SubmissionIdSchema } from '../../sync/protocol/ids.ts'
import { LocalTextSchema } from '../../sync/protocol/service-item.ts'
import { TicketSchema } from '../../sync/protocol/ticket.ts'
import { IntakeStateSchema } from './queue.contract.ts'

/** What the page must know of the machine it runs on. */
export const AboutSchema = z.object({
  terminalId: z.string(),
  version: z.string(),
  /** Two lines of the header: the place, and the hall with the machine's number. */
  place: LocalTextSchema,
  hall: LocalTextSchema,
  /** Where people are, for 叫工作人员. */
  staff: z.object({ where: LocalTextSchema, telephone: z.string().nullable() }),
  /** Panel calibration, px per mm (look.md section 2). */
  pxPerMm: z.number().min(1).max(20),
})
export type About = z.infer<typeof AboutSchema>
export const about = oc.output(AboutSchema)

/** The page's own faults, for main's log: no personal data, no free text of the citizen. */
export const report = oc
  .input(
    z.object({
      event: z.enum(['page-error', 'worker-error', 'staff-called', 'page-ready', 'code-dropped']),
      detail: z.string().max(500),
    }),
  )
  .output(z.object({ logged: z.literal(true) }))

/** After the right PIN: names one visit of a maintainer; ends by itself after ten minutes without a call. */
const TokenSchema = z.string().min(16).max(64)

export const UnlockAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('open'), token: TokenSchema }),
  z.object({ outcome: z.literal('wrong-pin'), triesLeft: z.int().min(0) }),
  /** Too many wrong PINs; survives a restart. */
  z.object({ outcome: z.literal('locked-out'), untilUnixMs: z.int() }),
  /** The settings name no PIN: the door cannot be opened at this machine. */
  z.object({ outcome: z.literal('no-pin-set') }),
])
export type UnlockAnswer = z.infer<typeof UnlockAnswerSchema>
export const unlock = oc.input(z.object({ pin: z.string().regex(/^\d{6,12}$/) })).output(UnlockAnswerSchema)
export const lock = oc.input(z.object({ token: TokenSchema })).output(z.object({ locked: z.literal(true) }))

/** One submission as maintainers see it: who applied is not known here. */
export const QueueRowSchema = z.object({
  submissionId: SubmissionIdSchema,
  deviceSequence: z.int().min(1),
  ticket: TicketSchema,
  itemId: z.string(),
  acceptedAt: InstantSchema,
  state: z.enum(['queued', 'received', 'quarantined']),
  reason: QuarantineReasonSchema.nullable(),
  /** What the hub said: status and code. */
  detail: z.string().nullable(),
  /** Failed tries since it was queued, and when main tries next (epoch ms); null when the sync worker keeps that. */
  attempts: z.int().min(0).nullable(),
  nextAttemptAt: z.int().min(0).nullable(),
  /** Envelope and chunks. */
  bytes: z.int().min(1),
  printedAt: InstantSchema.nullable(),
  receivedAt: InstantSchema.nullable(),
})
export type QueueRow = z.infer<typeof QueueRowSchema>
const DeniedSchema = z.object({ ok: z.literal(false), fault: z.literal('not-unlocked') })

/** Newest first; `before` is the deviceSequence of the last row seen. */
export const queueRows = oc
  .input(
    z.object({
      token: TokenSchema,
      state: z.enum(['queued', 'received', 'quarantined']).nullable(),
      before: z.int().min(1).nullable(),
      limit: z.int().min(1).max(100),
    }),
  )
  .output(
    z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), rows: z.array(QueueRowSchema), more: z.boolean() }),
      DeniedSchema,
    ]),
  )

export const HealthSchema = z.object({
  freeBytes: z.int().min(0).nullable(),
  intake: IntakeStateSchema,
  /** Mains, battery, service door; null while no line board answers. */
  lineBoard: LineBoardInputsSchema.omit({ presence: true }).nullable(),
  /** Prints that may be made once: spoiled ones, and whether their record can be read. */
  oneTimePrints: z.object({ spoiled: z.int().min(0), isDamaged: z.boolean() }),
  drainOwner: z.enum(['sync-worker', 'main']),
  /** Null: the hub has never named a backup, so nothing can be purged: an alarm when it lasts. */
  backedUpThrough: z.int().min(0).nullable(),
  hubEpoch: z.string().nullable(),
  lastReconciledAt: InstantSchema.nullable(),
  /** Tickets whose record on this disk is damaged, and where. */
  damage: z.array(
    z.object({
      at: InstantSchema,
      kind: z.enum(['torn-tail', 'broken']),
      place: z.string(),
      tickets: z.array(TicketSchema),
    }),
  ),
})
export type Health = z.infer<typeof HealthSchema>
export const health = oc
  .input(z.object({ token: TokenSchema }))
  .output(z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), health: HealthSchema }), DeniedSchema]))

/** Puts quarantined submissions back into the queue. */
export const requeue = oc
  .input(z.object({ token: TokenSchema, submissionIds: z.array(SubmissionIdSchema).min(1).max(100) }))
  .output(z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), requeued: z.int().min(0) }), DeniedSchema]))

/** Writes all unsent sealed submissions as one signed bundle into the folder that the settings name. */
export const exportUnsent = oc
  .input(z.object({ token: TokenSchema }))
  .output(
    z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), file: z.string(), submissions: z.int().min(0), bytes: z.int().min(0) }),
      z.object({ ok: z.literal(false), fault: z.enum(['not-unlocked', 'not-written']) }),
    ]),
  )

/** One device of the settings, for whoever keeps the machine. */
export const DeviceReadinessSchema = z.object({
  device: DeviceClassSchema,
  name: LocalTextSchema,
  /** As the settings write it. */
  url: z.string(),
  severity: ConditionSchema.shape.severity,
  mend: ConditionSchema.shape.mend,
  /** What is so, and what to do about it. */
  says: LocalTextSchema,
  /** It can begin its work. */
  fit: z.boolean(),
  /** Of several of its class, the one that is used now. */
  used: z.boolean(),
})
export type DeviceReadiness = z.infer<typeof DeviceReadinessSchema>
export const readiness = oc
  .input(z.object({ token: TokenSchema }))
  .output(
    z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), devices: z.array(DeviceReadinessSchema) }),
      DeniedSchema,
    ]),
  )

/** The same as a report on the receipt printer; ok when the printer said that it came out. */
export const PrintReadinessAnswerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), fault: z.enum(['not-unlocked', 'not-printed']) }),
])
export type PrintReadinessAnswer = z.infer<typeof PrintReadinessAnswerSchema>
export const printReadiness = oc.input(z.object({ token: TokenSchema })).output(PrintReadinessAnswerSchema)

export const maintenance = {
  about,
  report,
  unlock,
  lock,
  queueRows,
  health,
  requeue,
  exportUnsent,
  readiness,
  printReadiness,
}
