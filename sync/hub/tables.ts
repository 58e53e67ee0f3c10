import type { Generated } from 'kysely'

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
  receipt: string
}

export interface TerminalChainTable {
  terminal_id: string
  last_receipt_sha256: string
}

export interface PackageTable {
  kind: 'catalogue'
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
}
