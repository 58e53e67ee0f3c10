import type { NoticeKind } from '../protocol/person.ts'

/** The outbox of notices: one for a case that somebody else began, or that binds or unbinds; written with its state. */

export interface NewNotice {
  /** The principal, as an HMAC. */
  readonly person: string
  readonly what: NoticeKind
}
export interface NoticeRow extends NewNotice {
  readonly submissionId: string
  readonly ticket: string
  readonly itemId: string
  /** When the terminal took it in. */
  readonly acceptedAt: string
  /** When it was written: the case was opened. */
  readonly at: string
  /** When the channel took it. */
  readonly takenAt: string | null
  /** How often the channel was tried. */
  readonly tries: number
}

export interface NoticeReads {
  /** A principal's, newest first. */
  noticesOf(person: string, limit: number): Promise<readonly NoticeRow[]>
  noticeOf(submissionId: string): Promise<NoticeRow | undefined>
  /** What no channel took yet: the least often tried first, then the oldest. */
  waitingNotices(limit: number): Promise<readonly NoticeRow[]>
}
export interface NoticeWrites {
  /** Counts one try; with `takenAt` the channel took it, which is said once. */
  noticeTried(submissionId: string, takenAt: string | null): Promise<void>
}
