import { z } from 'zod'
import { type Condition, conditionOf, LinkTroubleSchema, linkCondition } from '../condition/states.ts'

/** What a receipt printer can be, as plain data for main, the bridge and the screens. Pure: imports zod only. */

export const ReceiptPrinterStateSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('connecting') }),
  z.strictObject({ state: z.literal('ready'), paperNearEnd: z.boolean() }),
  z.strictObject({ state: z.literal('printing') }),
  z.strictObject({ state: z.literal('paper-out') }),
  z.strictObject({ state: z.literal('cover-open') }),
  z.strictObject({ state: z.literal('cutter-error') }),
  /** Recovers by itself once the head has cooled. */
  z.strictObject({ state: z.literal('head-hot') }),
  /** offline: off line and names no cause (a held feed key does that); unrecoverable: needs power off and on, or repair. */
  z.strictObject({ state: z.literal('error'), cause: z.enum(['offline', 'unrecoverable', 'recoverable']) }),
  z.strictObject({ state: z.literal('unplugged'), cause: LinkTroubleSchema }),
  /** The link is open, the printer says nothing (garbledBytes 0) or nothing that makes sense (more than 0). */
  z.strictObject({ state: z.literal('no-answer'), garbledBytes: z.number().int().nonnegative() }),
])
export type ReceiptPrinterState = z.infer<typeof ReceiptPrinterStateSchema>

/** The same in the words that all classes share. */
export function receiptPrinterCondition(printer: ReceiptPrinterState): Condition {
  switch (printer.state) {
    case 'connecting':
      return conditionOf('connecting')
    case 'ready':
      return conditionOf(printer.paperNearEnd ? 'media-low' : 'ready')
    case 'printing':
      return conditionOf('busy')
    case 'paper-out':
      return conditionOf('media-empty')
    case 'cover-open':
      return conditionOf('cover-open')
    case 'cutter-error':
      return conditionOf('media-jammed')
    case 'head-hot':
      // Cools down within a visit.
      return conditionOf('overheated', { severity: 'warning' })
    case 'error':
      return conditionOf('hardware-error', printer.cause === 'unrecoverable' ? {} : { mend: 'staff' })
    case 'unplugged':
      return linkCondition(printer.cause)
    case 'no-answer':
      return conditionOf('not-responding')
  }
}

export const PrintFaultSchema = z.enum([
  'paper-out',
  'cover-open',
  'cutter-error',
  'head-hot',
  'error',
  'unplugged',
  'no-answer',
  /** On line, but what was queued before us does not move: nothing was sent. */
  'stalled',
  /** All was sent and no fault shows, but the printer did not say in time that it is through. */
  'not-confirmed',
  /** Characters that the printer's font does not have (`characters`), and no rasteriser to draw them. */
  'glyph-missing',
  'bad-document',
  'stopped',
])
export type PrintFault = z.infer<typeof PrintFaultSchema>

/** nothing: no byte of the receipt went out. partly: it began and the printer stopped. unknown: it began and nobody can say. */
export const PaperOutcomeSchema = z.enum(['nothing', 'partly', 'unknown'])
export type PaperOutcome = z.infer<typeof PaperOutcomeSchema>

export const PrintResultSchema = z.discriminatedUnion('ok', [
  /** settledAtMs: the injected clock's reading (monotonic milliseconds) when the printer said that all was processed. */
  z.strictObject({ ok: z.literal(true), settledAtMs: z.number() }),
  z.strictObject({
    ok: z.literal(false),
    fault: PrintFaultSchema,
    paper: PaperOutcomeSchema,
    state: ReceiptPrinterStateSchema,
    /** Only with glyph-missing: each character once, in order of appearance. May be part of a name: never log it. */
    characters: z.array(z.string()).optional(),
    /** Only with bad-document: where the document breaks its schema. */
    detail: z.string().optional(),
  }),
])
export type PrintResult = z.infer<typeof PrintResultSchema>

export const ReceiptPrinterEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('state'), state: ReceiptPrinterStateSchema }),
  /** A job that had been reported as failed came out after all: the printer kept its buffer (it ignores DLE ENQ 2). */
  z.strictObject({ type: z.literal('late-finish'), jobId: z.string() }),
])
export type ReceiptPrinterEvent = z.infer<typeof ReceiptPrinterEventSchema>
