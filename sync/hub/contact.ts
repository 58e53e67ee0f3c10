import { signHubAnswer } from '../envelope/contact.ts'
import { verifyReceipt } from '../envelope/receipt.ts'
import { type ContactClaim, ContactClaimSchema, type Mark } from '../protocol/contact.ts'
import { type ClaimFault, readClaim } from './claims.ts'
import type { DeviceKeys } from './device-keys.ts'
import { type EpochParts, openEpochIn } from './epoch.ts'
import type { KeyRing } from './key-ring.ts'
import type { HubRouterParts } from './router-parts.ts'
import { instant } from './sources.ts'
import { currentStaffList } from './staff-lists.ts'
import type { HubReads } from './store.ts'

/**
 * A hub is put back to an older state once in a while. Proofs that keep coming say that two hubs with the same keys answer
 * by turns (a forgotten copy behind the same name): each new epoch would make all terminals offer everything again.
 */
const EPOCH_BY_PROOF_EVERY_MS = 3_600_000

export type ContactParts = Pick<HubRouterParts, 'suite'> &
  EpochParts & { readonly keys: KeyRing; readonly deviceKeys: DeviceKeys }
export type SignedAnswer = { readonly ok: true; readonly answer: string } | ClaimFault

/**
 * A contact: the terminal says how it stands and the furthest that this hub ever confirmed to it. A hub that does not
 * know that mark was put back to an older state, perhaps without anybody's saying so. It asks for the receipt, and when
 * that bears its own signature it opens a new epoch, once, so that all terminals offer again what they still hold. Not
 * twice within an hour: until then it goes on asking.
 */
export async function answerContact(
  parts: ContactParts,
  jws: string,
  proof: string | undefined,
): Promise<SignedAnswer> {
  const { store, keys, sources, suite } = parts
  const read = await readClaim(jws, ContactClaimSchema, parts.deviceKeys, suite)
  if (!read.ok) return read
  const { claim, kid } = read
  await keys.refresh()
  const proofWanted = claim.mark !== null && !(await settled(parts, claim, claim.mark, proof))
  const at = instant(sources)
  await store.saveContact({ ...claim, at, deviceKid: kid })
  await store.settleCaseChanges(sources.now())
  const staffList = await currentStaffList(parts, claim.terminalId)
  const { keySet, signing } = keys.current()
  const answer = await signHubAnswer(
    {
      kind: 'contact-answer',
      terminalId: claim.terminalId,
      nonce: claim.nonce,
      at,
      ...(await store.stand()),
      keySetVersion: keySet.version,
      packages: await store.packageVersions(),
      caseSequence: await store.newestCaseSequence(claim.terminalId),
      ...(staffList === undefined ? {} : { staffListVersion: staffList.version }),
      proofWanted,
    },
    signing.ping,
  )
  return { ok: true, answer }
}

/** True when the mark is known, or was just answered with a new epoch. */
async function settled(
  parts: ContactParts,
  { terminalId }: ContactClaim,
  mark: Mark,
  proof: string | undefined,
): Promise<boolean> {
  if (await knowsMark(parts.store, terminalId, mark)) return true
  const { hubEpoch, hubSequence } = mark
  parts.onEvent?.({ event: 'contact.mark-unknown', level: 'warn', terminalId, hubEpoch, hubSequence })
  if (proof === undefined) return false
  const refused = await proofFault(parts, terminalId, mark, proof)
  if (refused !== undefined) {
    parts.onEvent?.({ event: 'contact.proof-refused', level: 'warn', terminalId, why: refused })
    return false
  }
  return parts.store.transaction(async (tx) => {
    // Another terminal may have proven the same a moment ago: one loss, one new epoch.
    if (await knowsMark(tx, terminalId, mark)) return true
    if (isRecent(await tx.lastProofAt(), parts.sources.now())) {
      const why = 'another hub signs with our keys'
      parts.onEvent?.({ event: 'contact.second-hub', level: 'error', terminalId, hubEpoch, hubSequence, why })
      return false
    }
    await openEpochIn(tx, parts, { why: 'proof', forgotten: hubEpoch, terminalId, markSequence: hubSequence })
    return true
  })
}

/** Within the time in which there is one epoch by proof; either way, because the hub's clock may have been put back. */
function isRecent(at: string | undefined, nowMs: number): boolean {
  return at !== undefined && Math.abs(nowMs - Date.parse(at)) < EPOCH_BY_PROOF_EVERY_MS
}

/**
 * A mark of an earlier epoch of this hub says nothing: that terminal sees another epoch now and offers all again. One of
 * this epoch must be the row that stands there.
 */
async function knowsMark(reads: HubReads, terminalId: string, mark: Mark): Promise<boolean> {
  const facts = await reads.markFacts(mark)
  if (!facts.knowsEpoch) return false
  if (mark.hubEpoch !== facts.currentEpoch) return true
  const { row } = facts
  return (
    row !== undefined &&
    row.terminalId === terminalId &&
    row.hubEpoch === mark.hubEpoch &&
    row.receiptSha256 === mark.receiptSha256
  )
}

/** What is wrong with a receipt as the proof of a mark; undefined when it proves it. */
async function proofFault(
  { keys, suite }: ContactParts,
  terminalId: string,
  mark: Mark,
  proof: string,
): Promise<string | undefined> {
  if (suite.sha256Hex(proof) !== mark.receiptSha256) return 'it is not the receipt that the mark names'
  const verified = await verifyReceipt(proof, keys.current().keySet, suite)
  if (!verified.ok) return `${verified.fault}: ${verified.detail}`
  const { receipt } = verified
  if (receipt.terminalId !== terminalId) return 'it is the receipt of another terminal'
  if (receipt.hubEpoch !== mark.hubEpoch) return 'it is a receipt of another epoch'
  if (!receipt.items.some((item) => item.hubSequence === mark.hubSequence)) return 'it does not reach the mark'
  return undefined
}
