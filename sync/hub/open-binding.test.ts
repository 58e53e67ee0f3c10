import { afterAll, beforeEach, expect, test } from 'vitest'
import { signDeviceClaim } from '../envelope/contact.ts'
import { keyFor } from '../envelope/key-set.ts'
import { openAnswer, sealQuestion } from '../envelope/person.ts'
import { sha256Hex } from '../envelope/sha256.ts'
import type { Applicant } from '../protocol/applicant.ts'
import { BINDING_CONSENTED, BINDING_ITEM, type BindingPayload, type MakeBinding } from '../protocol/binding.ts'
import { consentText } from '../protocol/consent.ts'
import type { PersonQuestion } from '../protocol/person.ts'
import type { ApplicationPayload } from '../protocol/submission.ts'
import { hubSuite } from './hub-suite.ts'
import { s02Pension } from './sample/s02-pension.ts'
import { systemSources } from './sources.ts'
import {
  goodPayload,
  ingestOf,
  makeTerminal,
  makeTestHub,
  TEST_NOW,
  type TestHub,
  type TestTerminal,
} from './test-hub.ts'

let hub: TestHub
let terminal: TestTerminal
let asked = 0
beforeEach(async () => {
  await hub?.end()
  hub = await makeTestHub()
  terminal = await makeTerminal(hub, 'T-1')
}, 60_000)
afterAll(() => hub.end())

const SON = { ...goodPayload().applicant, source: 'id-card-chip' as const }
const FATHER = { ...SON, name: '赵德厚', idNumber: '99010119410307001X', birth: '1941-03-07' }
const SUN = { ...SON, name: '孙桂兰', idNumber: '990101195806120022', birth: '1958-06-12', sex: 'female' as const }
const minutes = (count: number) => new Date(Date.parse(TEST_NOW) + count * 60_000).toISOString()

const binding = (what: BindingPayload['binding'], acceptedAt = TEST_NOW): BindingPayload => ({
  ...{ v: 1, kind: 'proxy-binding', submissionId: systemSources.randomUuid(), item: BINDING_ITEM },
  ...{ binding: what, acceptedAt },
})
const make = (change: Partial<MakeBinding> = {}): MakeBinding => ({
  ...{ what: 'make', agent: SON, principal: FATHER, relation: 'child', scope: { of: 'all' }, until: '2027-11-23' },
  consent: { textSha256: sha256Hex(consentText(BINDING_CONSENTED)) },
  ...change,
})
const withdraw = (bindingId: string, by: Applicant = FATHER, side: 'agent' | 'principal' = 'principal') =>
  ({ what: 'withdraw', bindingId, side, by }) as const
const byBinding = (change: Partial<ApplicationPayload> = {}): Partial<ApplicationPayload> => ({
  item: { id: s02Pension.id, code: s02Pension.code, version: s02Pension.version },
  applicant: { ...FATHER, address: '', validTo: '', source: 'typed' },
  proxy: {
    agent: SON,
    principal: { name: FATHER.name, idNumber: FATHER.idNumber, source: 'typed' },
    ...{ relation: 'child', authority: 'standing-binding' },
    scope: { itemCode: s02Pension.code, through: 'this-submission' },
  },
  answers: { pensionType: 'unsure', livingPlace: '990101', phone: '13800136021' },
  ...{ pledge: undefined, signature: undefined },
  consent: { textSha256: sha256Hex(consentText(s02Pension)) },
  acceptedAt: minutes(1),
  ...change,
})

async function judged(change: Parameters<TestTerminal['seal']>[0]) {
  const sent = await terminal.seal(change)
  const result = await ingestOf(hub).single(sent)
  if (!result.ok) throw new Error(result.fault)
  const { stuck } = await hub.opener.round()
  expect(stuck).toEqual([])
  const row = await hub.db
    .selectFrom('cases')
    .select(['state', 'faults'])
    .where('submission_id', '=', sent.submissionId)
    .executeTakeFirstOrThrow()
  return { state: row.state, faults: JSON.parse(row.faults) }
}
const bind = (change: Partial<MakeBinding> = {}, at?: string) => judged({ feedback: binding(make(change), at) })
const TAKEN = { state: '已受理', faults: [] }
const refused = (field: string, ...faults: string[]) => ({
  state: '不予受理',
  faults: faults.map((fault) => ({ field, fault })),
})

/** What the hub tells about a person's bindings, over its own interface. */
async function told(person: Applicant) {
  const sealKey = keyFor(hub.keySet, 'seal', TEST_NOW)
  if (sealKey === undefined) throw new Error('no seal key')
  const nonce = `nonce-of-question-${++asked}`
  const question: PersonQuestion = {
    ...{ v: 1, terminalId: 'T-1', nonce, kinds: ['bindings'] },
    person: { idNumber: person.idNumber, name: person.name },
    answerKey: hubSuite.randomBytes(32).toString('base64url'),
  }
  const sealed = await sealQuestion(question, sealKey, hubSuite)
  const about = { kind: 'person-question', v: 1, terminalId: 'T-1', nonce, at: TEST_NOW, sealed } as const
  const claim = await signDeviceClaim(about, terminal.deviceKey)
  const response = await hub.server.inject({ method: 'POST', url: '/v1/person-questions', payload: { claim } })
  const answer = await openAnswer(response.json().answer, question, hubSuite)
  if (answer?.bindings === undefined) throw new Error('nothing told')
  return answer.bindings
}

test('bound, handed in without the father’s card, ended by him, and then no more', async () => {
  expect(await judged({ payload: byBinding() })).toEqual(refused('proxy', 'authority-missing'))
  expect(await bind()).toEqual(TAKEN)
  hub.sources.nowMs += 60_000
  expect(await judged({ payload: byBinding() })).toEqual(TAKEN)
  const [forFather] = (await told(SON)).mayActFor
  const { name, idNumber } = FATHER
  expect(forFather).toMatchObject({ principal: { name, idNumber }, relation: 'child', until: '2027-11-23' })
  const asFather = await told(FATHER)
  expect(asFather).toMatchObject({ mayActFor: [], actForMe: [{ id: forFather?.id, maskedName: '周＊远' }] })
  for (const secret of [SON.name, SON.idNumber]) expect(JSON.stringify(asFather)).not.toContain(secret)
  expect(await told(SUN)).toEqual({ mayActFor: [], actForMe: [] })
  expect(await judged({ feedback: binding(withdraw(forFather?.id ?? ''), minutes(5)) })).toEqual(TAKEN)
  // What was taken in while it held stays good, however late it arrives.
  expect(await judged({ payload: byBinding({ acceptedAt: minutes(4) }) })).toEqual(TAKEN)
  expect(await judged({ payload: byBinding({ acceptedAt: minutes(5) }) })).toEqual(
    refused('proxy', 'authority-missing'),
  )
  hub.sources.nowMs = Date.parse(minutes(6))
  expect([await told(SON), await told(FATHER)]).toEqual(Array(2).fill({ mayActFor: [], actForMe: [] }))
  // Undone by making it again.
  expect(await bind({}, minutes(7))).toEqual(TAKEN)
  expect(await judged({ payload: byBinding({ acceptedAt: minutes(8) }) })).toEqual(TAKEN)
})

test('only for what it names, for those two, and until its last day', async () => {
  expect(await bind({ scope: { of: 'items', ids: ['S03'] } })).toEqual(TAKEN)
  expect(await judged({ payload: byBinding() })).toEqual(refused('proxy', 'authority-missing'))
  expect(await bind({ scope: { of: 'items', ids: ['S03', 'S02'] }, until: '2026-11-25' }, minutes(1))).toEqual(TAKEN)
  expect(await judged({ payload: byBinding({ acceptedAt: minutes(2) }) })).toEqual(TAKEN)
  const proxy = byBinding().proxy
  if (proxy === undefined) throw new Error('no proxy')
  const bySun = byBinding({ proxy: { ...proxy, agent: SUN }, acceptedAt: minutes(2) })
  expect(await judged({ payload: bySun })).toEqual(refused('proxy', 'authority-missing'))
  // 23:59 of the 25th in China, and a minute later.
  expect(await judged({ payload: byBinding({ acceptedAt: '2026-11-25T15:59:00.000Z' }) })).toEqual(TAKEN)
  const after = byBinding({ acceptedAt: '2026-11-25T16:00:00.000Z' })
  expect(await judged({ payload: after })).toEqual(refused('proxy', 'authority-missing'))
})

test('what may not be bound is refused by its reason; nobody ends what is not theirs', async () => {
  const typed = { ...FATHER, source: 'typed' as const }
  expect(await bind({ principal: typed })).toEqual(refused('binding', 'card-missing'))
  expect(await bind({ principal: SON })).toEqual(refused('binding', 'same-person'))
  expect(await bind({ until: '2028-01-01' })).toEqual(refused('binding', 'until-too-late'))
  expect(await bind({ consent: undefined })).toEqual(refused('binding', 'consent-missing'))
  expect((await told(FATHER)).actForMe).toEqual([])
  expect(await bind()).toEqual(TAKEN)
  hub.sources.nowMs += 1
  const id = (await told(FATHER)).actForMe[0]?.id ?? ''
  const unknown = refused('binding', 'binding-unknown')
  expect(await judged({ feedback: binding(withdraw(id, SUN), minutes(1)) })).toEqual(unknown)
  expect(await judged({ feedback: binding(withdraw(id, SON), minutes(1)) })).toEqual(unknown)
  expect(await judged({ feedback: binding(withdraw(id, typed), minutes(1)) })).toEqual(
    refused('binding', 'card-missing'),
  )
  expect((await told(FATHER)).actForMe).toHaveLength(1)
  // One that was made before, and arrives after the agent ended it.
  expect(await judged({ feedback: binding(withdraw(id, SON, 'agent'), minutes(2)) })).toEqual(TAKEN)
  expect(await bind({}, minutes(1))).toEqual(refused('binding', 'overtaken'))
})

test('the table names nobody', async () => {
  await bind()
  const text = JSON.stringify(await hub.db.selectFrom('bindings').selectAll().execute())
  for (const { name, idNumber } of [SON, FATHER]) expect(text.includes(name) || text.includes(idNumber)).toBe(false)
})
