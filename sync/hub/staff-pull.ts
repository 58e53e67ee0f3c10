import { StaffPullClaimSchema } from '../protocol/contact.ts'
import { type ClaimFault, readClaim } from './claims.ts'
import type { ContactParts } from './contact.ts'
import { currentStaffList } from './staff-lists.ts'

export type StaffPulled =
  | { readonly ok: true; readonly manifest: string; readonly content: string }
  | { readonly ok: false; readonly fault: 'not-published' }
  | ClaimFault

/** The asking terminal's own list; who works where is nobody else's business. */
export async function answerStaffPull(parts: ContactParts, jws: string): Promise<StaffPulled> {
  const read = await readClaim(jws, StaffPullClaimSchema, parts.deviceKeys, parts.suite)
  if (!read.ok) return read
  const list = await currentStaffList(parts, read.claim.terminalId)
  if (list === undefined) return { ok: false, fault: 'not-published' }
  return { ok: true, manifest: list.manifest, content: list.content }
}
