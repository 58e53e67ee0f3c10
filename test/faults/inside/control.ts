import { appendFileSync, readFileSync } from 'node:fs'

/**
 * How the campaign talks to what it preloads into a process (`node --import`): a control file that is read at start and
 * at SIGUSR2, and a file of notes that the process appends to, synchronously, so that a note outlives a kill.
 */
export const CONTROL_VARIABLE = 'BIANMIN_FAULTS_CONTROL'

export interface Control {
  /** Where notes go. */
  readonly notes: string
  /** Grows with every change, and comes back as a note: armed. */
  readonly turn: number
  readonly kill: { readonly point: string; readonly nth: number } | null
  /** Added to Date; 0 leaves the clock alone. */
  readonly clockOffsetMs: number
  readonly break: Break | null
  /** The next read of the journal fails once, as on a disk with a bad moment. */
  readonly failRead?: boolean
}

/** What --break takes away, at the edge between our code and the world: no switch for it stands in our code. */
export const BREAKS = ['no-unique', 'no-resend', 'any-receipt'] as const
export type Break = (typeof BREAKS)[number]

export type Note =
  | { readonly note: 'armed'; readonly turn: number }
  | { readonly note: 'killed'; readonly point: string }
  /** A promise left the process before its frame was synced. */
  | { readonly note: 'ahead'; readonly submissionId: string }
  | { readonly note: 'read-failed' }
  | { readonly note: 'sent'; readonly submissionId: string }
  | { readonly note: 'broken'; readonly break: Break; readonly what: string }

export function readControl(): Control | undefined {
  const file = process.env[CONTROL_VARIABLE]
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Control)
}

export function writeNote(control: Control, note: Note): void {
  appendFileSync(control.notes, `${JSON.stringify(note)}\n`)
}

/** All whole notes so far. */
export function readNotes(file: string): readonly Note[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Note)
}
