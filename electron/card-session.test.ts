import { beforeEach, expect, test } from 'vitest'
import type { CardReaderEvent } from '../drivers/id-card-reader/states.ts'
import type { Snapshot } from './bridge/session.contract.ts'
import { type CardSession, createCardSession, FAULT_SHOWN_MS, RESTORE_WITHIN_MS } from './card-session.ts'

const ZHOU = { name: '周明远', sex: '1', birth: '19861102', number: '990101198611020033' }
const SUN = { name: '孙桂兰', sex: '2', birth: '19580612', number: '990101195806120022' }
const readOf = (person: typeof ZHOU, validTo = '长期'): CardReaderEvent => ({
  event: 'card',
  readId: 'r',
  card: { cardType: 'citizen', fields: { ...person, address: '云洲市南桥区', validTo } },
  wlt: '',
  timing: { foundAtMs: 1, fieldsAtMs: 2 },
})
const SNAPSHOT: Snapshot = {
  draftId: '6c1c9a3e-8a0f-4a57-9b40-3f7d3f1f7a01',
  item: { id: 'S07', version: 1 },
  step: 0,
  answers: { unit: '云洲市恒盛纺织有限公司' },
}
const PAGE_A = '0b1f6a52-6f3e-4f3c-8a59-0a4a0c9b1a01'
const PAGE_B = '0b1f6a52-6f3e-4f3c-8a59-0a4a0c9b1a02'

let timers: { readonly atMs: number; readonly run: () => void }[]
let session: CardSession
let nowMs: number
const passMs = (ms: number) => {
  for (const timer of timers.filter((each) => each.atMs <= ms)) timer.run()
}
const currentReadId = () => {
  const event = session.card.get()
  if (event.kind !== 'card') throw new Error(`no card but ${event.kind}`)
  return event.readId
}

beforeEach(() => {
  timers = []
  nowMs = 0
  session = createCardSession({
    clock: {
      nowMs: () => nowMs,
      after(atMs, run) {
        const timer = { atMs, run }
        timers.push(timer)
        return () => {
          timers = timers.filter((each) => each !== timer)
        }
      },
    },
    nowIso: () => '2026-11-21T02:00:00.000Z',
    today: () => '2026-11-21',
    log: () => undefined,
  })
  session.open(PAGE_A)
})

test('a good card opens the visit, an expired one is refused with its reason', () => {
  session.onReader(readOf(ZHOU, '20200101'))
  expect(session.card.get()).toEqual({ kind: 'card-refused', refusal: 'expired' })
  expect(session.applicant()).toBeUndefined()
  session.onReader(readOf(ZHOU))
  expect(session.applicant()?.name).toBe('周明远')
})

test("another person's card never takes over a running visit", () => {
  session.onReader(readOf(ZHOU))
  session.onReader(readOf(SUN))
  expect(session.applicant()?.name).toBe('周明远')
  expect(session.card.get()).toMatchObject({ kind: 'card', otherCard: true })
  session.end('card-changed')
  expect(session.applicant()?.name).toBe('孙桂兰')
})

test('the document after a changed card goes on with the other person, the one after that with nobody', () => {
  session.onReader(readOf(ZHOU))
  session.onReader(readOf(SUN))
  session.end('card-changed')
  expect(session.open(PAGE_B)).toBe(false)
  expect(session.applicant()?.name).toBe('孙桂兰')
  session.open(PAGE_A)
  expect(session.card.get()).toEqual({ kind: 'none' })
})

test('a card laid down while the next document loads is not lost', () => {
  session.onReader(readOf(ZHOU))
  session.end('done')
  session.onReader(readOf(SUN))
  session.open(PAGE_B)
  expect(session.applicant()?.name).toBe('孙桂兰')
})

test('a sentence about a bad card goes by itself, a good card stays', () => {
  session.onReader(readOf(ZHOU, '20200101'))
  expect(session.card.get()).toMatchObject({ kind: 'card-refused' })
  passMs(FAULT_SHOWN_MS)
  expect(session.card.get()).toEqual({ kind: 'none' })
  session.onReader({ event: 'card-fault', fault: 'lifted-early' })
  session.onReader(readOf(ZHOU))
  passMs(FAULT_SHOWN_MS)
  expect(session.applicant()?.name).toBe('周明远')
})

test('ending any other way leaves nobody', () => {
  session.onReader(readOf(ZHOU))
  session.onReader(readOf(SUN))
  session.end('done')
  expect(session.card.get()).toEqual({ kind: 'none' })
})

test('after a lost page the same card comes back to its step, a stranger sees nothing', () => {
  session.onReader(readOf(ZHOU))
  expect(session.save(SNAPSHOT)).toBe(true)
  session.pageConnected(false)
  session.open(PAGE_B)
  session.pageConnected(true)
  expect(session.card.get()).toEqual({ kind: 'none' })

  session.onReader(readOf(SUN))
  expect(session.restore(currentReadId())).toBeNull()
  session.end('left')

  session.onReader(readOf(ZHOU))
  expect(session.restore(currentReadId())).toBeNull()
})

test('the same card alone restores', () => {
  session.onReader(readOf(ZHOU))
  session.save(SNAPSHOT)
  session.open(PAGE_B)
  session.onReader(readOf(ZHOU))
  expect(session.restore(currentReadId())).toEqual(SNAPSHOT)
  expect(session.restore('another-reading')).toBeNull()
})

test('a reconnecting page keeps its card', () => {
  session.onReader(readOf(ZHOU))
  expect(session.open(PAGE_A)).toBe(true)
  expect(session.applicant()?.name).toBe('周明远')
})

test('120 s after the page was lost everything is dropped', () => {
  session.onReader(readOf(ZHOU))
  session.save(SNAPSHOT)
  session.keepReceipt(session.visit(), 's1', { secret: 'x', name: '周明远' })
  session.pageConnected(false)
  passMs(RESTORE_WITHIN_MS)
  expect(session.card.get()).toEqual({ kind: 'none' })
  expect(session.receiptOf('s1')).toBeUndefined()
  session.onReader(readOf(ZHOU))
  expect(session.restore(currentReadId())).toBeNull()
})

test('a page that comes back in time stops the clock', () => {
  session.onReader(readOf(ZHOU))
  session.pageConnected(false)
  session.pageConnected(true)
  passMs(RESTORE_WITHIN_MS)
  expect(session.applicant()?.name).toBe('周明远')
})

test('a reloaded page does not keep the rest of a visit for ever: 120 s from when it was lost', () => {
  session.onReader(readOf(ZHOU))
  session.save(SNAPSHOT)
  session.keepReceipt(session.visit(), 's1', { secret: 'x', name: '周明远' })
  session.pageConnected(false)
  nowMs = 100_000
  session.pageConnected(true)
  session.open(PAGE_B)
  expect(session.receiptOf('s1')).toBeDefined()
  passMs(RESTORE_WITHIN_MS - nowMs)
  expect(session.receiptOf('s1')).toBeUndefined()
  session.onReader(readOf(ZHOU))
  expect(session.restore(currentReadId())).toBeNull()
})

test('the same card takes the visit up again, and then no clock ends it', () => {
  session.onReader(readOf(ZHOU))
  session.save(SNAPSHOT)
  session.open(PAGE_B)
  session.onReader(readOf(ZHOU))
  passMs(RESTORE_WITHIN_MS)
  expect(session.applicant()?.name).toBe('周明远')
  expect(session.restore(currentReadId())).toEqual(SNAPSHOT)
})

test("another person's card after a reload ends the former visit: its receipts know no name and no secret", () => {
  session.onReader(readOf(ZHOU))
  session.keepReceipt(session.visit(), 's1', { secret: 'x', name: '周明远' })
  session.open(PAGE_B)
  session.onReader(readOf(SUN))
  expect(session.receiptOf('s1')).toBeUndefined()
  expect(session.applicant()?.name).toBe('孙桂兰')
})

test('what a former visit still had under way is not remembered for the next', () => {
  session.onReader(readOf(ZHOU))
  const visit = session.visit()
  session.end('left')
  session.onReader(readOf(SUN))
  session.keepReceipt(visit, 's1', { secret: 'x', name: '周明远' })
  expect(session.receiptOf('s1')).toBeUndefined()
})

test('a fault or a further reading never shows over a card in the session', () => {
  session.onReader(readOf(ZHOU))
  session.onReader({ event: 'card-fault', fault: 'unreadable' })
  session.onReader({ event: 'state', state: { state: 'reading' } })
  expect(session.card.get().kind).toBe('card')
})

test('a reader that dies while reading leaves no card and no spinner', () => {
  session.onReader({ event: 'state', state: { state: 'reading' } })
  expect(session.card.get().kind).toBe('reading')
  session.onReader({ event: 'state', state: { state: 'unplugged', fault: 'lost' } })
  expect(session.card.get().kind).toBe('none')
})

test('without a card nothing is kept', () => {
  expect(session.save(SNAPSHOT)).toBe(false)
})
