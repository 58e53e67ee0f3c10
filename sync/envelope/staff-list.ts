import type { KeySet } from '../protocol/keys.ts'
import { type StaffList, StaffListSchema, type StaffManifest, StaffManifestSchema } from '../protocol/staff.ts'
import { firstIssue, jsonOrUndefined } from './compact.ts'
import { joseSuite } from './jose-suite.ts'
import type { JwsFault } from './jws.ts'
import { verifyHubJws } from './key-set.ts'
import type { SigningKey, Suite } from './suite.ts'

/** Not the typ of packages: a catalogue's manifest is none of a staff list, and the other way round. */
const TYP = 'bm-staff-list+jws'

export interface SignedStaffList {
  /** Compact JWS over StaffManifest. */
  readonly manifest: string
  /** JSON text of the list, whose UTF-8 bytes have the manifest's hash. */
  readonly content: string
}
export interface VerifiedStaffList {
  readonly manifest: StaffManifest
  readonly list: StaffList
}
export type StaffListResult =
  | ({ readonly ok: true } & VerifiedStaffList)
  | { readonly ok: false; readonly fault: JwsFault | 'hash-mismatch' | 'other-terminal'; readonly detail: string }

export function signStaffManifest(manifest: StaffManifest, key: SigningKey): Promise<string> {
  return key.sign(StaffManifestSchema.parse(manifest), TYP)
}

/** Checks signature, terminal, hash and shape. Whether it has expired, and whether it is newer, is the caller's to say. */
export async function verifyStaffList(
  signed: SignedStaffList,
  terminalId: string,
  keySet: KeySet,
  suite: Suite = joseSuite,
): Promise<StaffListResult> {
  const verified = await verifyHubJws(
    signed.manifest,
    keySet,
    'package',
    TYP,
    StaffManifestSchema,
    (manifest) => manifest.publishedAt,
    suite,
  )
  if (!verified.ok) return verified
  const manifest = verified.payload
  if (Buffer.byteLength(signed.content) !== manifest.bytes || suite.sha256Hex(signed.content) !== manifest.sha256) {
    return { ok: false, fault: 'hash-mismatch', detail: `list of version ${manifest.version}` }
  }
  const parsed = StaffListSchema.safeParse(jsonOrUndefined(signed.content))
  if (!parsed.success) return { ok: false, fault: 'bad-content', detail: firstIssue(parsed.error) }
  const list = parsed.data
  if (manifest.terminalId !== terminalId || list.terminalId !== terminalId) {
    return { ok: false, fault: 'other-terminal', detail: `of ${manifest.terminalId}` }
  }
  return { ok: true, manifest, list }
}
