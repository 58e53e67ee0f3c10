import { receiptItem, verifyReceipt } from '../envelope/receipt.ts'
import type { QuarantineReason } from '../protocol/frames.ts'
import type { KeySet } from '../protocol/keys.ts'
import type { PutResult, Submission } from './answers.ts'
import { type Failed, failed } from './call-failure.ts'

/** What the hub refuses for good, by status; the contract's error names say the same (sync/protocol/hub-api.ts). */
const REASONS: Readonly<Record<number, QuarantineReason>> = {
  400: 'bad-envelope',
  401: 'key-unknown',
  409: 'hash-conflict',
  413: 'too-large',
  426: 'upgrade-needed',
}

/** A refusal in the hub's own words (4xx but 408 and 429). */
export function refused(status: number, code: string): PutResult {
  return {
    outcome: 'quarantined',
    reason: REASONS[status] ?? 'refused',
    detail: `status ${status} ${code.slice(0, 80)}`,
  }
}

/** Delivered is only what a receipt proves: signature, and every number that we know ourselves. */
export async function proven(jws: string, sent: Submission, keySet: KeySet): Promise<PutResult> {
  const verified = await verifyReceipt(jws, keySet)
  // All receipts would fail so: our key set is behind, or this is not our hub.
  if (!verified.ok) return failed('bad-receipt', `${verified.fault}: ${verified.detail}`)
  const { receipt } = verified
  const item = receiptItem(receipt, sent.submissionId, sent.sha256)
  if (item === undefined) return foreign('it covers another submission or another envelope')
  if (receipt.terminalId !== sent.terminalId) return foreign('it is for another terminal')
  if (item.deviceSequence !== sent.deviceSequence) return foreign('it names another device sequence')
  return { outcome: 'received', receipt: jws, hubSequence: item.hubSequence, hubEpoch: receipt.hubEpoch }
}

/** A good signature over something else: a late or mixed-up answer. Only this submission is sent again. */
function foreign(detail: string): Failed {
  return { ...failed('bad-receipt', detail), hubWide: false }
}
