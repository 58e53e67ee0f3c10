import { signHubAnswer } from '../envelope/contact.ts'
import { CasePullClaimSchema } from '../protocol/contact.ts'
import { readClaim } from './claims.ts'
import type { ContactParts, SignedAnswer } from './contact.ts'
import { instant } from './sources.ts'

/**
 * What changed in a terminal's cases since its checkpoint; from the start when that is of another epoch, or of a state
 * that this hub was put back from: a checkpoint is always 0 or the sequence of a change, and that change is not here.
 */
export async function answerCasePull(parts: ContactParts, jws: string): Promise<SignedAnswer> {
  const { store, sources, suite } = parts
  const read = await readClaim(jws, CasePullClaimSchema, parts.deviceKeys, suite)
  if (!read.ok) return read
  const { terminalId, nonce, checkpoint, limit } = read.claim
  await store.settleCaseChanges(sources.now())
  const { hubEpoch } = await store.stand()
  const isOurs =
    checkpoint !== null &&
    checkpoint.hubEpoch === hubEpoch &&
    (checkpoint.sequence === 0 || (await store.hasCaseChange(terminalId, checkpoint.sequence)))
  const fromStart = !isOurs
  const after = isOurs ? checkpoint.sequence : 0
  const found = await store.caseChanges(terminalId, after, limit + 1)
  const changes = found.slice(0, limit)
  const answer = await signHubAnswer(
    {
      kind: 'case-pull-answer',
      terminalId,
      nonce,
      at: instant(sources),
      hubEpoch,
      fromStart,
      changes,
      checkpoint: { hubEpoch, sequence: changes.at(-1)?.sequence ?? after },
      more: found.length > limit,
    },
    parts.keys.current().signing.ping,
  )
  return { ok: true, answer }
}
