import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { MAX_CODE_BYTES } from '../../drivers/code-scanner/states.ts'
import { InstantSchema } from '../../sync/protocol/ids.ts'
import { HelperSchema, StaffPinSchema } from '../../sync/protocol/staff.ts'

/**
 * Calling staff, and staff who help (帮办). All of it lives in main's memory and for one visit. The page shows it and has no
 * say in it: badge secrets are kept from it, and who helped is written into the payload by main.
 */

/** Why a badge lets nobody in. */
export const BadgeRefusalSchema = z.enum([
  /** Nobody on this terminal's list has it: of another terminal, taken back, or no badge of this hub. */
  'unknown-badge',
  /** Too many wrong PINs with this badge; survives a restart. */
  'locked-out',
  /** The hub has never told this terminal who may help. */
  'no-list',
  /** Older than 72 h: the terminal has to reach the hub first. */
  'list-expired',
  /** This machine's clock is before the list's birth: nobody can say whether it has expired. */
  'clock-wrong',
])
export type BadgeRefusal = z.infer<typeof BadgeRefusalSchema>

/** What a badge has led to; null: nothing. */
export const PinDeskSchema = z.discriminatedUnion('stage', [
  /** `wrongBefore`: wrong PINs in a row with this badge, the last one included. */
  z.object({ stage: z.literal('asking'), wrongBefore: z.int().min(0) }),
  z.object({
    stage: z.literal('refused'),
    why: BadgeRefusalSchema,
    /** For locked-out. */
    untilUnixMs: z.int().nullable(),
  }),
])
export type PinDesk = z.infer<typeof PinDeskSchema>

export const CallSchema = z.object({
  at: InstantSchema,
  /** What main could do to be heard: the line board's beeper sounded, or only the screen shows it. */
  signal: z.enum(['beeped', 'screen-only']),
  /** When a staff member joined. */
  answeredAt: InstantSchema.nullable(),
})
export type Call = z.infer<typeof CallSchema>

export const AssistSchema = z.object({ ...HelperSchema.shape, since: InstantSchema })
export type Assist = z.infer<typeof AssistSchema>

export const StaffViewSchema = z.object({
  call: CallSchema.nullable(),
  pin: PinDeskSchema.nullable(),
  /** Who helps now: while this stands, no signature, no rating and no look-up is taken. */
  assist: AssistSchema.nullable(),
})
export type StaffView = z.infer<typeof StaffViewSchema>

/** Starts with the present view, then follows. */
export const watch = oc.output(eventIterator(StaffViewSchema))

/** The citizen wants a person. Again while a call stands: it sounds once more, the time stays. */
export const call = oc.output(CallSchema)

/** A code that a scanner typed like a keyboard. Those at the device host main takes itself, and the page never sees them. */
export const badge = oc
  .input(z.object({ text: z.string().min(1).max(MAX_CODE_BYTES) }))
  .output(z.object({ isBadge: z.boolean() }))

export const PinAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('joined'), assist: AssistSchema }),
  z.object({ outcome: z.literal('wrong-pin'), wrongBefore: z.int().min(1) }),
  z.object({ outcome: z.literal('refused'), why: BadgeRefusalSchema, untilUnixMs: z.int().nullable() }),
  /** The badge was read too long ago, or another visit has begun: show it again. */
  z.object({ outcome: z.literal('no-badge') }),
  /** Over all badges of this machine. */
  z.object({ outcome: z.literal('too-many-tries'), retryAfterMs: z.int().min(1) }),
])
export type PinAnswer = z.infer<typeof PinAnswerSchema>
/** The six digits that belong to the badge that was read last. */
export const pin = oc.input(z.object({ pin: StaffPinSchema })).output(PinAnswerSchema)

/** Staff leaves, the citizen goes on alone, or the PIN page is left. */
export const leave = oc.input(z.object({ what: z.enum(['pin', 'assist']) })).output(z.object({ left: z.literal(true) }))

export const staff = { watch, call, badge, pin, leave }
