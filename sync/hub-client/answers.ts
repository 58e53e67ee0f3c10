import type { PackageContent, SignedPackage } from '../envelope/package.ts'
import type { SignedStaffList, VerifiedStaffList } from '../envelope/staff-list.ts'
import type { SigningKey } from '../envelope/suite.ts'
import type { CodePerson, CodeRefusal } from '../protocol/code-identity.ts'
import type {
  CasePullAnswer,
  CasePullClaim,
  ContactAnswer,
  ContactClaim,
  ReconcileAnswer,
  ReconcileClaim,
} from '../protocol/contact.ts'
import type { QuarantineReason } from '../protocol/frames.ts'
import type {
  HandoverAnswer,
  HandoverEndClaim,
  HandoverPutClaim,
  HandoverResult,
  HandoverTakeClaim,
} from '../protocol/handover.ts'
import type { HubStand } from '../protocol/hub-api.ts'
import type { KeySet, RsaJwk } from '../protocol/keys.ts'
import type { PersonAnswer, PersonQuestion } from '../protocol/person.ts'
import type { PackageKind, PackageManifest } from '../protocol/receipt.ts'
import type { Chunk } from '../protocol/submission.ts'
import type { Failed } from './call-failure.ts'

export interface Submission {
  readonly submissionId: string
  /** SHA-256 of the envelope's UTF-8 bytes. */
  readonly sha256: string
  readonly envelope: string
  readonly terminalId: string
  readonly deviceSequence: number
}

/** What the hub says of itself without a signature: a reason to make contact, never to purge or to offer again. */
interface Hinted {
  readonly unprovenStand?: HubStand
}

/** The hub's signed word, checked: over our id, our hash, our terminal and our count. */
export interface Received {
  readonly outcome: 'received'
  /** Compact JWS; the same text for all that one receipt covers. */
  readonly receipt: string
  readonly hubSequence: number
  readonly hubEpoch: string
}

export type PutResult =
  | (Received & Hinted)
  /** In order, but these chunks of it are not at the hub yet: offer and send them, then this again. */
  | { readonly outcome: 'chunks-missing'; readonly missing: string[] }
  /** The hub refuses this envelope as it is: sending it again changes nothing. */
  | { readonly outcome: 'quarantined'; readonly reason: QuarantineReason; readonly detail: string }
  | Failed

/**
 * What became of each submission of a batch, by its id: a result for every one that was sent.
 * Failed with `hubWide: false` (BAD_BATCH, a proxy's 413, a hub without batches) means: hand them in one by one, or
 * fewer at once.
 */
export type BatchAnswer =
  | ({ readonly outcome: 'answered'; readonly results: ReadonlyMap<string, PutResult> } & Hinted)
  | Failed

/** The hub does not take this terminal's word: its key is not registered (any more), or the claim has another shape. */
export interface ClaimRefused {
  readonly outcome: 'claim-refused'
  readonly reason: 'key-unknown' | 'bad-claim'
  readonly detail: string
}

export interface ChunkOfferRequest {
  readonly submissionId: string
  readonly chunks: readonly Chunk[]
  readonly terminalId: string
  readonly deviceKey: SigningKey
}
export type OfferAnswer =
  /** Hashes of our offer that the hub wants, in our order; empty when it has them all. */
  { readonly outcome: 'answered'; readonly missing: string[] } | ClaimRefused | Failed

export type ChunkAnswer =
  | { readonly outcome: 'stored' }
  /** The hub does not know the offer (any more): offer again. */
  | { readonly outcome: 'not-offered' }
  /** A 422 (damaged on the way) is `http-422` here: send it again. */
  | Failed

/** What the client adds to a claim: kind, version, nonce and time. */
type Facts<C> = Omit<C, 'kind' | 'v' | 'nonce' | 'at'>
export type ContactFacts = Facts<ContactClaim>
export type ReconcileFacts = Facts<ReconcileClaim>
export type CasePullFacts = Facts<CasePullClaim>
export type HandoverPutFacts = Facts<HandoverPutClaim>
export type HandoverTakeFacts = Facts<HandoverTakeClaim>
export type HandoverEndFacts = Facts<HandoverEndClaim>

/** A signed answer to a signed question, checked. */
type Proven<A> = { readonly outcome: 'answered'; readonly answer: A } | ClaimRefused | Failed
export type ContactResult = Proven<ContactAnswer>
export type ReconcileResult = Proven<ReconcileAnswer>
export type CasePullResult = Proven<CasePullAnswer>
/** Each call's own outcomes only. */
type HandoverProven<Outcome extends HandoverResult['outcome']> = Proven<
  HandoverAnswer & { readonly result: Extract<HandoverResult, { outcome: Outcome }> }
>
export type HandoverPutResult = HandoverProven<'kept' | 'refused' | 'too-many'>
export type HandoverTakeResult = HandoverProven<
  'opened' | 'wrong-card' | 'ended' | 'open-elsewhere' | 'not-staff' | 'unknown'
>
export type HandoverEndResult = HandoverProven<'ended' | 'unknown'>

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

/** What the terminal holds of a kind of package, or null. */
export type Have = { readonly version: number; readonly hubEpoch: string } | null
export type PackageAnswer<K extends PackageKind> =
  | { readonly outcome: 'unchanged' }
  | {
      readonly outcome: 'verified'
      readonly manifest: PackageManifest
      readonly content: PackageContent<K>
      /** As signed, to be kept. */
      readonly signed: SignedPackage
    }
  /** Signed, but not newer than what the terminal holds in the same epoch: not taken. */
  | { readonly outcome: 'older'; readonly version: number }
  /** The hub has never published this kind. */
  | { readonly outcome: 'not-published' }
  | Failed

export type StaffListAnswer =
  | ({ readonly outcome: 'verified' } & VerifiedStaffList & {
        /** As signed, to be kept. */ readonly signed: SignedStaffList
      })
  | { readonly outcome: 'not-published' }
  | ClaimRefused
  | Failed

export type CodeAnswer =
  | { readonly outcome: 'redeemed'; readonly person: CodePerson }
  | { readonly outcome: 'code-refused'; readonly why: CodeRefusal }
  | ClaimRefused
  | Failed

/** Kinds of what is asked about one person; the item only when something is asked for it. */
export interface PersonAsk extends Pick<PersonQuestion, 'kinds' | 'person'> {
  readonly item?: { readonly id: string; readonly version: number; readonly consentText: string }
  readonly terminalId: string
  readonly deviceKey: SigningKey
  readonly sealKey: { readonly kid: string; readonly jwk: RsaJwk }
}

export type PersonResult =
  | { readonly outcome: 'answered'; readonly answer: PersonAnswer }
  /** This hub does not answer for persons. */
  | { readonly outcome: 'not-served' }
  | ClaimRefused
  | Failed

export type EnrolAnswer =
  | { readonly outcome: 'enrolled'; readonly deviceKid: string }
  /** The one-time code was used or is unknown: a maintainer must get a new one. */
  | { readonly outcome: 'code-refused'; readonly detail: string }
  | { readonly outcome: 'claim-refused'; readonly detail: string }
  | Failed
