import type { HandoverEnded } from '../protocol/handover.ts'

/** What the hub's store keeps of hand-overs; part of HubReads and HubTx (store.ts). */
export interface HandoverReads {
  handover(handoverId: string): Promise<HandoverRow | undefined>
  /** When this terminal handed in those that are open still, after `since`, in order. */
  openHandoversOf(terminalId: string, since: string): Promise<readonly string[]>
  /** What became of one, in order. */
  handoverLog(handoverId: string): Promise<readonly HandoverLine[]>
}
export interface HandoverWrites {
  /** In place of the row with this id, if there is one. */
  saveHandover(row: HandoverRow): Promise<void>
  logHandover(line: HandoverLine): Promise<void>
  /** Ends what is over at `now` and erases its ciphertext; forgets rows that were over before `forgetBefore`. Ids that ended. */
  sweepHandovers(now: string, forgetBefore: string): Promise<readonly string[]>
}

interface HandoverFacts {
  readonly handoverId: string
  readonly sealedBy: string
  readonly sealedAt: string
  readonly expiresAt: string
  readonly verifierSha256: string
  /** Wrong cards so far. */
  readonly tries: number
  /** The terminal that was given the ciphertext. */
  readonly takenBy: string | null
}
export type OpenHandover = HandoverFacts & {
  readonly ended: null
  readonly sealed: string
  readonly cardProofSha256: string
}
export type EndedHandover = HandoverFacts & {
  readonly ended: HandoverEnded
  readonly sealed: null
  readonly cardProofSha256: null
}
export type HandoverRow = OpenHandover | EndedHandover

/** One line of what became of a hand-over: no citizen in it. */
export interface HandoverLine {
  readonly handoverId: string
  readonly at: string
  /** Null: the hub itself. */
  readonly terminalId: string | null
  readonly act: 'kept' | 'taken' | 'wrong-card' | HandoverEnded
  /** Staff at whose window it was opened. */
  readonly staffId: string | null
}

export function endedRow(row: HandoverRow, ended: HandoverEnded): EndedHandover {
  return { ...row, ended, sealed: null, cardProofSha256: null }
}
