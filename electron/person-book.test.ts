import { randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '../sync/envelope/signing-key.ts'
import type { PersonAsk, PersonResult } from '../sync/hub-client/answers.ts'
import { consentText } from '../sync/protocol/consent.ts'
import { namedApplicant } from '../sync/protocol/identity.ts'
import { PersonAnswerSchema } from '../sync/protocol/person.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import { CatalogueSchema } from '../sync/protocol/service-item.ts'
import { createCardSession } from './card-session.ts'
import { createCell } from './cell.ts'
import type { HeldCatalogue } from './packages.ts'
import { createPersonBook, PERSON_PATIENCE_MS, type PersonBook } from './person-book.ts'
import {
  CATALOGUE,
  type HubWorld,
  logBook,
  makeHubWorld,
  manualClock,
  NOW,
  settle,
  TERMINAL_ID,
} from './testing/fixtures.ts'

const [ITEM] = CATALOGUE.items
const about = { item: { id: 'S07', version: 1 }, consent: ITEM === undefined ? '' : consentText(ITEM) }
const SHARED = { key: 'fund.account', value: 'A1', source: { zh: '中心' }, asOf: '2026-11-23' }
const ANSWER = { v: 1 as const, at: NOW, shared: [SHARED], licences: [], cases: [] }

let world: HubWorld
let deviceKey: SigningKey
beforeAll(async () => {
  world = await makeHubWorld()
  deviceKey = (await generateSigningKey()).key
})

let asked: PersonAsk[]
let answer: (ask: PersonAsk) => Promise<PersonResult>
let connection: ReturnType<typeof createCell<Connection>>
let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>
let helping: boolean
let waitMs: number
let held: HeldCatalogue
let catalogue: ReturnType<typeof createCell<HeldCatalogue | null>>
let persons: PersonBook
let session: ReturnType<typeof createCardSession>

beforeEach(async () => {
  asked = []
  answer = async () => ({ outcome: 'answered', answer: ANSWER })
  connection = createCell<Connection>('connected')
  clock = manualClock()
  book = logBook()
  helping = false
  waitMs = 0
  held = { manifest: (await world.signedCatalogue(1)).manifest, catalogue: CATALOGUE }
  catalogue = createCell<HeldCatalogue | null>(held)
  const sealKey = world.keySet.keys.find((key) => key.use === 'seal')
  session = createCardSession({
    ...{ clock, nowIso: () => NOW, today: () => '2026-11-23', log: book.log },
    onVisitOver: () => persons.forget(),
  })
  session.open('11111111-1111-4111-8111-111111111111')
  persons = createPersonBook({
    ...{ terminalId: TERMINAL_ID, session, connection, clock, nowIso: () => NOW, log: book.log },
    today: () => '2026-11-23',
    hub: {
      askPerson(ask) {
        asked.push(ask)
        return answer(ask)
      },
    },
    trust: { deviceKey, enrolled: () => true, sealKey: () => sealKey },
    packages: { catalogue },
    isStaffHelping: () => helping,
    ration: () => waitMs,
  })
  putCard('周明远', '990101198611020033', '19861102')
})

function putCard(name: string, number: string, birth: string) {
  session.onReader({
    event: 'card',
    readId: 'r',
    card: { cardType: 'citizen', fields: { name, sex: '1', birth, number, address: '街', validTo: '长期' } },
    wlt: '',
    timing: { foundAtMs: 1, fieldsAtMs: 2 },
  })
}

test('asks about whoever’s card is in the visit, with the words that she agreed to, and remembers what was told', async () => {
  expect(await persons.data(about)).toEqual({ outcome: 'told', shared: [SHARED], licences: [] })
  expect(asked).toMatchObject([
    {
      ...{ terminalId: TERMINAL_ID, kinds: ['shared', 'licences'] },
      person: { idNumber: '990101198611020033', name: '周明远' },
      item: { ...about.item, consentText: about.consent },
    },
  ])
  expect(persons.told(about.item)?.shared).toEqual([SHARED])
  expect(persons.told({ id: 'S07', version: 2 })).toBeUndefined()
  expect(await persons.cases()).toEqual({ outcome: 'told', cases: [] })
  expect(asked[1]).not.toHaveProperty('item')
  for (const secret of ['周明远', '990101198611020033', 'A1']) expect(book.text()).not.toContain(secret)
})

test('nothing is asked without her yes to these words, without a card, or without a hub', async () => {
  expect(await persons.data({ ...about, consent: '别的话' })).toEqual({ outcome: 'not-agreed' })
  connection.set('hub-silent')
  expect(await persons.cases()).toEqual({ outcome: 'offline' })
  session.end('done')
  expect(await persons.data(about)).toEqual({ outcome: 'offline' })
  connection.set('connected')
  expect(await persons.data(about)).toEqual({ outcome: 'no-card' })
  expect(asked).toEqual([])
})

test('for whom she may act: the page hears a masked name, main keeps whom it means, until the visit ends', async () => {
  const old = {
    ...ITEM,
    needsForms: 2,
    preconditions: [{ id: 'old', must: { age: { atLeast: 90 } }, sentence: { zh: '老' }, wayOn: 'later' }],
  }
  catalogue.set({ ...held, catalogue: CatalogueSchema.parse({ ...CATALOGUE, items: [old] }) })
  const [first, second, third] = Array.from({ length: 3 }, () => randomUUID())
  const about = { relation: 'child', until: '2027-11-23' } as const
  const principal = { name: '赵德厚', idNumber: '99010119410307001X' }
  const forAll = { ...about, id: first, scope: { of: 'all' as const }, principal }
  const forOther = { ...about, id: second, scope: { of: 'items' as const, ids: ['S03'] }, principal }
  const byOther = { ...about, id: third, scope: { of: 'all' as const }, maskedName: '孙＊兰' }
  const told = { mayActFor: [forAll, forOther], actForMe: [byOther] }
  answer = async () => ({ outcome: 'answered', answer: PersonAnswerSchema.parse({ v: 1, at: NOW, bindings: told }) })
  const { principal: _, ...shown } = { ...forAll, maskedName: '赵＊厚', unmet: [] as string[] }
  const mine = await persons.bindings()
  expect(mine).toMatchObject({ outcome: 'told', mayActFor: [shown, { id: second }], actForMe: [byOther] })
  // For an item: only what its scope has, and whether the item is for him at all.
  expect(await persons.bindings({ id: 'S07', version: 1 })).toEqual({
    ...{ outcome: 'told', mayActFor: [{ ...shown, unmet: ['old'] }], actForMe: [byOther] },
  })
  for (const secret of Object.values(principal)) expect(JSON.stringify(mine) + book.text()).not.toContain(secret)
  expect(persons.binding(first ?? '')).toMatchObject({ side: 'agent', principal })
  expect(persons.binding(third ?? '')).toEqual({ side: 'principal' })
  const notice = { what: 'handed-in' as const, ticket: 'ABCD2345', itemId: 'S07', acceptedAt: NOW }
  const before = answer
  answer = async () => ({ outcome: 'answered', answer: { v: 1, at: NOW, notices: [notice] } })
  expect(await persons.notices()).toEqual({ outcome: 'told', notices: [notice] })
  expect(asked.at(-1)?.kinds).toEqual(['notices'])
  answer = before
  helping = true
  expect(await persons.notices()).toEqual({ outcome: 'staff-helping' })
  expect(await persons.bindings()).toEqual({ outcome: 'staff-helping' })
  expect(await persons.bindings({ id: 'S07', version: 1 })).toMatchObject({ outcome: 'told' })
  session.end('done')
  expect(persons.binding(first ?? '')).toBeUndefined()
})

test('what staff typed opens nobody’s cases: a witness is no card', async () => {
  session.end('done')
  const found = namedApplicant(
    { name: '孙桂兰', idNumber: '990101195806120022' },
    'witness',
    NOW,
    '2026-11-23',
    () => true,
  )
  if (!found.ok) throw new Error(found.refusal)
  const signIn = { by: 'witness', assurance: 'provisional', witness: { id: '0217', name: '李静' } } as const
  session.admit(found.applicant, signIn, { foundAtMs: 1, fieldsAtMs: 2 })
  expect(session.applicant()?.name).toBe('孙桂兰')
  expect(await persons.cases()).toEqual({ outcome: 'no-card' })
  expect(await persons.data(about)).toEqual({ outcome: 'no-card' })
  expect(asked).toEqual([])
})

test('what comes later than anybody waits is dropped unread', async () => {
  let late: (result: PersonResult) => void = () => undefined
  answer = () =>
    new Promise((resolve) => {
      late = resolve
    })
  const got = persons.data(about)
  await settle()
  await clock.advance(PERSON_PATIENCE_MS)
  expect(await got).toEqual({ outcome: 'no-answer' })
  late({ outcome: 'answered', answer: ANSWER })
  await settle()
  expect(persons.told(about.item)).toBeUndefined()
  expect(clock.timers()).toBe(0)
})

test('an answer that comes when another stands there is told to nobody; what was told goes with the visit', async () => {
  await persons.data(about)
  session.end('done')
  expect(persons.told(about.item)).toBeUndefined()
  putCard('周明远', '990101198611020033', '19861102')
  answer = async () => {
    session.end('done')
    putCard('孙桂兰', '990101195806120022', '19580612')
    return { outcome: 'answered', answer: ANSWER }
  }
  expect(await persons.data(about)).toEqual({ outcome: 'no-card' })
  expect(persons.told(about.item)).toBeUndefined()
})

test('no cases while staff helps; a hub that leaves a kind out has not told it; a ration', async () => {
  helping = true
  expect(await persons.cases()).toEqual({ outcome: 'staff-helping' })
  helping = false
  answer = async () => ({ outcome: 'answered', answer: { v: 1, at: NOW } })
  expect(await persons.cases()).toEqual({ outcome: 'no-answer' })
  expect(await persons.data(about)).toEqual({ outcome: 'told', shared: [], licences: [] })
  answer = async () => ({ outcome: 'not-served' })
  expect(await persons.cases()).toEqual({ outcome: 'no-answer' })
  waitMs = 5
  expect(await persons.cases()).toEqual({ outcome: 'too-many-tries' })
  expect(asked).toHaveLength(3)
})
