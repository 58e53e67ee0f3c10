import { receiptItem, verifyReceipt } from '../envelope/receipt.ts'
import type { Suite } from '../envelope/suite.ts'
import type { QuarantineReason } from '../protocol/frames.ts'
import type { KeySet } from '../protocol/keys.ts'
import type { HubReceipt } from '../protocol/receipt.ts'
import type { PutResult, Received, Submission } from './answers.ts'
import { type Failed, failed } from './call-failure.ts'

/** What the hub refuses for good, by status; the contract's error names say the same (sync/protocol/hub-api.ts). */
const REASONS: Readonly<Record<number, QuarantineReason>> = {
  400: 'bad-envelope',
  401: 'key-unknown',
  409: 'hash-conflict',
  413: 'too-large',
  426: 'upgrade-needed',
}

/** A refusal of one submission in the hub's own words (4xx but 408, 424 and 429). */
export function refused(status: number, code: string): Extract<PutResult, { outcome: 'quarantined' }> {
  return {
    outcome: 'quarantined',
    reason: REASONS[status] ?? 'refused',
    detail: `status ${status} ${code.slice(0, 80)}`,
  }
}

/** Delivered is only what a receipt proves: signature, and every number that we know ourselves. */
export async function proven(jws: string, sent: Submission, keySet: KeySet, suite: Suite): Promise<Received | Failed> {
  const verified = await verifyReceipt(jws, keySet, suite)
  // All receipts would fail so: our key set is behind, or this is not our hub.
  if (!verified.ok) return failed('bad-receipt', `${verified.fault}: ${verified.detail}`)
  return covered(jws, verified.receipt, sent)
}

/** What a receipt, whose signature was checked, proves about one submission. */
export function covered(jws: string, receipt: HubReceipt, sent: Submission): Received | Failed {
  const item = receiptItem(receipt, sent.submissionId, sent.sha256)
  if (item === undefined) return foreign('it covers another submission or another envelope')
  if (receipt.terminalId !== sent.terminalId) return foreign('it is for another terminal')
  if (item.deviceSequence !== sent.deviceSequence) return foreign('it names another device sequence')
  return { outcome: 'received', receipt: jws, hubSequence: item.hubSequence, hubEpoch: receipt.hubEpoch }
}

/** A good signature over something else: a late or mixed-up answer. Only this submission is sent again. */
export function foreign(detail: string): Failed {
  return { ...failed('bad-receipt', detail), hubWide: false }
}
