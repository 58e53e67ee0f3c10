import { SubmissionIdSchema } from '../../../sync/protocol/ids.ts'
import { isTicket } from '../../../sync/protocol/ticket.ts'

/** What a scanned code says of a submission: its ticket, or the submission itself, from the receipt's QR code. */
export type ScannedCase =
  | { readonly kind: 'ticket'; readonly ticket: string }
  | { readonly kind: 'receipt'; readonly submissionId: string }

/** As main prints it: scheme, version, submission, secret. Longer ones belong to later versions. */
const RECEIPT = /^bianmin:1:([^:]+):[\w-]{22}$/

/** Undefined: neither. */
export function scannedCase(text: string): ScannedCase | undefined {
  const submissionId = SubmissionIdSchema.safeParse(RECEIPT.exec(text.trim())?.[1])
  if (submissionId.success) return { kind: 'receipt', submissionId: submissionId.data }
  const ticket = text.replace(/[\s-]/g, '').toUpperCase()
  return isTicket(ticket) ? { kind: 'ticket', ticket } : undefined
}
