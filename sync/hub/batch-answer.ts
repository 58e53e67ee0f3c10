import { type BatchItemResult, MAX_BATCH_BYTES } from '../protocol/hub-api.ts'
import type { IngestResult } from './ingest.ts'
import type { HandedIn, IngestRefusal } from './ingest-check.ts'

/** What makes a whole batch unfit before anything in it is looked at. */
export function batchFault(submissions: readonly HandedIn[]): string | undefined {
  const bytes = submissions.reduce((sum, { envelope }) => sum + envelope.length, 0)
  return bytes > MAX_BATCH_BYTES ? `it is larger than ${MAX_BATCH_BYTES} bytes` : undefined
}

/** What became of each, in the order in which they came. A stored receipt over many of them is said once. */
export function batchResults(submissions: readonly HandedIn[], results: readonly IngestResult[]): BatchItemResult[] {
  const saidWith = new Map<string, string>()
  return submissions.map(({ submissionId }, index): BatchItemResult => {
    const result = results[index]
    if (result === undefined) throw new Error('batch: each submission has a result')
    if (!result.ok) return refusal(submissionId, result)
    if (result.signedNow) return { submissionId, outcome: 'stored' }
    const heldWith = saidWith.get(result.receiptSha256)
    if (heldWith !== undefined) return { submissionId, outcome: 'held-with', heldWith }
    saidWith.set(result.receiptSha256, submissionId)
    return { submissionId, outcome: 'held', receipt: result.receipt }
  })
}

function refusal(submissionId: string, result: IngestRefusal): BatchItemResult {
  const refused = { submissionId, outcome: 'refused' as const }
  switch (result.fault) {
    case 'bad-envelope':
      return { ...refused, status: 400, code: 'BAD_ENVELOPE', why: result.why.slice(0, 300) }
    case 'key-unknown':
      return { ...refused, status: 401, code: 'KEY_UNKNOWN', why: result.why.slice(0, 300) }
    case 'hash-conflict':
      return { ...refused, status: 409, code: 'HASH_CONFLICT', why: `held: ${result.held}` }
    case 'too-large':
      return { ...refused, status: 413, code: 'TOO_LARGE', why: `at most ${result.maxBytes} bytes` }
    case 'upgrade-needed':
      return { ...refused, status: 426, code: 'UPGRADE_NEEDED', why: result.why.slice(0, 300) }
    case 'chunks-missing':
      return { submissionId, outcome: 'chunks-missing', missing: [...result.missing] }
  }
}
