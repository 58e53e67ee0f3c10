import type { HandOverAnswer, OpenAnswer } from '../../../electron/bridge/handover.contract.ts'

/** A half-filled form that is given away: to be gone on with at a later visit. */
export interface HandingOver {
  /** Where it stood: 返回 leads back there. */
  readonly from: 'form' | 'papers' | 'confirm'
  /** `lost`: main's answer did not come. */
  readonly answer: HandOverAnswer | 'lost' | null
}

/** Why a slip that was opened leads to no form. */
export type SlipTrouble = Exclude<OpenAnswer, { outcome: 'opened' }> | 'lost' | 'item-gone' | 'other-person'

/** A slip that was shown to the scanner. */
export interface SlipShown {
  readonly code: string
  readonly answer: OpenAnswer | 'lost' | null
  readonly trouble: SlipTrouble | null
  /** Answers of an older form that the present one does not take, and papers; null until it is known. */
  readonly dropped: number | null
}

/** The form came by a slip. */
export interface TakenUp {
  /** Number of the card that it is for. */
  readonly ownerNumber: string
  /** The hub was told that it is here. Staff may open it before the card has been seen: then not yet. */
  readonly isHeld: boolean
}
