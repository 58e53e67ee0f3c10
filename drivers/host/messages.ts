import { z } from 'zod'
import { CardReaderEventSchema } from '../id-card-reader/states.ts'
import { PrintResultSchema, ReceiptPrinterEventSchema } from '../receipt-printer/states.ts'

/**
 * What main and the device host say to each other: plain data that survives structured clone and JSON, checked on both
 * sides. The host is a child process, so that a native module that crashes never takes main or the screen down.
 */

/** Device classes and their URLs; a class without a URL is not there. */
export const DevicePlanSchema = z.strictObject({
  'id-card-reader': z.string().optional(),
  'receipt-printer': z.string().optional(),
})
export type DevicePlan = z.infer<typeof DevicePlanSchema>

export const ToHostSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), devices: DevicePlanSchema }),
  z.object({
    type: z.literal('print-receipt'),
    callId: z.int(),
    jobId: z.string(),
    /** The driver checks it and answers "bad-document": one bad receipt must not take the host down, and the reader with it. */
    document: z.unknown(),
  }),
  z.object({ type: z.literal('stop') }),
])
export type ToHost = z.infer<typeof ToHostSchema>

export const LogLevelSchema = z.enum(['debug', 'info', 'warn', 'error'])

export const FromHostSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), pid: z.int() }),
  z.object({ type: z.literal('id-card-reader'), event: CardReaderEventSchema }),
  z.object({ type: z.literal('receipt-printer'), event: ReceiptPrinterEventSchema }),
  z.object({ type: z.literal('print-result'), callId: z.int(), result: PrintResultSchema }),
  z.object({
    type: z.literal('log'),
    level: LogLevelSchema,
    event: z.string(),
    detail: z.record(z.string(), z.unknown()),
  }),
])
export type FromHost = z.infer<typeof FromHostSchema>
