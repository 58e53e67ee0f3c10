import type { SignedPackage } from '../envelope/package.ts'
import type { QuarantineReason } from '../protocol/frames.ts'
import type { KeySet } from '../protocol/keys.ts'
import type { PackageManifest } from '../protocol/receipt.ts'
import type { Catalogue } from '../protocol/service-item.ts'
import type { Failed } from './call-failure.ts'

export interface Submission {
  readonly submissionId: string
  /** SHA-256 of the envelope's UTF-8 bytes. */
  readonly sha256: string
  readonly envelope: string
  readonly terminalId: string
  readonly deviceSequence: number
}

export type PutResult =
  /** The hub's signed word, checked: over our id, our hash, our terminal and our count. */
  | {
      readonly outcome: 'received'
      /** Compact JWS. */
      readonly receipt: string
      readonly hubSequence: number
      readonly hubEpoch: string
    }
  /** The hub refuses this envelope as it is: sending it again changes nothing. */
  | { readonly outcome: 'quarantined'; readonly reason: QuarantineReason; readonly detail: string }
  | Failed

export type PingResult =
  | { readonly connection: 'connected'; readonly hubEpoch: string /** The hub's clock. */; readonly at: string }
  | { readonly connection: 'hub-silent' | 'no-network'; readonly failed: Failed }

export type KeySetAnswer =
  | {
      readonly outcome: 'verified'
      readonly keySet: KeySet
      /** As signed, to be kept. */
      readonly jws: string
    }
  | Failed

export interface CatalogueRequest {
  readonly keySet: KeySet
  /** What the terminal holds, or null. */
  readonly have: { readonly version: number; readonly hubEpoch: string } | null
}
export type CatalogueAnswer =
  | { readonly outcome: 'unchanged' }
  | {
      readonly outcome: 'verified'
      readonly manifest: PackageManifest
      readonly catalogue: Catalogue
      /** As signed, to be kept. */
      readonly signed: SignedPackage
    }
  /** Signed, but not newer than what the terminal holds in the same epoch: not taken. */
  | { readonly outcome: 'older'; readonly version: number }
  | Failed

export type EnrolAnswer =
  | { readonly outcome: 'enrolled'; readonly deviceKid: string }
  /** The one-time code was used or is unknown: a maintainer must get a new one. */
  | { readonly outcome: 'code-refused'; readonly detail: string }
  | { readonly outcome: 'claim-refused'; readonly detail: string }
  | Failed
