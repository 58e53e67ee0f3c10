/** What the citizens were told, in numbers, and what the campaign saw beside. */
export interface Told {
  promised: number
  /** Laid into the journal with attachments, as if a page had handed them in. */
  planted: number
  /** Refused at the screen, by fault: nothing was promised. */
  readonly refused: Record<string, number>
  /** Answers that never came; each was asked for again. */
  unknown: number
  /** Rows that restores took from the hub. */
  rowsForgotten: number
  /** Set aside by the terminal, by reason, each time. */
  readonly quarantined: Record<string, number>
}

export const nothingTold = (): Told => ({
  promised: 0,
  planted: 0,
  refused: {},
  unknown: 0,
  rowsForgotten: 0,
  quarantined: {},
})
