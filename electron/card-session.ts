import { randomBytes, randomUUID } from 'node:crypto'
import type { CardRead, CardReaderEvent } from '../drivers/id-card-reader/states.ts'
import type { Clock } from '../drivers/transport/clock.ts'
import { applicantOf } from '../sync/protocol/identity.ts'
import type { Applicant } from '../sync/protocol/submission.ts'
import type { CardEvent } from './bridge/identity.contract.ts'
import type { Snapshot } from './bridge/session.contract.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'

/** A lost page may come back to its step within this time (design.md section 4, step 1). */
export const RESTORE_WITHIN_MS = 120_000

/**
 * One citizen's visit as main holds it, in memory only: the card that was read, the page's snapshot, the secrets of
 * the receipts. Everything goes at the end of the visit, or when the page has been lost for 120 s.
 */
export interface CardSession {
  readonly card: Cell<CardEvent>
  /** The applicant of the card in the session. */
  applicant(): Applicant | undefined
  onReader(event: CardReaderEvent): void
  /** A document introduces itself; a new one begins without a card. True when it is the one that was here before. */
  open(pageId: string): boolean
  save(snapshot: Snapshot): boolean
  restore(readId: string): Snapshot | null
  /** The page's channel is open or gone: starts and stops the 120 s. */
  pageConnected(connected: boolean): void
  /** The QR secret of a submission: made once, remembered until the visit ends. */
  secretFor(submissionId: string): string
  secretOf(submissionId: string): string | undefined
  end(why: string): void
}

export interface CardSessionOptions {
  readonly clock: Clock
  /** ISO instant of now. */
  readonly nowIso: () => string
  /** ISO date of today in the terminal's own time zone. */
  readonly today: () => string
  readonly log: Log
}

type CardHeld = Extract<CardEvent, { kind: 'card' }>

export function createCardSession({ clock, nowIso, today, log }: CardSessionOptions): CardSession {
  const card = createCell<CardEvent>({ kind: 'none' })
  const secrets = new Map<string, string>()
  let snapshot: { readonly idNumber: string; readonly value: Snapshot } | undefined
  let other: CardHeld | undefined
  let pageId: string | undefined
  let cancelWipe: (() => void) | undefined

  function applicant(): Applicant | undefined {
    const event = card.get()
    return event.kind === 'card' ? event.applicant : undefined
  }

  function take(read: CardRead): void {
    const result = applicantOf(read.card.cardType, read.card.fields, nowIso(), today())
    if (!result.ok) {
      log('card-refused', { refusal: result.refusal, cardType: read.card.cardType })
      if (card.get().kind !== 'card') card.set({ kind: 'card-refused', refusal: result.refusal })
      return
    }
    log('card-read', {
      cardType: read.card.cardType,
      readMs: Math.round(read.timing.fieldsAtMs - read.timing.foundAtMs),
    })
    const fresh: CardHeld = {
      kind: 'card',
      readId: randomUUID(),
      applicant: result.applicant,
      timing: read.timing,
      otherCard: false,
    }
    const held = card.get()
    if (held.kind === 'card' && held.applicant.idNumber !== result.applicant.idNumber) {
      other = fresh
      card.set({ ...held, otherCard: true })
    } else {
      card.set(fresh)
    }
  }

  function wipe(next: CardEvent = { kind: 'none' }): void {
    snapshot = undefined
    other = undefined
    secrets.clear()
    card.set(next)
  }

  return {
    card,
    applicant,
    onReader(event) {
      if (event.event === 'card') {
        take(event)
        return
      }
      // A visit keeps its card: faults and further readings are told only while there is none.
      if (card.get().kind === 'card') return
      if (event.event === 'card-fault') {
        card.set({ kind: 'card-fault', fault: event.fault })
      } else if (event.state.state === 'reading') {
        card.set({ kind: 'reading' })
      } else if (card.get().kind === 'reading') {
        card.set({ kind: 'none' })
      }
    },
    open(id) {
      if (id === pageId) return true
      pageId = id
      other = undefined
      card.set({ kind: 'none' })
      return false
    },
    save(value) {
      const owner = applicant()
      if (owner === undefined) return false
      snapshot = { idNumber: owner.idNumber, value }
      return true
    },
    restore(readId) {
      const event = card.get()
      if (event.kind !== 'card' || event.readId !== readId) return null
      return snapshot?.idNumber === event.applicant.idNumber ? snapshot.value : null
    },
    pageConnected(connected) {
      cancelWipe?.()
      cancelWipe = connected
        ? undefined
        : clock.after(RESTORE_WITHIN_MS, () => {
            log('session-ended', { why: 'page-lost' })
            wipe()
          })
    },
    secretFor(submissionId) {
      const known = secrets.get(submissionId)
      if (known !== undefined) return known
      const secret = randomBytes(16).toString('base64url')
      secrets.set(submissionId, secret)
      return secret
    },
    secretOf: (submissionId) => secrets.get(submissionId),
    end(why) {
      log('session-ended', { why })
      wipe(why === 'card-changed' ? other : undefined)
    },
  }
}
