import { verifyReceipt } from '../envelope/receipt.ts'
import type { Suite } from '../envelope/suite.ts'
import type { BatchItemResult } from '../protocol/hub-api.ts'
import type { KeySet } from '../protocol/keys.ts'
import type { HubReceipt } from '../protocol/receipt.ts'
import type { PutResult, Submission } from './answers.ts'
import { type Failed, failed } from './call-failure.ts'
import { covered, foreign, refused } from './put-outcome.ts'

export interface BatchReply {
  /** Over all that are "stored"; null when there are none. */
  readonly receipt: string | null
  readonly results: readonly BatchItemResult[]
}

/**
 * Judges a batch's answer item by item: new ones by the one receipt of the batch, held ones by their stored receipts.
 * Each distinct receipt is verified once, however many items lean on it.
 * @returns a result for each submission that was sent, by id; or Failed when the batch's own receipt does not verify:
 * then nothing else in this answer is believed, refusals included.
 */
export async function batchOutcomes(
  reply: BatchReply,
  sent: readonly Submission[],
  keySet: KeySet,
  suite: Suite,
): Promise<ReadonlyMap<string, PutResult> | Failed> {
  const verified = new Map<string, ReturnType<typeof verifyReceipt>>()
  const verifyOnce = (jws: string) => {
    const known = verified.get(jws) ?? verifyReceipt(jws, keySet, suite)
    verified.set(jws, known)
    return known
  }

  const batch = reply.receipt === null ? undefined : await verifyOnce(reply.receipt)
  // All receipts would fail so: our key set is behind, or this is not our hub.
  if (batch?.ok === false) return failed('bad-receipt', `batch, ${batch.fault}: ${batch.detail}`)
  const stored: HubReceipt | undefined = batch?.receipt

  const told = new Map<string, BatchItemResult>()
  const twice = new Set<string>()
  for (const result of reply.results) {
    if (told.has(result.submissionId)) twice.add(result.submissionId)
    told.set(result.submissionId, result)
  }

  async function held(submission: Submission, jws: string): Promise<PutResult> {
    const known = await verifyOnce(jws)
    return known.ok ? covered(jws, known.receipt, submission) : foreign(`held, ${known.fault}: ${known.detail}`)
  }

  async function outcomeOf(submission: Submission): Promise<PutResult> {
    const item = told.get(submission.submissionId)
    if (item === undefined) return foreign('the answer leaves it out')
    if (twice.has(submission.submissionId)) return foreign('the answer names it twice')
    switch (item.outcome) {
      case 'stored':
        if (reply.receipt === null || stored === undefined) return foreign('stored, it says, without a receipt')
        return covered(reply.receipt, stored, submission)
      case 'held':
        return held(submission, item.receipt)
      case 'held-with': {
        const other = told.get(item.heldWith)
        return other?.outcome === 'held'
          ? held(submission, other.receipt)
          : foreign('held, it says, with one that is not')
      }
      case 'chunks-missing':
        return { outcome: 'chunks-missing', missing: item.missing }
      case 'refused':
        return refused(item.status, item.code)
    }
  }

  const results = new Map<string, PutResult>()
  for (const submission of sent) results.set(submission.submissionId, await outcomeOf(submission))
  return results
}
