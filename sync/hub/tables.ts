import type { Generated } from 'kysely'
import type { ComplaintAbout, ComplaintSort, RatingLevel } from '../protocol/feedback.ts'
import type { HandoverEnded } from '../protocol/handover.ts'
import type { NoticeKind } from '../protocol/person.ts'
import type { PackageKind } from '../protocol/receipt.ts'

/**
 * The hub's tables as kysely sees them. Moments are ISO 8601 text in UTC (InstantSchema), so that what was signed and
 * what is stored are the same characters and both databases sort them alike.
 */
export interface HubTable {
  /** Always 1: there is one hub in a database. */
  id: number
  name: string
  epoch: string
  /** SHA-256 of the offline root's 32 raw bytes: what provisioning files carry. */
  root_key_sha256: string
  /** The highest hub sequence given out. This row is locked while one is given, so there are no gaps. */
  last_hub_sequence: number
  created_at: string
  /** Everything up to here is in a backup of this epoch; null until somebody confirmed one. */
  backed_up_through: Generated<number | null>
  last_case_sequence: Generated<number>
}

export interface EpochTable {
  epoch: string
  opened_at: string
  /** The last hub sequence before it. */
  after_sequence: number
  /** "forgotten": a terminal's receipt proved that this hub had it, before it was put back to an older state. */
  why: 'founded' | 'command' | 'restore' | 'proof' | 'forgotten'
}

export interface KeyTable {
  kid: string
  use: 'seal' | 'receipt' | 'package' | 'ping'
  public_jwk: string
  private_jwk: string
  valid_from: string
  valid_to: string
}

export interface KeySetTable {
  version: number
  /** Compact JWS by the root over KeySet. */
  jws: string
}

export interface TerminalTable {
  terminal_id: string
  kid: string
  device_jwk: string
  enrolled_at: string
  revoked_at: string | null
}

export interface EnrolmentCodeTable {
  code_sha256: string
  terminal_id: string
  issued_at: string
  used_at: string | null
  /** The key that the code was spent on: the same terminal may ask again when the first answer was lost. */
  used_by_kid: string | null
}

export interface SubmissionTable {
  submission_id: string
  sha256: string
  terminal_id: string
  device_kid: string
  device_sequence: number
  kind: string
  item_id: string
  item_code: string
  item_version: number
  ticket: string
  secret_sha256: string
  accepted_at: string
  envelope: string
  received_at: string
  hub_epoch: string
  hub_sequence: number
  receipt_sha256: string
  /** Its device sequence was in use already, under another id. */
  cloned: Generated<boolean>
  /** The transaction that wrote it (xid8, as text): nothing is told of a row before all older transactions ended. */
  transaction_id: Generated<string>
}

export interface ReceiptTable {
  sha256: string
  terminal_id: string
  jws: string
}

export interface ChunkTable {
  sha256: string
  bytes: number
  content: Uint8Array
  stored_at: string
  /** A submission lists it. */
  committed: Generated<boolean>
}

export interface ChunkOfferTable {
  terminal_id: string
  submission_id: string
  sha256: string
  bytes: number
  offered_at: string
}

export interface CaseChangeTable {
  id: Generated<number>
  submission_id: string
  terminal_id: string
  ticket: string
  state: CaseState
  at: string
  transaction_id: Generated<string>
  /** Null until it is settled; then in order over the whole hub, and never the same again after a restore. */
  sequence: number | null
}

export interface TerminalContactTable {
  terminal_id: string
  device_kid: string
  contacted_at: string
  last_device_sequence: number
  waiting: number
  quarantined: number
  oldest_waiting_at: string | null
  damage: number
  free_bytes: number | null
  version: string
}

export interface BackupTable {
  id: Generated<number>
  hub_epoch: string
  /** The highest settled hub sequence when it began. */
  settled_through: number
  begun_at: string
  confirmed_at: string | null
}

export interface TerminalChainTable {
  terminal_id: string
  last_receipt_sha256: string
}

export interface PackageTable {
  kind: PackageKind
  version: number
  hub_epoch: string
  manifest: string
  content: string
  sha256: string
  /** "sample" is replaced by a newer sample at a start; "file" only by another file. */
  origin: 'sample' | 'file'
  published_at: string
}

export const CASE_STATES = ['待打开', '已受理', '需补正', '不予受理'] as const
export type CaseState = (typeof CASE_STATES)[number]

export interface CaseTable {
  submission_id: string
  state: CaseState
  /** JSON text: [{field, fault}], never a value that the citizen gave. */
  faults: Generated<string>
  opened_at: string | null
}

/** One rating a case: the key says so. The words, if there are any, stay in the envelope. */
export interface RatingTable {
  case_id: string
  submission_id: string
  level: RatingLevel
  /** JSON text: codes. */
  reasons: string
  has_words: boolean
  rated_at: string
}

/** Words, contact, staff number and name stay in the envelope. */
export interface ComplaintTable {
  submission_id: string
  what: ComplaintAbout['what']
  item_id: string | null
  sort: ComplaintSort
  anonymous: boolean
  complained_at: string
}

/** One number, one person, for ever; a renewed badge takes the old one's place. */
export interface StaffTable {
  staff_id: string
  name: string
  badge_id: string
  /** JSON text: ScryptVerifier. Neither PIN nor badge secret. */
  verifier: string
  /** JSON text: terminal ids; null for all. */
  terminals: string | null
  added_at: string
  removed_at: string | null
}

export interface StaffListTable {
  terminal_id: string
  version: number
  hub_epoch: string
  manifest: string
  content: string
  members_sha256: string
  issued_at: string
}

export interface CaseHelpersTable {
  submission_id: string
  /** JSON text: [{id, name}]. */
  helpers: string
}

/** The random key under which a day's agents are told apart, base64url. */
export interface AgentDayTable {
  /** ISO date in China. */
  day: string
  key: string
}

export interface AgentPlaceTable {
  day: string
  /** HMAC-SHA-256 of the agent's number, hexadecimal. */
  agent: string
  /** 1 is the first of that day. */
  place: number
  submission_id: string
}

/** A half-filled form on its way: ciphertext until it ends, then only how it ended. */
export interface HandoverTable {
  handover_id: string
  sealed_by: string
  sealed_at: string
  expires_at: string
  verifier_sha256: string
  card_proof_sha256: string | null
  /** base64url. */
  sealed: string | null
  tries: number
  /** The terminal that was given it. */
  taken_by: string | null
  ended: HandoverEnded | null
}

export interface HandoverLogTable {
  id: Generated<number>
  handover_id: string
  at: string
  terminal_id: string | null
  act: 'kept' | 'taken' | 'wrong-card' | HandoverEnded
  staff_id: string | null
}

/** One row: the key under which persons are marked, base64url. */
export interface PersonKeyTable {
  id: number
  key: string
}

export interface CasePersonTable {
  submission_id: string
  /** HMAC-SHA-256 of the applicant's number, hexadecimal. */
  person: string
}

export interface PersonQuestionTable {
  id: Generated<number>
  at: string
  terminal_id: string
  person: string
  /** JSON text: kinds. */
  kinds: string
  told: string
  item_id: string | null
  item_version: number | null
  consent_sha256: string | null
}

export interface UsedCodeTable {
  mark: string
  ends_at: string
}

/** A standing binding; two persons as HMACs. */
export interface BindingTable {
  binding_id: string
  submission_id: string
  agent: string
  principal: string
  relation: string
  /** JSON text: item ids; null means all. */
  items: string | null
  since: string
  /** ISO date in China, the last on which it holds. */
  until: string
  withdrawn_at: string | null
  withdrawn_by: string | null
}

/** A notice to a principal; she as an HMAC. */
export interface NoticeTable {
  submission_id: string
  person: string
  what: NoticeKind
  at: string
  taken_at: string | null
  tries: Generated<number>
}

export interface HubTables {
  hub: HubTable
  keys: KeyTable
  key_sets: KeySetTable
  terminals: TerminalTable
  enrolment_codes: EnrolmentCodeTable
  submissions: SubmissionTable
  terminal_chain: TerminalChainTable
  packages: PackageTable
  cases: CaseTable
  epochs: EpochTable
  receipts: ReceiptTable
  chunks: ChunkTable
  chunk_offers: ChunkOfferTable
  case_changes: CaseChangeTable
  terminal_contacts: TerminalContactTable
  backups: BackupTable
  ratings: RatingTable
  complaints: ComplaintTable
  staff: StaffTable
  staff_lists: StaffListTable
  case_helpers: CaseHelpersTable
  agent_days: AgentDayTable
  agent_places: AgentPlaceTable
  handovers: HandoverTable
  handover_log: HandoverLogTable
  person_key: PersonKeyTable
  case_persons: CasePersonTable
  person_questions: PersonQuestionTable
  used_codes: UsedCodeTable
  bindings: BindingTable
  notices: NoticeTable
}
