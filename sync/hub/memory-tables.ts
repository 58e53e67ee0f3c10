import type { CaseChange } from '../protocol/contact.ts'
import type { CaseHelper } from '../protocol/staff.ts'
import type { BindingRow } from './binding-store.ts'
import type { HandoverLine, HandoverRow } from './handover-store.ts'
import { MemoryTable } from './memory-table.ts'
import type { NoticeRow } from './notice-store.ts'
import type { PersonQuestionRow } from './person-store.ts'
import type { StaffRow, StoredStaffList } from './staff-store.ts'
import type { DeviceKey, NewComplaint, NewPackage, NewRating, Offer, SavedContact, SubmissionRow } from './store.ts'
import type { CaseState } from './tables.ts'

/** A row of `submissions` as the memory store keeps and shows it. */
export type MemoryRow = SubmissionRow & { readonly receiptSha256: string }

export interface HubNumbers {
  readonly epoch: string
  readonly lastSequence: number
  readonly backedUpThrough: number | null
  readonly lastCaseSequence: number
  readonly lastChangeId: number
}
export type MemoryChange = Omit<CaseChange, 'sequence'> & {
  readonly terminalId: string
  readonly sequence: number | null
}
export interface MemoryChunk {
  readonly content: Uint8Array
  readonly committed: boolean
}

/** The same tables as tables.ts has, keyed by what is unique there, and the indexes that the reads need. */
export function makeMemoryTables() {
  return {
    hub: new MemoryTable<HubNumbers>(),
    epochs: new MemoryTable<{ readonly why: string; readonly at: string }>(),
    /** By hub sequence. */
    submissions: new MemoryTable<MemoryRow>(),
    /** Hub sequences by submission id: more than one only without the unique key. */
    byId: new MemoryTable<readonly number[]>(),
    /** Hub sequences by terminal and device sequence. */
    byNumber: new MemoryTable<readonly number[]>(),
    /** The highest device sequence of a terminal. */
    highest: new MemoryTable<number>(),
    receipts: new MemoryTable<string>(),
    chain: new MemoryTable<string>(),
    cases: new MemoryTable<{ readonly state: CaseState; readonly faults: string; readonly at: string | null }>(),
    /** By id, in the order in which they were made. */
    changes: new MemoryTable<MemoryChange>(),
    /** The terminal that a settled sequence is of. */
    changeBySequence: new MemoryTable<string>(),
    /** The newest settled sequence of a terminal. */
    newestChange: new MemoryTable<number>(),
    /** Ids of changes without a sequence. */
    openChanges: new MemoryTable<true>(),
    chunks: new MemoryTable<MemoryChunk>(),
    /** By terminal and submission. */
    offers: new MemoryTable<Offer>(),
    terminals: new MemoryTable<DeviceKey & { readonly terminalId: string }>(),
    codes: new MemoryTable<{ readonly terminalId: string; readonly usedByKid: string | null }>(),
    packages: new MemoryTable<NewPackage>(),
    contacts: new MemoryTable<SavedContact>(),
    /** By the case that is rated. */
    ratings: new MemoryTable<NewRating>(),
    complaints: new MemoryTable<NewComplaint>(),
    /** By number. */
    staff: new MemoryTable<StaffRow>(),
    /** By terminal. */
    staffLists: new MemoryTable<StoredStaffList>(),
    /** By submission. */
    helpers: new MemoryTable<readonly CaseHelper[]>(),
    /** Until when each used code would have been good, by its mark. */
    usedCodes: new MemoryTable<string>(),
    /** The key under which persons are marked, at '1'. */
    personKey: new MemoryTable<string>(),
    /** Persons by submission. */
    persons: new MemoryTable<string>(),
    /** By number, from 1. */
    personQuestions: new MemoryTable<PersonQuestionRow>(),
    /** By binding id. */
    bindings: new MemoryTable<BindingRow>(),
    /** By submission. */
    notices: new MemoryTable<Pick<NoticeRow, 'person' | 'what' | 'at' | 'takenAt' | 'tries'>>(),
    /** Keys by day. */
    agentDays: new MemoryTable<string>(),
    /** Submissions by day and agent, in the order of their places. */
    agentPlaces: new MemoryTable<readonly string[]>(),
    handovers: new MemoryTable<HandoverRow>(),
    handoverLog: new MemoryTable<readonly HandoverLine[]>(),
  }
}
export type MemoryTables = ReturnType<typeof makeMemoryTables>
