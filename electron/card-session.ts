import { randomUUID } from 'node:crypto'
import type { CardRead, CardReaderEvent } from '../drivers/id-card-reader/states.ts'
import type { Clock } from '../drivers/transport/clock.ts'
import { applicantOf, type CardRefusal } from '../sync/protocol/identity.ts'
import { type Assurance, type SignIn, signInBy, suffices } from '../sync/protocol/sign-in.ts'
import type { Applicant } from '../sync/protocol/submission.ts'
import type { CardEvent } from './bridge/identity.contract.ts'
import type { Snapshot } from './bridge/session.contract.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'
import type { PrincipalSeat } from './principal-seat.ts'

/** How long a sentence about a card that could not be used stays, unless another card comes. */
export const FAULT_SHOWN_MS = 20_000
/** So long ago a card may have been put down to be the principal's: the page that asks for it was still on its way. */
export const EARLY_CARD_MS = 3_000
/** A lost page may come back to its step within this time (design.md section 4, step 1). */
export const RESTORE_WITHIN_MS = 120_000

/** What a receipt needs beyond the journal, for as long as its citizen stands there. */
export interface ReceiptMemory {
  /** Secret of its QR code: 128 bits in base64url. */
  readonly secret: string
  /** The applicant's full name; null for what names nobody. */
  readonly name: string | null
  /** Full name of who handed it in for the applicant. */
  readonly agentName?: string
  /** Of a proxy binding: what was asked for. */
  readonly binding?: 'make' | 'withdraw'
}

/**
 * One citizen's visit as main holds it, in memory only: the card that was read, the page's snapshot, what the receipts
 * need. Everything goes at the end of the visit, when another person's card opens the next, or when the page has been
 * lost for 120 s and the same card did not come back.
 */
export interface CardSession {
  readonly card: Cell<CardEvent>
  /** The applicant of the card in the session. */
  applicant(): Applicant | undefined
  /** How that applicant signed in. */
  signIn(): SignIn | undefined
  onReader(event: CardReaderEvent): void
  /**
   * Somebody signed in in another way than by resident card. Whoever is here already stays: as the one that the visit
   * belongs to, and with the stronger of both ways.
   */
  admit(applicant: Applicant, signIn: SignIn, timing: CardTiming): void
  /** What another reader says while there is no card in the visit. */
  tell(event: Told): void
  /**
   * Whether the next card of another person is the principal's of this visit. One that was put down just before is,
   * too. False without an agent: then the next card is a visitor's own.
   */
  expectPrincipal(expected: boolean): boolean
  /** A resident card was put down in this visit, and its chip could not be read. */
  isCardUnreadable(): boolean
  /** A document introduces itself; a new one begins without a card. True when it is the one that was here before. */
  open(pageId: string): boolean
  save(snapshot: Snapshot): boolean
  restore(readId: string): Snapshot | null
  /** The page's channel is open or gone: starts and stops the 120 s. */
  pageConnected(connected: boolean): void
  /** Names the visit: another one after each wipe. */
  visit(): number
  /** Remembers for a receipt until the visit ends; nothing when that visit is over already. */
  keepReceipt(visit: number, submissionId: string, memory: ReceiptMemory): void
  receiptOf(submissionId: string): ReceiptMemory | undefined
  /** Remembers until the visit ends that this submission of it was rated. */
  keepRated(visit: number, submissionId: string): void
  isRated(submissionId: string): boolean
  end(why: string): void
}

export interface CardSessionOptions {
  readonly clock: Clock
  /** ISO instant of now. */
  readonly nowIso: () => string
  /** ISO date of today in the terminal's own time zone. */
  readonly today: () => string
  readonly log: Log
  /** A visit is over and everything of it goes, whatever others keep for it too. */
  readonly onVisitOver?: () => void
  /** Another document shows the screen; the visit may go on in it. */
  readonly onNewPage?: () => void
  /** Where the second card of a proxy's visit goes; without it every other card is another visitor's. */
  readonly seat?: PrincipalSeat
}

type CardHeld = Extract<CardEvent, { kind: 'card' }>
type CardTiming = CardHeld['timing']
type Told = Exclude<CardEvent, { kind: 'card' }>
type CardFault = Extract<CardEvent, { kind: 'card-fault' }>['fault']

/** What says that a card's chip is past reading, or the reader is; not that it is no such card, expired or not genuine. */
const UNREADABLE: readonly (CardFault | CardRefusal)[] = [
  'unreadable',
  'damaged-answer',
  'reader-link-bad',
  'no-answer',
  'reader-fault',
  'number-damaged',
  'incomplete',
]

export function createCardSession(options: CardSessionOptions): CardSession {
  const { clock, nowIso, today, log, seat } = options
  const card = createCell<CardEvent>({ kind: 'none' })
  const receipts = new Map<string, ReceiptMemory>()
  const rated = new Set<string>()
  let visit = 1
  /** Whose visit it is: stays when a new document hides the card, so that only the same card takes it up again. */
  let owner: { readonly idNumber: string; readonly assurance: Assurance } | undefined
  let snapshot: { readonly idNumber: string; readonly value: Snapshot } | undefined
  let other: { readonly card: CardHeld; readonly atMs: number } | undefined
  let pageId: string | undefined
  /**
   * The visit was ended in good order: whatever card was read since belongs to whoever comes next (or asked to change),
   * and the document that is just loading keeps it. After a crash nothing is kept.
   */
  let cardForNextPage = false
  let cancelFault: (() => void) | undefined
  let cancelWipe: (() => void) | undefined
  let cancelLeftOver: (() => void) | undefined
  let lostAtMs: number | undefined
  let isUnreadable = false

  function applicant(): Applicant | undefined {
    const event = card.get()
    return event.kind === 'card' ? event.applicant : undefined
  }

  function take(read: CardRead): void {
    const result = applicantOf(read.card.cardType, read.card.fields, nowIso(), today())
    if (!result.ok) {
      log('card-refused', { refusal: result.refusal, cardType: read.card.cardType })
      if (UNREADABLE.includes(result.refusal)) isUnreadable = true
      tellFault({ kind: 'card-refused', refusal: result.refusal })
      return
    }
    log('card-read', {
      cardType: read.card.cardType,
      readMs: Math.round(read.timing.fieldsAtMs - read.timing.foundAtMs),
    })
    admit(result.applicant, signInBy('id-card'), read.timing)
  }

  function admit(applicant: Applicant, signIn: SignIn, timing: CardTiming): void {
    const { idNumber } = applicant
    const fresh: CardHeld = { kind: 'card', readId: randomUUID(), applicant, signIn, timing, otherCard: false }
    const held = card.get()
    if (held.kind === 'card' && held.applicant.idNumber !== idNumber) {
      if (signIn.by !== 'id-card' && seat?.refuseOtherWay() === true) return
      other = { card: fresh, atMs: clock.nowMs() }
      card.set({ ...held, otherCard: true })
      return
    }
    // The chip was read already: a weaker card of the same person takes nothing away.
    if (held.kind === 'card' && !suffices(signIn.assurance, held.signIn.assurance)) return
    // What a chip opened, nobody takes up again with less.
    const isOwner = owner?.idNumber === idNumber && suffices(signIn.assurance, owner.assurance)
    if (owner !== undefined && !isOwner) {
      log('session-ended', { why: owner.idNumber === idNumber ? 'weaker-sign-in' : 'other-card' })
      forget()
    }
    cancelLeftOver?.()
    owner = ownerOf(fresh)
    card.set(fresh)
  }

  /** Told while there is no card, and taken back after a while: the next citizen need not read it. */
  function tellFault(fault: Exclude<Told, { kind: 'none' | 'reading' }>): void {
    if (card.get().kind === 'card') return
    card.set(fault)
    cancelFault?.()
    cancelFault = clock.after(FAULT_SHOWN_MS, () => {
      if (card.get() === fault) card.set({ kind: 'none' })
    })
  }

  function forget(): void {
    cancelLeftOver?.()
    visit++
    snapshot = undefined
    other = undefined
    owner = undefined
    receipts.clear()
    rated.clear()
    isUnreadable = false
    options.onVisitOver?.()
    seat?.forget()
  }

  function wipe(next: CardEvent = { kind: 'none' }): void {
    forget()
    if (next.kind === 'card') owner = ownerOf(next)
    card.set(next)
  }

  function pageLost(): void {
    log('session-ended', { why: 'page-lost' })
    cardForNextPage = false
    wipe()
  }

  return {
    card,
    applicant,
    signIn() {
      const event = card.get()
      return event.kind === 'card' ? event.signIn : undefined
    },
    admit,
    tell(event) {
      if (card.get().kind === 'card') return
      if (event.kind === 'none' || event.kind === 'reading') card.set(event)
      else tellFault(event)
    },
    expectPrincipal(expected) {
      const held = card.get()
      const isExpected = expected && held.kind === 'card'
      seat?.expectCard(isExpected)
      if (!isExpected || seat === undefined || other === undefined) return isExpected
      if (other.card.signIn.by !== 'id-card' || clock.nowMs() - other.atMs > EARLY_CARD_MS) return isExpected
      seat.seat(other.card.applicant)
      other = undefined
      card.set({ ...held, otherCard: false })
      return isExpected
    },
    isCardUnreadable: () => isUnreadable,
    onReader(event) {
      const held = card.get()
      if (held.kind === 'card' && seat?.onReader(event, held.applicant.idNumber) === true) return
      if (event.event === 'card') {
        take(event)
        return
      }
      // A visit keeps its card: faults and further readings are told only while there is none.
      if (card.get().kind === 'card') return
      if (event.event === 'card-fault') {
        if (UNREADABLE.includes(event.fault)) isUnreadable = true
        tellFault({ kind: 'card-fault', fault: event.fault })
      } else if (event.state.state === 'reading') {
        card.set({ kind: 'reading' })
      } else if (card.get().kind === 'reading') {
        card.set({ kind: 'none' })
      }
    },
    open(id) {
      const since = lostAtMs ?? clock.nowMs()
      lostAtMs = undefined
      if (id === pageId) return true
      pageId = id
      other = undefined
      isUnreadable = false
      options.onNewPage?.()
      seat?.hide()
      if (cardForNextPage) {
        cardForNextPage = false
        return false
      }
      card.set({ kind: 'none' })
      // The page is back, the citizen perhaps not: without the same card the rest goes in time all the same.
      cancelLeftOver?.()
      if (owner !== undefined) {
        cancelLeftOver = clock.after(Math.max(0, since + RESTORE_WITHIN_MS - clock.nowMs()), pageLost)
      }
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
      if (snapshot?.idNumber !== event.applicant.idNumber) return null
      seat?.show()
      return snapshot.value
    },
    pageConnected(connected) {
      cancelWipe?.()
      cancelWipe = undefined
      if (connected) return
      lostAtMs = clock.nowMs()
      cancelWipe = clock.after(RESTORE_WITHIN_MS, pageLost)
    },
    visit: () => visit,
    keepReceipt(of, submissionId, memory) {
      if (of === visit) receipts.set(submissionId, memory)
    },
    receiptOf: (submissionId) => receipts.get(submissionId),
    keepRated(of, submissionId) {
      if (of === visit) rated.add(submissionId)
    },
    isRated: (submissionId) => rated.has(submissionId),
    end(why) {
      log('session-ended', { why })
      cardForNextPage = true
      wipe(why === 'card-changed' ? other?.card : undefined)
    },
  }
}

const ownerOf = ({ applicant: { idNumber }, signIn: { assurance } }: CardHeld) => ({ idNumber, assurance })
