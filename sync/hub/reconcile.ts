import { signHubAnswer } from '../envelope/contact.ts'
import { ReconcileClaimSchema } from '../protocol/contact.ts'
import { readClaim } from './claims.ts'
import type { ContactParts, SignedAnswer } from './contact.ts'
import { instant } from './sources.ts'

/** As many as one answer may list of each kind. */
const MAX_LISTED = 1000

/** One page of the daily comparison: what the terminal lists in a range of its numbers against what is held here. */
export async function answerReconcile(parts: ContactParts, jws: string): Promise<SignedAnswer> {
  const { store, sources, suite } = parts
  const read = await readClaim(jws, ReconcileClaimSchema, parts.deviceKeys, suite)
  if (!read.ok) return read
  const { terminalId, nonce, items, fromDeviceSequence, throughDeviceSequence } = read.claim
  const held = await store.heldHashes(items.map((item) => item.submissionId))
  const missing: string[] = []
  const mismatched: string[] = []
  for (const { submissionId, sha256 } of items) {
    const heldSha256 = held.get(submissionId)
    if (heldSha256 === undefined) missing.push(submissionId)
    else if (heldSha256 !== sha256) mismatched.push(submissionId)
  }
  const listed = new Set(items.map((item) => item.submissionId))
  // Each listed one may stand in that range too, so this many are enough to find as many others.
  const limit = MAX_LISTED + listed.size
  const inRange = await store.heldInRange(terminalId, fromDeviceSequence, throughDeviceSequence, limit)
  const unlisted = inRange
    .filter((each) => !listed.has(each.submissionId))
    .slice(0, MAX_LISTED)
    .map(({ deviceSequence, submissionId }) => ({ deviceSequence, submissionId }))
  if (missing.length + mismatched.length + unlisted.length > 0) {
    const counts = { missing: missing.length, mismatched: mismatched.length, unlisted: unlisted.length }
    parts.onEvent?.({ event: 'reconcile.difference', level: 'warn', terminalId, ...counts })
  }
  const { hubEpoch } = await store.stand()
  const answer = await signHubAnswer(
    { kind: 'reconcile-answer', terminalId, nonce, at: instant(sources), hubEpoch, missing, mismatched, unlisted },
    parts.keys.current().signing.ping,
  )
  return { ok: true, answer }
}
