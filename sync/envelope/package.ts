import type { z } from 'zod'
import { withoutNewerForms } from '../protocol/forms-level.ts'
import type { KeySet } from '../protocol/keys.ts'
import { FleetSettingsSchema, PoliciesSchema, TopicsSchema } from '../protocol/packages.ts'
import { type PackageKind, type PackageManifest, PackageManifestSchema } from '../protocol/receipt.ts'
import { type Catalogue, CatalogueSchema } from '../protocol/service-item.ts'
import { firstIssue, jsonOrUndefined } from './compact.ts'
import { joseSuite } from './jose-suite.ts'
import type { JwsFault } from './jws.ts'
import { verifyHubJws } from './key-set.ts'
import type { SigningKey, Suite } from './suite.ts'

const TYP = 'bm-manifest+jws'

/** What each kind of package holds. */
const CONTENT = {
  catalogue: CatalogueSchema,
  topics: TopicsSchema,
  policies: PoliciesSchema,
  settings: FleetSettingsSchema,
} as const satisfies Record<PackageKind, z.ZodType>
export type PackageContent<K extends PackageKind> = z.infer<(typeof CONTENT)[K]>

export interface SignedPackage {
  /** Compact JWS over PackageManifest. */
  readonly manifest: string
  /** JSON text whose UTF-8 bytes have the manifest's hash. */
  readonly content: string
}
export type PackageFault = {
  readonly ok: false
  /** `other-kind`: well signed, but not what was asked for. */
  readonly fault: JwsFault | 'hash-mismatch' | 'other-kind'
  readonly detail: string
}
export type PackageOfResult<K extends PackageKind> =
  | { readonly ok: true; readonly manifest: PackageManifest; readonly content: PackageContent<K> }
  | PackageFault
export type PackageResult =
  | { readonly ok: true; readonly manifest: PackageManifest; readonly catalogue: Catalogue }
  | PackageFault

export function signManifest(manifest: PackageManifest, key: SigningKey): Promise<string> {
  return key.sign(PackageManifestSchema.parse(manifest), TYP)
}

/** Checks a package of one kind: the manifest's signature and kind, then the content's size, hash and shape. */
export async function verifyPackageOf<K extends PackageKind>(
  kind: K,
  signed: SignedPackage,
  keySet: KeySet,
  suite: Suite = joseSuite,
): Promise<PackageOfResult<K>> {
  const verified = await verifyHubJws(
    signed.manifest,
    keySet,
    'package',
    TYP,
    PackageManifestSchema,
    (manifest) => manifest.publishedAt,
    suite,
  )
  if (!verified.ok) return verified
  const manifest = verified.payload
  if (manifest.kind !== kind) return { ok: false, fault: 'other-kind', detail: `${manifest.kind}, not ${kind}` }
  if (Buffer.byteLength(signed.content) !== manifest.bytes || suite.sha256Hex(signed.content) !== manifest.sha256) {
    return { ok: false, fault: 'hash-mismatch', detail: `content of version ${manifest.version}` }
  }
  const content = jsonOrUndefined(signed.content)
  // Items of a form that this program does not know are left out: they neither mislead nor hold up the rest.
  const readable = kind === 'catalogue' ? withoutNewerForms(content).catalogue : content
  const parsed = CONTENT[kind].safeParse(readable)
  if (!parsed.success) return { ok: false, fault: 'bad-content', detail: firstIssue(parsed.error) }
  return { ok: true, manifest, content: parsed.data as PackageContent<K> }
}

/** verifyPackageOf for the one kind that no terminal can work without. */
export async function verifyPackage(
  signed: SignedPackage,
  keySet: KeySet,
  suite: Suite = joseSuite,
): Promise<PackageResult> {
  const verified = await verifyPackageOf('catalogue', signed, keySet, suite)
  return verified.ok ? { ok: true, manifest: verified.manifest, catalogue: verified.content } : verified
}
