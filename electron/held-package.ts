import type { PackageContent, SignedPackage } from '../sync/envelope/package.ts'
import type { PackageKind, PackageManifest } from '../sync/protocol/receipt.ts'
import type { Catalogue } from '../sync/protocol/service-item.ts'

/** A catalogue that was verified, with its manifest; its items follow the policies that the hub gave beside it. */
export interface HeldCatalogue {
  readonly manifest: PackageManifest
  readonly catalogue: Catalogue
}
export interface HeldPackage<K extends PackageKind> {
  readonly manifest: PackageManifest
  readonly content: PackageContent<K>
}
/** A package of any kind as it came, verified. */
export type VerifiedPackage = {
  [K in PackageKind]: HeldPackage<K> & { readonly kind: K; readonly signed: SignedPackage }
}[PackageKind]
