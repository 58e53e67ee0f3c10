/** One line of log is one event; it never carries a card's fields, only kinds, counts and status words. */
export interface ReaderLogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly event:
    | 'reader-state'
    | 'reader-link'
    | 'reader-resend'
    | 'reader-stray-answer'
    | 'reader-endless-answer'
    | 'reader-card-read'
    | 'reader-card-fault'
  readonly detail: Readonly<Record<string, string | number | boolean>>
}

export type ReaderLog = (line: ReaderLogLine) => void
