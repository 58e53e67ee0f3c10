import type { CardRead, CardReaderEvent } from '../drivers/id-card-reader/states.ts'
import { applicantOf } from '../sync/protocol/identity.ts'
import type { Applicant } from '../sync/protocol/submission.ts'
import type { PrincipalEvent } from './bridge/proxy.contract.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'

/**
 * The second card of a visit: the principal's, beside the agent's that the visit belongs to. In memory only, and gone
 * with the visit. Main reads it by itself, so that "the principal was here" is not the page's word.
 */
export interface PrincipalSeat {
  readonly event: Cell<PrincipalEvent>
  /** The principal whose card was read in this visit; nobody while a new document has not shown the agent's card. */
  applicant(): Applicant | undefined
  /** Whether the next card of another person is the principal's. */
  expectCard(expected: boolean): void
  /** The principal is this person, whose chip was read before anybody was expected here. */
  seat(principal: Applicant): void
  /** True when what the reader says was meant for this seat: then it is nothing to the visit. */
  onReader(event: CardReaderEvent, agentNumber: string): boolean
  /** Somebody showed another kind of card. True when it was meant for this seat, which takes none. */
  refuseOtherWay(): boolean
  /** A new document stands there and has not shown the agent's card. */
  hide(): void
  /** It has. */
  show(): void
  /** The visit is over. */
  forget(): void
}

export interface PrincipalSeatOptions {
  readonly nowIso: () => string
  /** ISO date of today in the terminal's own time zone. */
  readonly today: () => string
  readonly log: Log
}

export function createPrincipalSeat({ nowIso, today, log }: PrincipalSeatOptions): PrincipalSeat {
  const event = createCell<PrincipalEvent>({ kind: 'none' })
  let taken: Applicant | undefined
  let isExpected = false
  let isHidden = false

  /** What is so while nothing happens at the reader. */
  const atRest = (): PrincipalEvent => {
    if (taken !== undefined && !isHidden) return { kind: 'card', applicant: taken }
    return isExpected ? { kind: 'waiting' } : { kind: 'none' }
  }

  function take(read: CardRead, agentNumber: string): boolean {
    const result = applicantOf(read.card.cardType, read.card.fields, nowIso(), today())
    if (!isExpected) return result.ok && !isHidden && result.applicant.idNumber === taken?.idNumber
    if (!result.ok) {
      log('card-refused', { refusal: result.refusal, cardType: read.card.cardType, of: 'principal' })
      event.set({ kind: 'card-refused', refusal: result.refusal })
    } else if (result.applicant.idNumber === agentNumber) {
      event.set({ kind: 'same-person' })
    } else {
      log('card-read', {
        cardType: read.card.cardType,
        readMs: Math.round(read.timing.fieldsAtMs - read.timing.foundAtMs),
        of: 'principal',
      })
      taken = result.applicant
      event.set(atRest())
    }
    return true
  }

  return {
    event,
    applicant: () => (isHidden ? undefined : taken),
    expectCard(expected) {
      if (isExpected === expected) return
      // Whoever begins anew on a new document shows both cards again.
      if (isHidden) taken = undefined
      isHidden = false
      isExpected = expected
      event.set(atRest())
    },
    seat(principal) {
      taken = principal
      event.set(atRest())
    },
    onReader(said, agentNumber) {
      if (said.event === 'card') return take(said, agentNumber)
      if (!isExpected) return false
      if (said.event === 'card-fault') event.set({ kind: 'card-fault', fault: said.fault })
      else if (said.state.state === 'reading') event.set({ kind: 'reading' })
      else if (event.get().kind === 'reading') event.set(atRest())
      return true
    },
    refuseOtherWay() {
      if (isExpected) event.set({ kind: 'card-refused', refusal: 'id-card-wanted' })
      return isExpected
    },
    hide() {
      isHidden = true
      isExpected = false
      event.set({ kind: 'none' })
    },
    show() {
      isHidden = false
      event.set(atRest())
    },
    forget() {
      taken = undefined
      isExpected = false
      isHidden = false
      event.set({ kind: 'none' })
    },
  }
}
