import type { CaseChange, ContactClaim, Mark } from '../protocol/contact.ts'
import type { ComplaintAbout, ComplaintSort, RatingLevel, RatingReason } from '../protocol/feedback.ts'
import type { HubStand } from '../protocol/hub-api.ts'
import type { Ed25519Jwk } from '../protocol/keys.ts'
import type { PackageKind } from '../protocol/receipt.ts'
import type { CaseHelper } from '../protocol/staff.ts'
import type { Chunk } from '../protocol/submission.ts'
import type { BindingReads, BindingWrites } from './binding-store.ts'
import type { CodeWrites } from './code-store.ts'
import type { HandoverReads, HandoverWrites } from './handover-store.ts'
import type { NewNotice, NoticeReads, NoticeWrites } from './notice-store.ts'
import type { PersonReads, PersonWrites } from './person-store.ts'
import type { StaffReads, StaffWrites } from './staff-store.ts'
import type { CaseState } from './tables.ts'

/**
 * What the hub's logic needs of a database. Two implement it: sql-store.ts over kysely (PGlite, PostgreSQL) and
 * memory-store.ts for the simulation; test-store-contract.ts holds both to the same behaviour. All moments are ISO 8601 in UTC.
 */
export interface HubStore extends HubReads, PersonWrites, CodeWrites, BindingWrites, NoticeWrites {
  /**
   * Runs `work` alone: no other transaction of any hub process on this store runs meanwhile. All of it is stored when
   * the promise resolves; nothing of it when `work` throws. Use only `tx` inside.
   */
  transaction<T>(work: (tx: HubTx) => Promise<T>): Promise<T>

  /** Keeps a chunk's bytes; a second time changes nothing. The caller checked hash, size and offer. */
  storeChunk(chunk: { readonly sha256: string; readonly content: Uint8Array; readonly at: string }): Promise<void>
  /**
   * Changes a case if it still has one of the states `from`, and notes the change without a sequence. Does not take turns
   * with transactions: whoever changes cases must not hold up ingest. True when it changed.
   */
  changeCase(change: CaseToChange): Promise<boolean>
  /**
   * Gives sequences, in order, to all changes that are settled: committed, with no older transaction still running. A
   * change that is committed late gets a later sequence, so no pull ever skips it. A sequence lies above `above` (the
   * present moment in unix milliseconds) as well as above the last one: so what a restore forgot is not given out again,
   * and a checkpoint that came from there is seen to be none of ours.
   */
  settleCaseChanges(above: number): Promise<void>
  /** The key of a day; the first who asks makes it, of `fresh`. Days before `forgetBefore` go, with their places. */
  agentDayKey(day: AgentDay): Promise<string>
  /**
   * Gives a submission one of the agent's places of a day; false when none is left. The same submission has its place
   * already, however often it is asked for.
   */
  takeAgentPlace(place: AgentPlace): Promise<boolean>
  /**
   * Keeps what an opened rating says; false when another submission rated this case before. The same submission again
   * changes nothing and is true.
   */
  keepRating(rating: NewRating): Promise<boolean>
  /** Keeps what is counted of an opened complaint; a second time changes nothing. */
  keepComplaint(complaint: NewComplaint): Promise<void>
  /**
   * What the terminal said last. Its last device sequence never goes back under one device key: an old claim that
   * somebody sends once more must not hide what has not arrived.
   */
  saveContact(contact: SavedContact): Promise<void>
}

/** Reads see what is committed; inside a transaction also what it wrote itself. */
export interface HubReads extends StaffReads, HandoverReads, PersonReads, BindingReads, NoticeReads {
  /** Epoch, highest sequence with nothing below it still open, and what is in a backup. */
  stand(): Promise<HubStand>
  /** What is held under these ids, by id. */
  held(submissionIds: readonly string[]): Promise<ReadonlyMap<string, Held>>
  /** The same without receipts. */
  heldHashes(submissionIds: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Submissions of a terminal in a range of device sequences (both ends included), in order, at most `limit`. */
  heldInRange(terminalId: string, from: number, through: number, limit: number): Promise<readonly HeldNumber[]>
  /** All that ingest must know of a terminal and of what it hands in, in one question. */
  arrivalFacts(question: ArrivalQuestion): Promise<ArrivalFacts>
  /** A registered device key, revoked or not. */
  deviceKey(terminalId: string, kid: string): Promise<DeviceKey | undefined>
  /** Hash of the terminal's last receipt, or null. */
  chainHead(terminalId: string): Promise<string | null>

  /** What the hub knows of a mark: whether it ever had that epoch, and the row at that sequence. */
  markFacts(mark: Mark): Promise<MarkFacts>

  /** Sizes of the chunks that are here, by hash. */
  chunkSizes(sha256s: readonly string[]): Promise<ReadonlyMap<string, number>>
  chunk(sha256: string): Promise<Uint8Array | undefined>
  /** The sizes with which a chunk was offered; none when nobody offered it. */
  offeredSizes(sha256: string): Promise<readonly number[]>
  /** Bytes that this terminal offered and no submission uses yet, but for those offered for `exceptSubmissionId`. */
  openOfferBytes(terminalId: string, exceptSubmissionId: string): Promise<number>

  /** Settled changes of a terminal's cases after a sequence, in order. */
  caseChanges(terminalId: string, after: number, limit: number): Promise<readonly CaseChange[]>
  /** Whether a terminal's cases have a settled change with this very sequence. */
  hasCaseChange(terminalId: string, sequence: number): Promise<boolean>
  /** The newest settled change of a terminal's cases, 0 when there is none. */
  newestCaseSequence(terminalId: string): Promise<number>
  /** Cases that nobody opened yet, in hub order. */
  waitingCases(limit: number, except: readonly string[]): Promise<readonly WaitingCase[]>

  /** How many ratings of each level and complaints of each sort are kept. */
  feedbackCounts(): Promise<FeedbackCounts>

  newestPackage(kind: PackageKind): Promise<StoredPackage | undefined>
  packageVersions(): Promise<Readonly<Partial<Record<PackageKind, number>>>>
  /** The contents of all versions of a kind, newest first. */
  packageContents(kind: PackageKind): Promise<readonly string[]>
}

export interface HubTx extends HubReads, StaffWrites, HandoverWrites {
  /** As it was when the transaction got its turn. `lastSequence` counts what is committed, settled or not. */
  readonly hub: { readonly epoch: string; readonly lastSequence: number }
  /**
   * Rows, the one receipt over them and over what it renews, their cases, the terminal's chain, their chunks and the
   * hub's sequence, all at once.
   */
  insertSubmissions(arrivals: NewArrivals): Promise<void>
  /** When the last epoch was opened because a terminal proved that this hub forgot something; undefined: never. */
  lastProofAt(): Promise<string | undefined>
  /** From now on this epoch. The watermark is void until a backup of this epoch is confirmed. */
  openEpoch(epoch: NewEpoch): Promise<void>
  /** Remembers an offer, in place of an earlier one for the same submission; without chunks, only forgets that. */
  saveOffer(offer: Offer): Promise<void>
  /** Forgets offers from before a moment, and chunks that no submission uses and nobody offers. */
  sweepOffers(before: string): Promise<{ readonly offers: number; readonly chunks: number }>
  insertPackage(published: NewPackage): Promise<void>

  enrolmentCode(codeSha256: string, terminalId: string): Promise<{ readonly usedByKid: string | null } | undefined>
  issueCode(code: { readonly codeSha256: string; readonly terminalId: string; readonly at: string }): Promise<void>
  /** Spends the code and registers the key; a key that is there already, also a revoked one, stays as it is. */
  enrolDevice(device: NewDevice): Promise<void>
  /** Takes all keys of a terminal and its unspent codes out of use; says how many keys that were. */
  revokeTerminal(terminalId: string, at: string): Promise<number>
}

export interface Held {
  readonly terminalId: string
  readonly deviceSequence: number
  /** Of its stored receipt: of the epoch in which it came, or in which its receipt was last renewed. */
  readonly hubEpoch: string
  readonly sha256: string
  readonly hubSequence: number
  readonly receiptSha256: string
  readonly receipt: string
}
export interface HeldNumber {
  readonly deviceSequence: number
  readonly submissionId: string
  readonly sha256: string
}
export interface ArrivalQuestion {
  readonly terminalId: string
  readonly submissionIds: readonly string[]
  readonly deviceSequences: readonly number[]
  /** Ids of the terminal's keys that signed. */
  readonly kids: readonly string[]
}
export interface ArrivalFacts {
  /** What is held under these ids, by id, whoever handed it in. */
  readonly held: ReadonlyMap<string, Held>
  /** Which of these device sequences the terminal used already. */
  readonly usedDeviceSequences: ReadonlySet<number>
  /** When each of these keys was revoked, by id; null when it was not. */
  readonly revokedAt: ReadonlyMap<string, string | null>
  /** Hash of the terminal's last receipt, or null. */
  readonly chainHead: string | null
}
export interface DeviceKey {
  readonly jwk: Ed25519Jwk
  readonly revokedAt: string | null
}
export interface MarkFacts {
  readonly currentEpoch: string
  /** This hub has, or once had, the epoch of the mark. */
  readonly knowsEpoch: boolean
  readonly row: { readonly terminalId: string; readonly hubEpoch: string; readonly receiptSha256: string } | undefined
}
export interface CaseToChange {
  readonly submissionId: string
  readonly from: readonly CaseState[]
  readonly state: CaseState
  readonly faults: readonly { readonly field: string; readonly fault: string }[]
  /** Staff who helped, as the opened payload says; kept beside the case. */
  readonly helpers?: readonly CaseHelper[]
  /** Whose case it is, as an HMAC (person-mark.ts); kept beside the case. */
  readonly person?: string
  /** Whom to tell of it; kept with the change, or not at all. */
  readonly notice?: NewNotice
  readonly at: string
}
export interface NewRating {
  /** The application that is rated. */
  readonly caseId: string
  readonly submissionId: string
  readonly level: RatingLevel
  readonly reasons: readonly RatingReason[]
  readonly hasWords: boolean
  readonly at: string
}
export interface NewComplaint {
  readonly submissionId: string
  readonly what: ComplaintAbout['what']
  readonly itemId: string | null
  readonly sort: ComplaintSort
  readonly anonymous: boolean
  readonly at: string
}
/** Only what there is of: a level or a sort that nobody gave is missing. */
export interface FeedbackCounts {
  readonly ratings: ReadonlyMap<RatingLevel, number>
  readonly complaints: ReadonlyMap<ComplaintSort, number>
}

export interface AgentDay {
  /** ISO date in China. */
  readonly day: string
  /** A random key in base64url. */
  readonly fresh: string
  readonly forgetBefore: string
}
export interface AgentPlace {
  readonly day: string
  /** HMAC of the agent's number under the day's key. */
  readonly agent: string
  readonly submissionId: string
  readonly limit: number
}
export interface WaitingCase {
  readonly submissionId: string
  readonly envelope: string
}
export interface StoredPackage {
  readonly version: number
  /** The hub's epoch when it was published, as the manifest says. */
  readonly epoch: string
  readonly manifest: string
  readonly content: string
  readonly sha256: string
  readonly origin: 'sample' | 'file'
}
export interface NewPackage extends StoredPackage {
  readonly kind: PackageKind
  readonly publishedAt: string
}
export type SavedContact = Pick<
  ContactClaim,
  | 'terminalId'
  | 'lastDeviceSequence'
  | 'waiting'
  | 'quarantined'
  | 'oldestWaitingAt'
  | 'damage'
  | 'freeBytes'
  | 'version'
> & { readonly at: string; readonly deviceKid: string }

/** One submission as it is stored. */
export interface SubmissionRow {
  readonly submissionId: string
  readonly sha256: string
  readonly terminalId: string
  readonly deviceKid: string
  readonly deviceSequence: number
  readonly kind: string
  readonly itemId: string
  readonly itemCode: string
  readonly itemVersion: number
  readonly ticket: string
  readonly secretSha256: string
  readonly acceptedAt: string
  readonly envelope: string
  readonly receivedAt: string
  readonly hubEpoch: string
  readonly hubSequence: number
  /** The terminal used this device sequence before, for another submission: a copy of it may be running. */
  readonly cloned: boolean
}
export interface NewArrivals {
  readonly terminalId: string
  /** With the sequences after `hub.lastSequence`, without a gap. May be none when something is renewed. */
  readonly rows: readonly SubmissionRow[]
  /** Rows that are held already: from now on this is their receipt, of the epoch given. Nothing else of them changes. */
  readonly renewed?: { readonly hubEpoch: string; readonly submissionIds: readonly string[] }
  readonly receipt: { readonly sha256: string; readonly jws: string }
  /** All chunks that the rows list. */
  readonly chunkSha256s: readonly string[]
}
export interface NewEpoch {
  readonly epoch: string
  readonly at: string
  readonly why: 'command' | 'restore' | 'proof'
  /** An epoch that this hub must have had and forgot, as a terminal's receipt proves. */
  readonly forgotten?: string
}
export interface Offer {
  readonly terminalId: string
  readonly submissionId: string
  readonly chunks: readonly Chunk[]
  readonly at: string
}
export interface NewDevice {
  readonly terminalId: string
  readonly kid: string
  readonly jwk: Ed25519Jwk
  readonly codeSha256: string
  readonly at: string
}
