import { sha256Hex } from '../envelope/sha256.ts'
import { signStaffManifest } from '../envelope/staff-list.ts'
import { MAX_STAFF, STAFF_LIST_LIFE_MS, type StaffList, type StaffMember } from '../protocol/staff.ts'
import type { EpochParts } from './epoch.ts'
import { instant } from './sources.ts'
import type { StaffReads, StoredStaffList } from './staff-store.ts'

/** A terminal that is in touch has a list that is no older than this; one that loses the network has the rest of 72 h. */
export const RENEW_AFTER_MS = 6 * 60 * 60_000

export type StaffListParts = Pick<EpochParts, 'store' | 'keys' | 'sources'>

/**
 * The list that a terminal should hold now, issued anew when somebody came or went, when it ages, or in a new epoch.
 * Undefined when nobody ever was staff there.
 */
export async function currentStaffList(
  parts: StaffListParts,
  terminalId: string,
): Promise<StoredStaffList | undefined> {
  const { hubEpoch } = await parts.store.stand()
  const seen = await look(parts.store, terminalId)
  if (seen.list === undefined && seen.members.length === 0) return undefined
  if (seen.list !== undefined && isFresh(seen.list, seen.membersSha256, hubEpoch, parts.sources.now())) return seen.list
  return parts.store.transaction(async (tx) => {
    // Another process of this hub may have issued it a moment ago.
    const { members, membersSha256, list: before } = await look(tx, terminalId)
    const nowMs = parts.sources.now()
    if (before !== undefined && isFresh(before, membersSha256, tx.hub.epoch, nowMs)) return before
    const issuedAt = instant(parts.sources)
    const expiresAt = new Date(nowMs + STAFF_LIST_LIFE_MS).toISOString()
    const list: StaffList = { kind: 'staff-list', terminalId, issuedAt, expiresAt, members: [...members] }
    const content = JSON.stringify(list)
    // By the clock, so that a database that was put back does not give out numbers which terminals have seen.
    const version = Math.max((before?.version ?? 0) + 1, Math.floor(nowMs / 1000))
    const about = { sha256: sha256Hex(content), bytes: Buffer.byteLength(content), publishedAt: issuedAt }
    const manifest = await signStaffManifest(
      { kind: 'staff', terminalId, version, hubEpoch: tx.hub.epoch, ...about },
      parts.keys.current().signing.package,
    )
    const issued = { terminalId, version, epoch: tx.hub.epoch, manifest, content, membersSha256, issuedAt }
    await tx.saveStaffList(issued)
    return issued
  })
}

async function look(reads: StaffReads, terminalId: string) {
  const members = (await reads.staff())
    .filter(({ removedAt, terminals }) => removedAt === null && (terminals?.includes(terminalId) ?? true))
    .slice(0, MAX_STAFF)
    .map(({ id, name, badgeId, verifier }): StaffMember => ({ id, name, badgeId, verifier }))
  return { members, membersSha256: sha256Hex(JSON.stringify(members)), list: await reads.staffList(terminalId) }
}

/** Either way from now: a clock that was put back must not keep a list for ever. */
function isFresh(list: StoredStaffList, membersSha256: string, epoch: string, nowMs: number): boolean {
  const isYoung = Math.abs(nowMs - Date.parse(list.issuedAt)) < RENEW_AFTER_MS
  return isYoung && list.membersSha256 === membersSha256 && list.epoch === epoch
}
