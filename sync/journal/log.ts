/** One line of log: an event of the event catalogue with facts for the maintainer, no personal data. */
export type Log = (level: 'debug' | 'info' | 'warn' | 'error', event: string, detail: Record<string, unknown>) => void
