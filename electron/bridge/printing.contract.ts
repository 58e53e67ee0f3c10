import { oc } from '@orpc/contract'
import { z } from 'zod'
import { PrintResultSchema } from '../../drivers/receipt-printer/states.ts'
import { SubmissionIdSchema } from '../../sync/protocol/ids.ts'

export const PrintReceiptAnswerSchema = z.discriminatedUnion('kind', [
  /** What the printer really did. */
  z.object({ kind: z.literal('settled'), result: PrintResultSchema }),
  z.object({ kind: z.literal('no-printer') }),
  z.object({ kind: z.literal('unknown-submission') }),
])
export type PrintReceiptAnswer = z.infer<typeof PrintReceiptAnswerSchema>

/**
 * Prints the receipt of an accepted submission and answers when the printer has settled, one way or the other. The
 * page names the submission only; main makes the paper. `again` prints a further copy of one already printed.
 */
export const printReceipt = oc
  .input(z.object({ submissionId: SubmissionIdSchema, again: z.boolean() }))
  .output(PrintReceiptAnswerSchema)

export const printing = { printReceipt }
