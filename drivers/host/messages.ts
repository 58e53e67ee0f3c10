import { z } from 'zod'
import { ConditionSchema } from '../condition/states.ts'
import { HOSTED_CLASSES, type HostedClass, HostedClassSchema } from './classes.ts'

/**
 * What main and the device host say to each other: plain data that survives structured clone, checked on both sides.
 * The host is a child process, so that a native module that crashes never takes main or the screen down.
 */

/** Device URLs of each class, the preferred one first; a class that is not named is not there. */
export type DevicePlan = Readonly<Partial<Record<HostedClass, readonly string[]>>>
const planShape = Object.fromEntries(HOSTED_CLASSES.map((name) => [name, z.array(z.string()).readonly().optional()]))
export const DevicePlanSchema: z.ZodType<DevicePlan> = z.strictObject(planShape)

export const ToHostSchema = z.discriminatedUnion('type', [
  /** The first starts the drivers; a later one ends those that it does not name and starts the new ones. */
  z.object({ type: z.literal('plan'), devices: DevicePlanSchema }),
  z.object({
    type: z.literal('call'),
    callId: z.int(),
    device: HostedClassSchema,
    operation: z.string(),
    /** Checked by the operation's own schema (classes.ts). */
    argument: z.unknown(),
  }),
  z.object({ type: z.literal('cancel'), callId: z.int() }),
  z.object({ type: z.literal('stop') }),
])
export type ToHost = z.infer<typeof ToHostSchema>

export const LogLevelSchema = z.enum(['debug', 'info', 'warn', 'error'])

/** The devices of one class. `state` is checked by the class's own schema. */
export const BankSchema = z.object({
  members: z.array(z.object({ url: z.string(), state: z.unknown(), condition: ConditionSchema })),
  /** Place in `members` of the one that is used now; the first that is fit, else the preferred one. */
  chosen: z.int().min(0),
})
export type Bank = z.infer<typeof BankSchema>

export const FromHostSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), pid: z.int() }),
  z.object({ type: z.literal('bank'), device: HostedClassSchema, bank: BankSchema }),
  /** Checked by the class's own schema. */
  z.object({ type: z.literal('event'), device: HostedClassSchema, url: z.string(), event: z.unknown() }),
  /** On the way to a result: a page, progress. Checked by the operation's own schema. */
  z.object({ type: z.literal('note'), callId: z.int(), note: z.unknown() }),
  z.object({ type: z.literal('result'), callId: z.int(), result: z.unknown() }),
  z.object({
    type: z.literal('log'),
    level: LogLevelSchema,
    event: z.string(),
    detail: z.record(z.string(), z.unknown()),
  }),
])
export type FromHost = z.infer<typeof FromHostSchema>
