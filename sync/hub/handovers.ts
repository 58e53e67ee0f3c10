import { timingSafeEqual } from 'node:crypto'
import { signHubAnswer } from '../envelope/contact.ts'
import {
  HANDOVER_LIFE_MS,
  HANDOVER_TRIES,
  HandoverEndClaimSchema,
  type HandoverEnded,
  type HandoverPutClaim,
  HandoverPutClaimSchema,
  type HandoverResult,
  type HandoverTakeClaim,
  HandoverTakeClaimSchema,
} from '../protocol/handover.ts'
import { readClaim } from './claims.ts'
import type { ContactParts, SignedAnswer } from './contact.ts'
import { endedRow, type HandoverLine, type HandoverRow, type OpenHandover } from './handover-store.ts'
import { instant } from './sources.ts'
import type { HubTx } from './store.ts'

/**
 * Half-filled forms on their way from one visit to the next. The hub holds ciphertext and hashes of proofs; it can open
 * nothing and knows nobody. Whoever shows the slip's verifier learns how things stand, nobody else learns anything.
 */

/** How far a terminal's clock may be ahead of the hub's when they agree on an end. */
const CLOCK_SLACK_MS = 10 * 60_000
/** How long it can still be said of a slip that it was used or has run out. */
export const HANDOVER_REMEMBERED_MS = 30 * 24 * 60 * 60_000

/**
 * Open slips that the hub keeps of one terminal's last hour. Half a form takes some minutes to fill in, so no visitors come
 * to more; a terminal that somebody drives on its own cannot fill the hub: 20 an hour are 42 MB in a slip's day.
 */
export const HANDOVERS_AN_HOUR = 20
const HOUR_MS = 60 * 60_000

/** Keeps a sealed form; the same one again is harmless. */
export async function answerHandoverPut(parts: ContactParts, jws: string): Promise<SignedAnswer> {
  const read = await readClaim(jws, HandoverPutClaimSchema, parts.deviceKeys, parts.suite)
  if (!read.ok) return read
  const { claim } = read
  const nowMs = parts.sources.now()
  const lifeMs = Date.parse(claim.expiresAt) - nowMs
  if (lifeMs <= 0 || lifeMs > HANDOVER_LIFE_MS + CLOCK_SLACK_MS) {
    return signed(parts, claim, { outcome: 'refused', why: 'clock' })
  }
  const result = await parts.store.transaction((tx) => put(tx, claim, instant(parts.sources), nowMs))
  return signed(parts, claim, result)
}

async function put(tx: HubTx, claim: HandoverPutClaim, at: string, nowMs: number): Promise<HandoverResult> {
  const { handoverId, sealed, verifierSha256, cardProofSha256, terminalId, expiresAt } = claim
  const before = await tx.handover(handoverId)
  if (before !== undefined) {
    const isSame = before.sealed === sealed && before.sealedBy === terminalId
    return isSame ? { outcome: 'kept' } : { outcome: 'refused', why: 'id-taken' }
  }
  const open = await tx.openHandoversOf(terminalId, new Date(nowMs - HOUR_MS).toISOString())
  // The next may come when as few are left of the hour as leave room for it.
  const first = open[open.length - HANDOVERS_AN_HOUR]
  if (first !== undefined) {
    return { outcome: 'too-many', retryAfterMs: Math.max(1, Date.parse(first) + HOUR_MS - nowMs) }
  }
  const row: OpenHandover = {
    ...{ handoverId, sealedBy: terminalId, sealedAt: at, expiresAt, verifierSha256, cardProofSha256, sealed },
    ...{ tries: 0, takenBy: null, ended: null },
  }
  await tx.saveHandover(row)
  await tx.logHandover({ handoverId, at, terminalId, act: 'kept', staffId: null })
  return { outcome: 'kept' }
}

/** Gives the ciphertext to the one terminal that asks first with the right card, or at a signed-in window. */
export async function answerHandoverTake(parts: ContactParts, jws: string): Promise<SignedAnswer> {
  const read = await readClaim(jws, HandoverTakeClaimSchema, parts.deviceKeys, parts.suite)
  if (!read.ok) return read
  const { claim } = read
  const result = await parts.store.transaction((tx) => take(tx, claim, parts))
  return signed(parts, claim, result)
}

async function take(tx: HubTx, claim: HandoverTakeClaim, parts: ContactParts): Promise<HandoverResult> {
  const { handoverId, terminalId, by } = claim
  const at = instant(parts.sources)
  const row = await tx.handover(handoverId)
  if (row === undefined || !isHashOf(row.verifierSha256, claim.verifier, parts)) return { outcome: 'unknown' }
  const line: HandoverLine = { handoverId, at, terminalId, act: 'taken', staffId: null }
  if (row.ended !== null) return { outcome: 'ended', why: row.ended }
  if (row.expiresAt <= at) return end(tx, row, 'expired', { ...line, terminalId: null })
  if (by.who === 'staff') {
    if (!(await isStaffAt(tx, by.staffId, terminalId))) return { outcome: 'not-staff' }
  } else if (!isHashOf(row.cardProofSha256, by.cardProof, parts)) {
    const tries = row.tries + 1
    await tx.logHandover({ ...line, act: 'wrong-card' })
    if (tries >= HANDOVER_TRIES) return end(tx, { ...row, tries }, 'destroyed', line)
    await tx.saveHandover({ ...row, tries })
    return { outcome: 'wrong-card', triesLeft: HANDOVER_TRIES - tries }
  }
  if (row.takenBy !== null && row.takenBy !== terminalId) return { outcome: 'open-elsewhere' }
  if (row.takenBy === null) {
    await tx.saveHandover({ ...row, takenBy: terminalId })
    await tx.logHandover({ ...line, staffId: by.who === 'staff' ? by.staffId : null })
  }
  return { outcome: 'opened', sealed: row.sealed, sealedBy: row.sealedBy, expiresAt: row.expiresAt }
}

/** Erases what a terminal now holds, or what it takes back because nobody was given the slip. */
export async function answerHandoverEnd(parts: ContactParts, jws: string): Promise<SignedAnswer> {
  const read = await readClaim(jws, HandoverEndClaimSchema, parts.deviceKeys, parts.suite)
  if (!read.ok) return read
  const { claim } = read
  const { handoverId, terminalId, why } = claim
  const at = instant(parts.sources)
  const result = await parts.store.transaction(async (tx): Promise<HandoverResult> => {
    const row = await tx.handover(handoverId)
    if (row === undefined || !isHashOf(row.verifierSha256, claim.verifier, parts)) return { outcome: 'unknown' }
    if (row.ended !== null) return { outcome: 'ended', why: row.ended }
    const holder = why === 'done' ? row.takenBy : row.sealedBy
    if (holder !== terminalId) return { outcome: 'unknown' }
    const ended = why === 'done' ? 'used' : 'withdrawn'
    return end(tx, row, ended, { handoverId, at, terminalId, act: ended, staffId: null })
  })
  return signed(parts, claim, result)
}

/** Erases what is over. To be called now and then. */
export async function sweepHandovers(parts: Pick<ContactParts, 'store' | 'sources' | 'onEvent'>): Promise<void> {
  const nowMs = parts.sources.now()
  const at = instant(parts.sources)
  const over = await parts.store.transaction(async (tx) => {
    const ids = await tx.sweepHandovers(at, new Date(nowMs - HANDOVER_REMEMBERED_MS).toISOString())
    for (const handoverId of ids) {
      await tx.logHandover({ handoverId, at, terminalId: null, act: 'expired', staffId: null })
    }
    return ids
  })
  if (over.length > 0) parts.onEvent?.({ event: 'handovers.expired', level: 'info', handovers: over.length })
}

async function end(tx: HubTx, row: HandoverRow, ended: HandoverEnded, line: HandoverLine): Promise<HandoverResult> {
  await tx.saveHandover(endedRow(row, ended))
  await tx.logHandover({ ...line, act: ended })
  return { outcome: 'ended', why: ended }
}

/** As that terminal's staff list says now. */
async function isStaffAt(tx: HubTx, staffId: string, terminalId: string): Promise<boolean> {
  const member = (await tx.staff()).find(({ id }) => id === staffId)
  return member !== undefined && member.removedAt === null && (member.terminals?.includes(terminalId) ?? true)
}

function isHashOf(sha256: string, shown: string, { suite }: ContactParts): boolean {
  return timingSafeEqual(Buffer.from(sha256), Buffer.from(suite.sha256Hex(shown)))
}

async function signed(
  { keys, sources, store }: ContactParts,
  { terminalId, nonce }: { readonly terminalId: string; readonly nonce: string },
  result: HandoverResult,
): Promise<SignedAnswer> {
  await keys.refresh()
  const { hubEpoch } = await store.stand()
  const about = { kind: 'handover-answer' as const, terminalId, nonce, at: instant(sources), hubEpoch }
  return { ok: true, answer: await signHubAnswer({ ...about, result }, keys.current().signing.ping) }
}
