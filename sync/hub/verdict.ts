import type { CaseHelper } from '../protocol/staff.ts'
import type { NewNotice } from './notice-store.ts'
import type { CaseState } from './tables.ts'

export interface CaseFault {
  /** A field of the form, a material's id, or applicant.…, signIn, pledge, signature, item, attachment, envelope; about, of a rating; binding, of a proxy binding. */
  readonly field: string
  readonly fault: string
}

/** What becomes of a case when it is opened. */
export interface Verdict {
  readonly state: Exclude<CaseState, '待打开'>
  readonly faults: readonly CaseFault[]
  /** Staff who helped or were witnesses, as main wrote it into the payload. */
  readonly helpers?: readonly CaseHelper[]
  /** Of an application's applicant, a binding's principal, or whoever ends one; only its HMAC is kept. */
  readonly idNumber?: string
  /** Whom to tell of it, because somebody else did it for her or with her. */
  readonly notice?: NewNotice
}
