import type { Lamp } from '../drivers/line-board/states.ts'
import type { CardEvent } from './bridge/identity.contract.ts'
import type { IntakeState } from './bridge/queue.contract.ts'

/** What main knows without asking anybody. */
export interface SlotKnowledge {
  /** The slot out of which something comes, or came and may not have been taken yet. */
  readonly giving: Lamp | null
  /** The card in the visit. */
  readonly card: CardEvent['kind']
  /** The ID card reader looks for a card, or reads one. */
  readonly canRead: boolean
  /** A page is there and shows something. */
  readonly hasPage: boolean
  readonly intake: IntakeState
}

/**
 * The lamp at the slot that a citizen should look at, or null. What comes out goes before what may be put in. The reader
 * takes a card on every page while the visit has none (also after one that could not be used), so that is when it is lit.
 */
export function slotInUse({ giving, card, canRead, hasPage, intake }: SlotKnowledge): Lamp | null {
  if (giving !== null) return giving
  if (!hasPage || card === 'card' || !canRead) return null
  // Nobody is invited to what is not taken in, and the battery is for the journal.
  return intake === 'no-space' || intake === 'no-power' ? null : 'reader'
}
