import { verifyKeySet } from '../../sync/envelope/key-set.ts'
import { receiptItem, verifyReceipt } from '../../sync/envelope/receipt.ts'
import { openJournal } from '../../sync/journal/journal.ts'

/** What a citizen was told is safe, as the page showed it. */
export interface Promised {
  readonly id: string
  readonly ticket: string
  readonly sha256: string
}

export interface Recount {
  /** Promised and in the hub, with the promised hash. */
  readonly received: number
  /** Promised and not in the hub. */
  readonly lost: number
  /** Rows of the hub beyond the first for one promise, and rows that nobody was promised. */
  readonly duplicated: number
  /** Every promise has a receipt in the terminal's own journal that the hub's key signed over its id and hash. */
  readonly receiptVerified: boolean
}

/** Counts again, from what lies on disk, trusting nobody's word: promises, the hub's rows, the journal, the key set. */
export async function recount(input: {
  readonly promised: readonly Promised[]
  readonly hubRows: readonly Readonly<Record<string, unknown>>[]
  readonly journalDir: string
  readonly keySetJws: string
  readonly rootKeySha256: string
}): Promise<Recount> {
  const { promised, hubRows } = input
  const rowsOf = (promise: Promised) =>
    hubRows.filter(
      (row) => row.submission_id === promise.id && row.sha256 === promise.sha256 && row.ticket === promise.ticket,
    )
  const found = promised.filter((promise) => rowsOf(promise).length > 0).length
  return {
    received: found,
    lost: promised.length - found,
    duplicated: hubRows.length - found,
    receiptVerified: await everyReceiptHolds(input),
  }
}

async function everyReceiptHolds({
  promised,
  journalDir,
  keySetJws,
  rootKeySha256,
}: Parameters<typeof recount>[0]): Promise<boolean> {
  const trusted = await verifyKeySet(keySetJws, rootKeySha256)
  if (!trusted.ok) return false
  const receipts = new Map<string, string>()
  const opened = await openJournal({ dir: journalDir, log: () => undefined })
  if (!opened.ok) return false
  for await (const entry of opened.journal.read(1)) {
    if (!entry.known) continue
    const { frame } = entry
    if (frame.type === 'received') receipts.set(frame.submissionId, frame.receipt)
    // One receipt over many: it must cover each of them all the same.
    else if (frame.type === 'batch-received')
      for (const item of frame.items) receipts.set(item.submissionId, frame.receipt)
  }
  await opened.journal.close()
  for (const { id, sha256 } of promised) {
    const receipt = receipts.get(id)
    if (receipt === undefined) return false
    const verified = await verifyReceipt(receipt, trusted.keySet)
    if (!verified.ok || receiptItem(verified.receipt, id, sha256) === undefined) return false
  }
  return promised.length > 0
}
