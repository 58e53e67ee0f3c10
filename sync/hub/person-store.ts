import type { PersonCase, PersonKind } from '../protocol/person.ts'

/** What the store keeps about persons: HMACs under a key of this hub, never a number or a name. */
export interface PersonReads {
  /** Opened applications of a person, newest first. */
  casesOf(person: string, limit: number): Promise<readonly PersonCase[]>
  /** Who was asked about, by which terminal, for what: the newest first. */
  personQuestions(limit: number): Promise<readonly PersonQuestionRow[]>
}

export interface PersonWrites {
  /** The key under which persons are marked; the first who asks makes it, of `fresh`. */
  personKey(fresh: string): Promise<string>
  notePersonQuestion(row: PersonQuestionRow): Promise<void>
}

export interface PersonQuestionRow {
  readonly at: string
  readonly terminalId: string
  readonly person: string
  readonly kinds: readonly PersonKind[]
  /** Of the kinds that were told. */
  readonly told: readonly PersonKind[]
  readonly item: { readonly id: string; readonly version: number; readonly consentSha256: string } | null
}
