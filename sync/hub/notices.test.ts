import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256Hex } from '../envelope/sha256.ts'
import { BINDING_CONSENTED, BINDING_ITEM, type BindingPayload } from '../protocol/binding.ts'
import { consentText } from '../protocol/consent.ts'
import type { ApplicationPayload } from '../protocol/submission.ts'
import { hubSuite } from './hub-suite.ts'
import { type Notice, tellNotices } from './notices.ts'
import { personMark } from './person-mark.ts'
import { sampleNotices } from './sample/notices.ts'
import { s02Pension } from './sample/s02-pension.ts'
import { sealKeysOf } from './seal-keys.ts'
import { chinaDate, instant, systemSources } from './sources.ts'
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
beforeAll(async () => {
  hub = await makeTestHub()
  terminal = await makeTerminal(hub, 'T-1')
}, 60_000)
afterAll(() => hub.end())

const SON = { ...goodPayload().applicant, source: 'id-card-chip' as const }
const FATHER = { ...SON, name: '赵德厚', idNumber: '99010119410307001X', birth: '1941-03-07' }
const forFather = (relation: 'child' | 'employer' = 'child'): Partial<ApplicationPayload> => ({
  item: { id: s02Pension.id, code: s02Pension.code, version: s02Pension.version },
  applicant: FATHER,
  proxy: {
    ...{ agent: SON, principal: { name: FATHER.name, idNumber: FATHER.idNumber, source: 'id-card-chip' } },
    ...{ relation, authority: 'principal-present' },
    scope: { itemCode: s02Pension.code, through: 'this-submission' },
  },
  answers: { pensionType: 'unsure', livingPlace: '990101', phone: '13800136021' },
  ...{ pledge: undefined, signature: undefined },
  consent: { textSha256: sha256Hex(consentText(s02Pension)) },
})
const binding = (what: BindingPayload['binding']): BindingPayload => ({
  ...{ v: 1, kind: 'proxy-binding', submissionId: systemSources.randomUuid(), item: BINDING_ITEM },
  ...{ binding: what, acceptedAt: TEST_NOW },
})

async function opened(change: Parameters<TestTerminal['seal']>[0]) {
  const sent = await terminal.seal(change)
  const result = await ingestOf(hub).single(sent)
  if (!result.ok) throw new Error(result.fault)
  await hub.opener.round()
  return sent
}
const parts = (take: (notice: Notice) => Promise<void>) => ({
  ...{ store: hub.store, sources: hub.sources, suite: hubSuite, sealKeys: sealKeysOf(hub.db), notices: { take } },
})
const pageOf = async (submissionId: string) =>
  (await hub.server.inject({ method: 'GET', url: `/submissions/${submissionId}` })).body

test('whoever is acted for is told what, when, by which ticket and what to do; tried until the channel took it, once', async () => {
  await opened({})
  expect(await hub.store.waitingNotices(10)).toEqual([])
  const made = await opened({
    feedback: binding({
      ...{ what: 'make', agent: SON, principal: FATHER, relation: 'child', scope: { of: 'all' } },
      ...{ until: '2027-11-23', consent: { textSha256: sha256Hex(consentText(BINDING_CONSENTED)) } },
    }),
  })
  const handedIn = await opened({ payload: forFather() })
  const refused = await opened({ payload: forFather('employer') })
  const person = await personMark(FATHER.idNumber, hub.store, hub.sources)
  const at = instant(hub.sources)
  const agent = await personMark(SON.idNumber, hub.store, hub.sources)
  const [row] = await hub.store.bindingsOf({ side: 'agent', person: agent, at, day: chinaDate(at) }, 1)
  // By the son: his father is told all the same.
  const end = { what: 'withdraw' as const, bindingId: row?.bindingId ?? '', side: 'agent' as const, by: SON }
  const ended = await opened({ feedback: binding(end) })
  const rows = await hub.store.noticesOf(person, 10)
  expect(rows.map(({ submissionId, what }) => [submissionId, what])).toEqual([
    [ended.submissionId, 'unbound'],
    [refused.submissionId, 'not-taken'],
    [handedIn.submissionId, 'handed-in'],
    [made.submissionId, 'bound'],
  ])
  expect(await pageOf(handedIn.submissionId)).toContain('还没有送出')

  const got: Notice[] = []
  let isDown = true
  const channel = parts(async (notice) => {
    if (isDown && notice.noticeId === made.submissionId) throw new Error('down')
    got.push(notice)
  })
  await tellNotices(channel)
  expect(got.map(({ noticeId }) => noticeId)).toEqual(
    [handedIn, refused, ended].map(({ submissionId }) => submissionId),
  )
  expect(await hub.store.waitingNotices(10)).toMatchObject([{ submissionId: made.submissionId, tries: 1 }])
  isDown = false
  await tellNotices(channel)
  await tellNotices(channel)
  expect(got).toHaveLength(4)
  expect(await hub.store.waitingNotices(10)).toEqual([])
  for (const { person: told, text } of got) {
    expect(told).toEqual({ name: FATHER.name, idNumber: FATHER.idNumber })
    for (const secret of [FATHER.name, FATHER.idNumber, SON.name, SON.idNumber]) expect(text).not.toContain(secret)
  }
  expect(got[0]?.text).toMatch(/2026-11-23 10:48，有人替您交了“.*认证”，取件码 .{4} .{4}。不是您的意思/)
  const page = await pageOf(handedIn.submissionId)
  expect(page).toContain(got[0]?.text)
  expect(page).toContain('已交出')
  const table = JSON.stringify(await hub.db.selectFrom('notices').selectAll().execute())
  for (const { name, idNumber } of [SON, FATHER]) expect(table.includes(name) || table.includes(idNumber)).toBe(false)
})

test('the sample channel takes notices of division 99xxxx alone, and keeps no number', async () => {
  const notices = sampleNotices()
  const notice = { noticeId: 'n', person: FATHER, text: 'words', at: TEST_NOW }
  await notices.take(notice)
  await expect(notices.take({ ...notice, person: { ...FATHER, idNumber: '110101194103070010' } })).rejects.toThrow()
  expect([...notices.taken]).toEqual([['n', { text: 'words', at: TEST_NOW }]])
})
