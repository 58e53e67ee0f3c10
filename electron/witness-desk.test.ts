import { beforeEach, expect, test } from 'vitest'
import type { CardReaderEvent } from '../drivers/id-card-reader/states.ts'
import type { StaffView } from './bridge/staff.contract.ts'
import { type CardSession, createCardSession } from './card-session.ts'
import { createCell } from './cell.ts'
import { logBook, manualClock, NOW } from './testing/fixtures.ts'
import { createWitnessDesk, type WitnessDesk } from './witness-desk.ts'

const PERSON = { name: '孙桂兰', idNumber: '990101195806120022' }
const STAFF = { id: '017', name: '李静', since: NOW }
const NOBODY: StaffView = { call: null, pin: null, assist: null }
const refused = (why: string) => ({ outcome: 'refused', why })

let session: CardSession
let desk: WitnessDesk
let staff: ReturnType<typeof createCell<StaffView>>
let book: ReturnType<typeof logBook>
let canRead: boolean

beforeEach(() => {
  book = logBook()
  canRead = false
  staff = createCell<StaffView>({ ...NOBODY, assist: STAFF })
  const common = { nowIso: () => NOW, today: () => '2026-11-23', log: book.log }
  session = createCardSession({ ...common, clock: manualClock() })
  session.open('0b1f6a52-6f3e-4f3c-8a59-0a4a0c9b1a01')
  desk = createWitnessDesk({
    ...{ ...common, staff: { view: staff }, session, canRead: () => canRead, nowMs: () => 1 },
    isOurDivision: (division) => division.startsWith('99'),
  })
})

function cardRead(validTo = '长期', number = '990101198611020033'): CardReaderEvent {
  const fields = { name: '周明远', sex: '1', birth: '19861102', number, address: '云洲市', validTo }
  return {
    ...{ event: 'card', readId: 'r', card: { cardType: 'citizen', fields }, wlt: '' },
    timing: { foundAtMs: 1, fieldsAtMs: 2 },
  }
}

test('with the reader broken she vouches, and is named for the whole visit, also after she left', () => {
  expect(desk.vouch(PERSON)).toEqual({ outcome: 'signed-in' })
  staff.set(NOBODY)
  expect(session.signIn()).toEqual({ by: 'witness', assurance: 'provisional', witness: { id: '017', name: '李静' } })
  expect(session.applicant()).toMatchObject({ ...PERSON, source: 'witness', birth: '1958-06-12', sex: 'female' })
  for (const secret of [PERSON.name, PERSON.idNumber, STAFF.name]) expect(book.text()).not.toContain(secret)
  session.end('done')
  expect(session.signIn()).toBeUndefined()
})

test('nobody vouches who has not joined with badge and PIN, or for whoever is signed in', () => {
  staff.set(NOBODY)
  expect(desk.vouch(PERSON)).toEqual(refused('no-staff'))
  staff.set({ ...NOBODY, assist: STAFF })
  session.onReader(cardRead())
  expect(desk.refusal()).toBe('already-signed-in')
  expect(desk.vouch(PERSON)).toEqual(refused('already-signed-in'))
  expect(session.applicant()?.name).toBe('周明远')
})

test('a reader that works is used, unless this card cannot be read on it', () => {
  canRead = true
  expect(desk.vouch(PERSON)).toEqual(refused('reader-works'))
  // These say something of the card, not that it could not be read.
  session.onReader(cardRead('20200101'))
  session.onReader({ event: 'card-fault', fault: 'not-an-id-card' } as CardReaderEvent)
  session.onReader({ event: 'card-fault', fault: 'lifted-early' } as CardReaderEvent)
  session.onReader({ event: 'card-fault', fault: 'not-verified' } as CardReaderEvent)
  expect(desk.refusal()).toBe('reader-works')
  session.onReader({ event: 'card-fault', fault: 'unreadable' } as CardReaderEvent)
  expect(desk.refusal()).toBeUndefined()
  // The next visitor's card is another one.
  session.end('left')
  expect(desk.refusal()).toBe('reader-works')
  session.onReader(cardRead('长期', '990101198611020034'))
  expect(desk.vouch(PERSON)).toEqual({ outcome: 'signed-in' })
})

test.each([
  [{ ...PERSON, idNumber: '990101195806120023' }, 'bad-number'],
  [{ ...PERSON, idNumber: '9901011958061200' }, 'bad-number'],
  [{ ...PERSON, name: '  ' }, 'bad-name'],
  [{ ...PERSON, name: '<b>' }, 'bad-name'],
  [{ ...PERSON, name: STAFF.name }, 'own-name'],
  [{ ...PERSON, name: ` ${STAFF.name} ` }, 'own-name'],
])('%j is refused: %s', (person, why) => {
  expect(desk.vouch(person)).toEqual(refused(why))
  expect(session.applicant()).toBeUndefined()
})
