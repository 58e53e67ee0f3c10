import { afterAll, beforeAll, expect, test } from 'vitest'
import { signDeviceClaim } from '../envelope/contact.ts'
import { keyFor } from '../envelope/key-set.ts'
import { openAnswer, sealQuestion } from '../envelope/person.ts'
import { consentText } from '../protocol/consent.ts'
import type { PersonQuestion } from '../protocol/person.ts'
import { makeDeviceKeys } from './device-keys.ts'
import type { HubEvent } from './hub-events.ts'
import { hubSuite } from './hub-suite.ts'
import { makePersonDesk, type PersonDesk } from './person-desk.ts'
import { samplePersonAdapters } from './sample/persons.ts'
import { s03RemoteCare } from './sample/s03-remote-care.ts'
import { s05FundWithdrawal } from './sample/s05-fund-withdrawal.ts'
import { sealKeysOf } from './seal-keys.ts'
import { ingestOf, makeTerminal, makeTestHub, TEST_NOW, type TestHub, type TestTerminal } from './test-hub.ts'

const SUN = { idNumber: '990101195806120022', name: '孙桂兰' }
const ZHOU = { idNumber: '990101198611020033', name: '周明远' }
const sha256 = (text: string) => hubSuite.sha256Hex(text)
const agreed = (item: typeof s05FundWithdrawal) => ({
  ...{ id: item.id, version: item.version },
  consentSha256: sha256(consentText(item)),
})

let hub: TestHub
let terminal: TestTerminal
let asked = 0
beforeAll(async () => {
  hub = await makeTestHub()
  terminal = await makeTerminal(hub, 'T-1')
}, 60_000)
afterAll(() => hub.end())

/** Asks over the hub's own interface. */
async function ask(change: Partial<PersonQuestion>, by = terminal, claimed: { readonly nonce?: string } = {}) {
  const sealKey = keyFor(hub.keySet, 'seal', TEST_NOW)
  if (sealKey === undefined) throw new Error('no seal key')
  const nonce = `nonce-of-question-${++asked}`
  const answerKey = hubSuite.randomBytes(32).toString('base64url')
  const about = { v: 1 as const, terminalId: by.terminalId, nonce, answerKey }
  const question: PersonQuestion = { ...about, kinds: ['cases'], person: ZHOU, ...change }
  const sealed = await sealQuestion(question, sealKey, hubSuite)
  const claim = await signDeviceClaim(
    { kind: 'person-question', v: 1, terminalId: by.terminalId, nonce, at: TEST_NOW, sealed, ...claimed },
    by.deviceKey,
  )
  const response = await hub.server.inject({ method: 'POST', url: '/v1/person-questions', payload: { claim } })
  const body = response.json()
  const answer = response.statusCode === 200 ? await openAnswer(body.answer, question, hubSuite) : undefined
  return { status: response.statusCode, code: body.code as string | undefined, answer, text: response.body, sealed }
}

test('her cases, wherever they were handed in, and nobody else’s', async () => {
  const other = await makeTerminal(hub, 'T-2')
  const sent = await other.seal()
  await ingestOf(hub).single(sent)
  expect((await ask({})).answer?.cases).toEqual([])
  await hub.opener.round()
  const { answer, text, sealed } = await ask({})
  expect(answer?.cases).toMatchObject([{ ticket: sent.ticket, itemId: 'S07', state: '已受理' }])
  expect((await ask({ person: SUN })).answer?.cases).toEqual([])
  for (const seen of [text, sealed])
    for (const secret of [ZHOU.idNumber, sent.ticket]) expect(seen).not.toContain(secret)
})

test('shared data and licences: of the item, after its consent, and no more of them than it names', async () => {
  const kinds = ['shared', 'licences'] as const
  const { answer } = await ask({ kinds: [...kinds], person: SUN, item: agreed(s05FundWithdrawal) })
  expect(answer?.shared?.map(({ key }) => key).sort()).toEqual(['fund.account', 'fund.balance', 'pension.retired-on'])
  expect(answer?.shared?.[0]).toMatchObject({ source: { zh: expect.stringMatching(/局|中心/) }, asOf: '2026-11-23' })
  expect(answer?.licences).toMatchObject([{ name: { zh: '退休证' }, state: 'valid', validTo: null }])
  const ofOther = await ask({ kinds: [...kinds], person: SUN, item: agreed(s03RemoteCare) })
  expect(ofOther.answer?.shared?.map(({ key }) => key)).toEqual(['medical.insured-place'])
  const wrong = { ...agreed(s05FundWithdrawal), consentSha256: sha256('别的话') }
  for (const item of [wrong, { ...agreed(s05FundWithdrawal), version: 99 }, undefined]) {
    const told = (await ask({ kinds: [...kinds], person: SUN, ...(item === undefined ? {} : { item }) })).answer
    expect([told?.shared, told?.licences]).toEqual([undefined, undefined])
  }
})

test('who was asked about is noted without number or name', async () => {
  await ask({ kinds: ['cases', 'shared'], person: SUN, item: agreed(s05FundWithdrawal) })
  const [row] = await hub.store.personQuestions(1)
  expect(row).toMatchObject({
    ...{ terminalId: 'T-1', at: TEST_NOW, kinds: ['cases', 'shared'], told: ['cases', 'shared'] },
    item: agreed(s05FundWithdrawal),
  })
  const all = JSON.stringify([
    await hub.db.selectFrom('person_questions').selectAll().execute(),
    await hub.db.selectFrom('case_persons').selectAll().execute(),
  ])
  for (const { idNumber, name } of [SUN, ZHOU]) expect(all.includes(idNumber) || all.includes(name)).toBe(false)
})

test('a question under another claim, of an unknown device, or none at all brings nothing', async () => {
  expect(await ask({}, terminal, { nonce: 'another-nonce-than-sealed' })).toMatchObject({
    status: 400,
    code: 'BAD_CLAIM',
  })
  expect(await ask({ terminalId: 'T-9' })).toMatchObject({ status: 400, code: 'BAD_CLAIM' })
  const stranger = await makeTerminal(hub, 'T-3', false)
  expect(await ask({}, stranger)).toMatchObject({ status: 401, code: 'KEY_UNKNOWN' })
  const none = await hub.server.inject({ method: 'POST', url: '/v1/person-questions', payload: { claim: 'a.b.c' } })
  expect(none.statusCode).toBe(400)
})

test('a department that does not answer leaves out its part, and says so without a name', async () => {
  const events: HubEvent[] = []
  const desk = deskWith({
    onEvent: (event) => events.push(event),
    adapters: {
      ...samplePersonAdapters(hub.sources),
      sharedData: {
        of: async ({ name }) => {
          throw new TypeError(`no answer for ${name}`)
        },
      },
    },
  })
  const { answer } = await at(desk, { kinds: ['shared', 'licences'], person: SUN, item: agreed(s05FundWithdrawal) })
  expect(answer?.shared).toBeUndefined()
  expect(answer?.licences).toHaveLength(1)
  expect(events).toEqual([{ event: 'person.department-silent', level: 'warn', kind: 'shared', why: 'TypeError' }])
})

test('a department that tells more than it was asked is not passed on', async () => {
  const { sharedData, licences } = samplePersonAdapters(hub.sources)
  const all = ['fund.account', 'medical.insured-place', 'social-card.account']
  const types = s03RemoteCare.materials?.flatMap(({ licenceType }) => licenceType ?? []) ?? []
  const desk = deskWith({
    adapters: {
      sharedData: { of: (who) => sharedData.of(who, all) },
      licences: { of: (who) => licences.of(who, types) },
    },
  })
  const about = { kinds: ['shared' as const, 'licences' as const], person: ZHOU }
  const { answer } = await at(desk, { ...about, item: agreed(s05FundWithdrawal) })
  expect(answer?.shared?.map(({ key }) => key)).toEqual(['fund.account'])
  expect(answer?.licences).toEqual([])
})

test('a terminal that asks without end is told to wait, and another is not', async () => {
  const desk = deskWith({})
  const second = await makeTerminal(hub, 'T-4')
  for (let count = 0; count < 60; count++) expect((await at(desk, {})).result.ok).toBe(true)
  expect((await at(desk, {})).result).toEqual({ ok: false, fault: 'too-many', retryAfterMs: 60_000 })
  expect((await at(desk, {}, second)).result.ok).toBe(true)
  hub.sources.nowMs += 60_000
  expect((await at(desk, {})).result.ok).toBe(true)
})

function deskWith(change: Partial<Parameters<typeof makePersonDesk>[0]>): PersonDesk {
  const { store, sources, db } = hub
  const adapters = samplePersonAdapters(sources)
  return makePersonDesk({ store, sources, suite: hubSuite, sealKeys: sealKeysOf(db), adapters, ...change })
}

/** Asks a desk of one's own. */
async function at(desk: PersonDesk, change: Partial<PersonQuestion>, by = terminal) {
  const sealKey = keyFor(hub.keySet, 'seal', TEST_NOW)
  if (sealKey === undefined) throw new Error('no seal key')
  const nonce = `nonce-of-question-${++asked}`
  const answerKey = hubSuite.randomBytes(32).toString('base64url')
  const about = { v: 1 as const, terminalId: by.terminalId, nonce, answerKey }
  const question: PersonQuestion = { ...about, kinds: ['cases'], person: ZHOU, ...change }
  const sealed = await sealQuestion(question, sealKey, hubSuite)
  const claim = { kind: 'person-question', v: 1, terminalId: by.terminalId, nonce, at: TEST_NOW, sealed } as const
  const result = await desk(await signDeviceClaim(claim, by.deviceKey), makeDeviceKeys(hub.store))
  return { result, answer: result.ok ? await openAnswer(result.answer, question, hubSuite) : undefined }
}
