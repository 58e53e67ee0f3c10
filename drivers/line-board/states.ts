import { z } from 'zod'
import { type Condition, conditionOf, type DeviceClass, LinkTroubleSchema, linkCondition } from '../condition/states.ts'

/**
 * What the line board (lamps at the slots, beeper, sensors of mains, battery, door and presence) tells the rest of the
 * terminal. Pure: the page's contract uses these schemas too.
 */

/** Words of the lamps on the wire, one for each slot or surface that a citizen uses. */
export const LAMPS = ['reader', 'card', 'code', 'receipt', 'paper', 'scan', 'pad', 'camera'] as const
export const LampSchema = z.enum(LAMPS)
export type Lamp = z.infer<typeof LampSchema>

/** The lamp beside a device; the board itself has none. */
export const LAMP_OF_CLASS: Readonly<Record<Exclude<DeviceClass, 'line-board'>, Lamp>> = {
  'id-card-reader': 'reader',
  'smart-card': 'card',
  'code-scanner': 'code',
  'receipt-printer': 'receipt',
  'document-printer': 'paper',
  'document-scanner': 'scan',
  'signature-pad': 'pad',
  camera: 'camera',
}

export const LampModeSchema = z.enum(['off', 'on', 'blink'])
export type LampMode = z.infer<typeof LampModeSchema>

/** What the sensors say; null: this board has no such sensor. */
export const LineBoardInputsSchema = z.strictObject({
  /** lost: the terminal runs from its battery. */
  mains: z.enum(['on', 'lost']).nullable(),
  batteryPercent: z.int().min(0).max(100).nullable(),
  door: z.enum(['closed', 'open']).nullable(),
  /** Somebody stands in front of the terminal. */
  presence: z.boolean().nullable(),
})
export type LineBoardInputs = z.infer<typeof LineBoardInputsSchema>

const withInputs = { inputs: LineBoardInputsSchema }

export const LineBoardStateSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('connecting') }),
  z.strictObject({ state: z.literal('ready'), ...withInputs }),
  /** Mains lost. The door may be open too. */
  z.strictObject({ state: z.literal('power-lost'), ...withInputs }),
  /** The service door is open, mains are on. */
  z.strictObject({ state: z.literal('door-open'), ...withInputs }),
  /** The wire is not there; opened again by itself, except for a `bad-url`, which only a settings change cures. */
  z.strictObject({ state: z.literal('unplugged'), fault: LinkTroubleSchema }),
  /** The wire is open and the board silent. */
  z.strictObject({ state: z.literal('no-answer') }),
  /** Something answers, and its frames arrive damaged even after asking again. */
  z.strictObject({ state: z.literal('link-bad') }),
  /** A board that speaks another version of the protocol. */
  z.strictObject({ state: z.literal('unknown-board'), version: z.int().nonnegative() }),
  z.strictObject({ state: z.literal('stopped') }),
])
export type LineBoardState = z.infer<typeof LineBoardStateSchema>

export function lineBoardCondition(state: LineBoardState): Condition {
  switch (state.state) {
    case 'ready':
      return conditionOf('ready')
    case 'power-lost':
      return conditionOf('power-lost')
    case 'door-open':
      // A terminal with its service door open works; somebody should know and close it.
      return conditionOf('cover-open', { severity: 'warning' })
    case 'unplugged':
      return linkCondition(state.fault)
    case 'no-answer':
      return conditionOf('not-responding')
    case 'link-bad':
      return conditionOf('hardware-error')
    case 'unknown-board':
      return conditionOf('software-error')
    case 'connecting':
      return conditionOf('connecting')
    case 'stopped':
      return conditionOf('not-reachable', { mend: 'nobody' })
  }
}

/** Each is told once when it is first known, also after the board was away, and then at each change. */
export const LineBoardEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('state'), state: LineBoardStateSchema }),
  /** `lost`: stop taking in, close the journal. While it is lost, told again as the battery goes down. */
  z.strictObject({
    event: z.literal('power'),
    mains: z.enum(['on', 'lost']),
    batteryPercent: z.int().min(0).max(100).nullable(),
  }),
  z.strictObject({ event: z.literal('door'), open: z.boolean() }),
  z.strictObject({ event: z.literal('presence'), present: z.boolean() }),
])
export type LineBoardEvent = z.infer<typeof LineBoardEventSchema>

export const LineBoardFaultSchema = z.enum([
  'unplugged',
  'no-answer',
  'link-bad',
  /** The board has no such lamp, or no beeper. */
  'not-fitted',
  /** The board refused for another reason; see the log. */
  'refused',
  /** A duration out of bounds. A program's mistake; nothing was sent. */
  'bad-value',
  'stopped',
])
export type LineBoardFault = z.infer<typeof LineBoardFaultSchema>

export const LineBoardResultSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true) }),
  z.strictObject({ ok: z.literal(false), fault: LineBoardFaultSchema, state: LineBoardStateSchema }),
])
export type LineBoardResult = z.infer<typeof LineBoardResultSchema>
