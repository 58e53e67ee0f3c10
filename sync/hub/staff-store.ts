import type { CaseHelper, StaffMember } from '../protocol/staff.ts'

/** What the hub's store keeps of staff; part of HubReads and HubTx (store.ts). */
export interface StaffReads {
  /** Everybody who ever was staff, by number. */
  staff(): Promise<readonly StaffRow[]>
  /** What a terminal is told at present, or undefined when it never was. */
  staffList(terminalId: string): Promise<StoredStaffList | undefined>
  /** Who helped with an opened case. */
  helpersOf(submissionId: string): Promise<readonly CaseHelper[]>
}
export interface StaffWrites {
  /** In place of the row with this number, if there is one. Throws when another person has the badge. */
  saveStaff(row: StaffRow): Promise<void>
  /** In place of what the terminal was told before. */
  saveStaffList(list: StoredStaffList): Promise<void>
}

export interface StaffRow extends StaffMember {
  /** Null: all terminals. */
  readonly terminals: readonly string[] | null
  readonly addedAt: string
  readonly removedAt: string | null
}
export interface StoredStaffList {
  readonly terminalId: string
  readonly version: number
  /** The hub's epoch when it was issued, as the manifest says. */
  readonly epoch: string
  readonly manifest: string
  readonly content: string
  /** Hash of the members alone: what makes a new list needed before the old one ages. */
  readonly membersSha256: string
  readonly issuedAt: string
}
