import { implement } from '@orpc/server'
import type { ReceiptPrinting } from '../receipt-printing.ts'
import { printing } from './printing.contract.ts'

export function printingHandlers(receipts: ReceiptPrinting) {
  const os = implement(printing)
  return os.router({
    printReceipt: os.printReceipt.handler(({ input }) => receipts.print(input.submissionId, input.again)),
  })
}
