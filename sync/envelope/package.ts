import type { KeySet } from '../protocol/keys.ts'
import { type PackageManifest, PackageManifestSchema } from '../protocol/receipt.ts'
import { type Catalogue, CatalogueSchema } from '../protocol/service-item.ts'
import { firstIssue, jsonOrUndefined } from './compact.ts'
import { verifyHubJws } from './key-set.ts'
import { sha256Hex } from './sha256.ts'
import type { JwsFault, SigningKey } from './signing-key.ts'

const TYP = 'bm-manifest+jws'

export interface SignedPackage {
  /** Compact JWS over PackageManifest. */
  readonly manifest: string
  /** JSON text whose UTF-8 bytes have the manifest's hash. */
  readonly content: string
}
export type PackageResult =
  | { readonly ok: true; readonly manifest: PackageManifest; readonly catalogue: Catalogue }
  | { readonly ok: false; readonly fault: JwsFault | 'hash-mismatch'; readonly detail: string }

export function signManifest(manifest: PackageManifest, key: SigningKey): Promise<string> {
  return key.sign(PackageManifestSchema.parse(manifest), TYP)
}

/** Checks a catalogue package: the manifest's signature, then the content's size, hash and shape. */
export async function verifyPackage(signed: SignedPackage, keySet: KeySet): Promise<PackageResult> {
  const verified = await verifyHubJws(
    signed.manifest,
    keySet,
    'package',
    TYP,
    PackageManifestSchema,
    (manifest) => manifest.publishedAt,
  )
  if (!verified.ok) return verified
  const manifest = verified.payload
  if (Buffer.byteLength(signed.content) !== manifest.bytes || sha256Hex(signed.content) !== manifest.sha256) {
    return { ok: false, fault: 'hash-mismatch', detail: `content of version ${manifest.version}` }
  }
  const parsed = CatalogueSchema.safeParse(jsonOrUndefined(signed.content))
  if (!parsed.success) return { ok: false, fault: 'bad-content', detail: firstIssue(parsed.error) }
  return { ok: true, manifest, catalogue: parsed.data }
}
