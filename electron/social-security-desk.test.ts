import { beforeEach, expect, test } from 'vitest'
import { samplePerson } from '../drivers/id-card-reader/sample-persons.ts'
import { SAMPLE_CARDS, type SampleCard, sampleCard } from '../drivers/smart-card/sample-cards.ts'
import type { SmartCardEvent, SocialSecurityResult } from '../drivers/smart-card/states.ts'
import { type CardSession, createCardSession, RESTORE_WITHIN_MS } from './card-session.ts'
import { createPrincipalSeat, type PrincipalSeat } from './principal-seat.ts'
import { createSocialSecurityDesk, type SocialSecurityDesk } from './social-security-desk.ts'
import { logBook, manualClock, NOW, settle } from './testing/fixtures.ts'

/** Signing in with a social-security card beside the resident card: which of both stays, and who takes a lost page up again. */
const TODAY = '2026-11-23'
const PAGES = ['0b1f6a52-6f3e-4f3c-8a59-0a4a0c9b1a01', '0b1f6a52-6f3e-4f3c-8a59-0a4a0c9b1a02'] as const
const SNAPSHOT = {
  ...{ draftId: '6c1c9a3e-8a0f-4a57-9b40-3f7d3f1f7a01', item: { id: 'S07', version: 1 }, step: 0, answers: {} },
}

let session: CardSession
let seat: PrincipalSeat
let desk: SocialSecurityDesk
let book: ReturnType<typeof logBook>
let clock: ReturnType<typeof manualClock>
let answer: SocialSecurityResult
let answers: ((result: SocialSecurityResult) => void)[]
let insertion: number

beforeEach(() => {
  book = logBook()
  clock = manualClock()
  insertion = 0
  answers = []
  const common = { nowIso: () => NOW, today: () => TODAY, log: book.log }
  seat = createPrincipalSeat(common)
  session = createCardSession({ ...common, clock, seat })
  session.open(PAGES[0])
  desk = createSocialSecurityDesk({
    ...common,
    session,
    isOurDivision: (division) => division.startsWith('99'),
    nowMs: () => 1,
    host: { call: (() => new Promise((resolve) => answers.push(resolve as never))) as never },
  })
})

const inserted = (atr: string | null = '3B00'): SmartCardEvent => ({
  ...{ event: 'card-inserted', reader: 'r', insertion: ++insertion, atr },
})
async function putIn(card: SampleCard | string, changes: Partial<SampleCard['fields']> = {}): Promise<void> {
  const sample = typeof card === 'string' ? sampleCard(card) : card
  answer = { ok: true, card: { readId: 'r', fields: { ...sample?.fields, ...changes } } }
  desk.onReader(inserted())
  answers.shift()?.(answer)
  await settle()
}
function putIdCard(id: string): void {
  const person = samplePerson(id)
  if (person === undefined) throw new Error(id)
  const card = { cardType: person.cardType, fields: person.fields }
  session.onReader({ event: 'card', readId: 'r', card, wlt: '', timing: { foundAtMs: 1, fieldsAtMs: 2 } })
}

test('each sample holder signs in with it, worth less than a chip, without an address', async () => {
  for (const { id } of SAMPLE_CARDS) {
    await putIn(id)
    expect(session.applicant()).toMatchObject({ source: 'social-security-card', address: '' })
    expect(session.signIn()).toEqual({ by: 'social-security-card', assurance: 'substantial' })
    session.end('done')
  }
  expect(book.of('card-read').length).toBe(SAMPLE_CARDS.length)
})

test('while it is read the page says so; what it cannot use it says', async () => {
  desk.onReader(inserted())
  expect(session.card.get()).toEqual({ kind: 'reading' })
  answers.shift()?.({ ok: false, fault: 'wrong-card', state: { state: 'ready', reader: 'r' } })
  await settle()
  expect(session.card.get()).toEqual({ kind: 'social-security-fault', trouble: 'not-this-card' })
  desk.onReader(inserted(null))
  expect(session.card.get()).toEqual({ kind: 'social-security-fault', trouble: 'put-in-wrong' })
  await putIn('sun-guilan', { number: '990101195806120023' })
  expect(session.card.get()).toEqual({ kind: 'social-security-refused', refusal: 'number-damaged' })
  expect(session.applicant()).toBeUndefined()
})

test('one that was taken out while it was read, or read into another visit, signs nobody in', async () => {
  desk.onReader(inserted())
  desk.onReader({ event: 'card-removed', reader: 'r', insertion })
  answers.shift()?.({ ok: false, fault: 'stopped', state: { state: 'ready', reader: 'r' } })
  await settle()
  expect(session.card.get()).toEqual({ kind: 'social-security-fault', trouble: 'lifted-early' })

  desk.onReader(inserted())
  session.end('left')
  answers.shift()?.({ ok: true, card: { readId: 'r', fields: sampleCard('sun-guilan')?.fields ?? {} } })
  await settle()
  expect(session.card.get()).toEqual({ kind: 'none' })
})

test('the resident card of the same person is worth more, the other way round it changes nothing', async () => {
  await putIn('zhou-mingyuan')
  putIdCard('zhou-mingyuan')
  expect(session.signIn()).toEqual({ by: 'id-card', assurance: 'high' })
  await putIn('zhou-mingyuan')
  expect(session.applicant()).toMatchObject({ source: 'id-card-chip' })
  expect(session.signIn()?.by).toBe('id-card')
})

test('another person’s card never takes over, whichever way she came', async () => {
  await putIn('zhou-mingyuan')
  putIdCard('sun-guilan')
  expect(session.card.get()).toMatchObject({ applicant: { name: '周明远' }, otherCard: true })
  session.end('card-changed')
  expect(session.applicant()?.name).toBe('孙桂兰')
  await putIn('zhou-mingyuan')
  expect(session.card.get()).toMatchObject({ applicant: { name: '孙桂兰' }, otherCard: true })
})

test('where the principal’s card is asked for, only a resident card proves that somebody is here', async () => {
  putIdCard('zhou-mingyuan')
  seat.expectCard(true)
  await putIn('sun-guilan')
  expect(seat.event.get()).toEqual({ kind: 'card-refused', refusal: 'id-card-wanted' })
  expect(session.card.get()).toMatchObject({ otherCard: false })
  expect(seat.applicant()).toBeUndefined()
})

const backOn = (page: string) => {
  session.pageConnected(false)
  session.pageConnected(true)
  session.open(page)
}
const readId = () => {
  const event = session.card.get()
  return event.kind === 'card' ? event.readId : ''
}

test('a lost page comes back with the same card, or a stronger one', async () => {
  for (const again of [() => putIn('zhou-mingyuan'), async () => putIdCard('zhou-mingyuan')]) {
    await putIn('zhou-mingyuan')
    session.save(SNAPSHOT)
    backOn(PAGES[1])
    await again()
    expect(session.restore(readId())).toEqual(SNAPSHOT)
    session.end('done')
    session.open(PAGES[0])
  }
})

test('what a chip opened, the weaker card does not take up again: the visit begins anew', async () => {
  putIdCard('zhou-mingyuan')
  session.save(SNAPSHOT)
  const visit = session.visit()
  backOn(PAGES[1])
  await putIn('zhou-mingyuan')
  expect(session.applicant()?.name).toBe('周明远')
  expect(session.restore(readId())).toBeNull()
  expect(session.visit()).not.toBe(visit)
  expect(book.of('session-ended')).toMatchObject([{ why: 'weaker-sign-in' }])
  // Nor once the time is over.
  await clock.advance(RESTORE_WITHIN_MS)
  expect(session.restore(readId())).toBeNull()
})
