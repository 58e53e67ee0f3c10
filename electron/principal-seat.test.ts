import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import type { CardRead } from '../drivers/id-card-reader/states.ts'
import { type CardSession, createCardSession, EARLY_CARD_MS } from './card-session.ts'
import { createPrincipalSeat, type PrincipalSeat } from './principal-seat.ts'
import { logBook, manualClock, NOW } from './testing/fixtures.ts'

const TODAY = '2026-11-23'
const AGENT = { name: '周明远', number: '990101198611020033', birth: '19861102', sex: '1' }
const PRINCIPAL = { name: '赵德厚', number: '99010119410307001X', birth: '19410307', sex: '1' }
const THIRD = { name: '孙桂兰', number: '990101195806120022', birth: '19580612', sex: '2' }

let seat: PrincipalSeat
let session: CardSession
let book: ReturnType<typeof logBook>
let clock: ReturnType<typeof manualClock>
beforeEach(() => {
  book = logBook()
  const parts = { nowIso: () => NOW, today: () => TODAY, log: book.log }
  seat = createPrincipalSeat(parts)
  clock = manualClock()
  session = createCardSession({ clock, ...parts, seat })
  session.open(randomUUID())
})
function put(person: typeof AGENT, change: Record<string, string> = {}): void {
  const fields = { ...person, address: '云洲市南桥区', validTo: '长期', ...change }
  const card: CardRead['card'] = { cardType: 'citizen', fields }
  session.onReader({ event: 'card', readId: randomUUID(), card, wlt: '', timing: { foundAtMs: 1, fieldsAtMs: 2 } })
}
const kindOfVisit = () => session.card.get()

test('first the agent, then the principal: both are known to main, and the visit stays the agent’s', () => {
  put(AGENT)
  expect(seat.event.get()).toEqual({ kind: 'none' })
  seat.expectCard(true)
  expect(seat.event.get()).toEqual({ kind: 'waiting' })
  put(PRINCIPAL)
  expect(seat.event.get()).toMatchObject({ kind: 'card', applicant: { name: PRINCIPAL.name } })
  expect(seat.applicant()?.idNumber).toBe(PRINCIPAL.number)
  expect(session.applicant()?.idNumber).toBe(AGENT.number)
  expect(kindOfVisit()).toMatchObject({ kind: 'card', otherCard: false })
  expect(book.text()).not.toContain(PRINCIPAL.number)
})

test('nobody asked: another card is another visitor’s, as ever', () => {
  put(AGENT)
  put(PRINCIPAL)
  expect(seat.applicant()).toBeUndefined()
  expect(kindOfVisit()).toMatchObject({ otherCard: true })
})

test('the principal’s card was there before the page for it: it is the principal’s all the same', async () => {
  put(AGENT)
  put(PRINCIPAL)
  await clock.advance(EARLY_CARD_MS)
  expect(session.expectPrincipal(true)).toBe(true)
  expect(seat.event.get()).toMatchObject({ kind: 'card', applicant: { name: PRINCIPAL.name } })
  expect(kindOfVisit()).toMatchObject({ kind: 'card', applicant: { name: AGENT.name }, otherCard: false })
  // It belongs to this visit now: nobody begins a visit of their own with it.
  session.end('card-changed')
  expect(session.card.get()).toEqual({ kind: 'none' })
})

test('a card of long ago stays another visitor’s, and without an agent nobody is expected', async () => {
  expect(session.expectPrincipal(true)).toBe(false)
  put(AGENT)
  put(PRINCIPAL)
  await clock.advance(EARLY_CARD_MS + 1)
  expect(session.expectPrincipal(true)).toBe(true)
  expect(seat.event.get()).toEqual({ kind: 'waiting' })
  expect(kindOfVisit()).toMatchObject({ otherCard: true })
})

test('once it was read: put down again it is nothing new, a third card is another visitor’s', () => {
  put(AGENT)
  seat.expectCard(true)
  put(PRINCIPAL)
  seat.expectCard(false)
  put(PRINCIPAL)
  expect(kindOfVisit()).toMatchObject({ otherCard: false })
  put(THIRD)
  expect(kindOfVisit()).toMatchObject({ otherCard: true })
  expect(seat.applicant()?.name).toBe(PRINCIPAL.name)
})

test('the agent’s own card, one that cannot be used, and a fault of the reader are told, and another may come', () => {
  put(AGENT)
  seat.expectCard(true)
  put(AGENT)
  expect(seat.event.get()).toEqual({ kind: 'same-person' })
  put(PRINCIPAL, { validTo: '20200101' })
  expect(seat.event.get()).toEqual({ kind: 'card-refused', refusal: 'expired' })
  session.onReader({ event: 'card-fault', fault: 'lifted-early' })
  expect(seat.event.get()).toEqual({ kind: 'card-fault', fault: 'lifted-early' })
  expect(seat.applicant()).toBeUndefined()
  session.onReader({ event: 'state', state: { state: 'reading' } })
  expect(seat.event.get()).toEqual({ kind: 'reading' })
  put(PRINCIPAL)
  expect(seat.event.get()).toMatchObject({ kind: 'card' })
  put(THIRD)
  expect(seat.applicant()?.name).toBe(THIRD.name)
})

test('with the visit the principal goes too', () => {
  put(AGENT)
  seat.expectCard(true)
  put(PRINCIPAL)
  session.end('left')
  expect(seat.applicant()).toBeUndefined()
  expect(seat.event.get()).toEqual({ kind: 'none' })
})

test('a lost page: nobody’s name is told until the agent’s card is back, and then the principal need not come again', () => {
  put(AGENT)
  seat.expectCard(true)
  put(PRINCIPAL)
  const draftId = randomUUID()
  session.save({ draftId, item: { id: 'S02', version: 1 }, step: 0, answers: {} })
  session.open(randomUUID())
  expect(seat.event.get()).toEqual({ kind: 'none' })
  expect(seat.applicant()).toBeUndefined()
  put(AGENT)
  const held = kindOfVisit()
  if (held.kind !== 'card') throw new Error('no card')
  expect(seat.applicant()).toBeUndefined()
  expect(session.restore(held.readId)).toMatchObject({ draftId })
  expect(seat.applicant()?.name).toBe(PRINCIPAL.name)
})

test('a lost page and a new beginning: both cards are shown again', () => {
  put(AGENT)
  seat.expectCard(true)
  put(PRINCIPAL)
  session.open(randomUUID())
  put(AGENT)
  seat.expectCard(true)
  expect(seat.event.get()).toEqual({ kind: 'waiting' })
  put(THIRD)
  expect(seat.applicant()?.name).toBe(THIRD.name)
})
