import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ComplaintPayload, FEEDBACK_ITEM, type RatingPayload } from '../protocol/feedback.ts'
import { makeOpener } from './opener.ts'
import { feedbackSentence } from './pages.ts'
import { sealKeysOf } from './seal-keys.ts'
import { systemSources } from './sources.ts'
import { ingestOf, makeTerminal, makeTestHub, TEST_NOW, type TestHub, type TestTerminal } from './test-hub.ts'

let hub: TestHub
let terminal: TestTerminal
beforeAll(async () => {
  hub = await makeTestHub()
  terminal = await makeTerminal(hub, 'T-1')
}, 60_000)
afterAll(() => hub.end())

const rating = (about: string, change: Partial<RatingPayload> = {}): RatingPayload => ({
  v: 1,
  kind: 'rating',
  submissionId: systemSources.randomUuid(),
  item: FEEDBACK_ITEM.rating,
  about,
  level: 4,
  reasons: [],
  acceptedAt: TEST_NOW,
  ...change,
})
const complaint = (change: Partial<ComplaintPayload> = {}): ComplaintPayload => ({
  v: 1,
  kind: 'complaint',
  submissionId: systemSources.randomUuid(),
  item: FEEDBACK_ITEM.complaint,
  about: { what: 'staff', staffNumber: 'A-017' },
  sort: '投诉',
  words: '等了很久没有人来',
  anonymous: true,
  acceptedAt: TEST_NOW,
  ...change,
})

async function handIn(change: Parameters<TestTerminal['seal']>[0], from: TestTerminal = terminal): Promise<string> {
  const sent = await from.seal(change)
  const result = await ingestOf(hub).single(sent)
  if (!result.ok) throw new Error(result.fault)
  return sent.submissionId
}
async function caseOf(submissionId: string) {
  await hub.opener.round()
  const row = await hub.db
    .selectFrom('cases')
    .select(['state', 'faults'])
    .where('submission_id', '=', submissionId)
    .executeTakeFirstOrThrow()
  return { state: row.state, faults: JSON.parse(row.faults) }
}
const GOOD = { state: '已受理', faults: [] }
const refused = (fault: string) => ({ state: '不予受理', faults: [{ field: 'about', fault }] })

test('a case is rated once: a second rating is kept out and told as such', async () => {
  const about = await handIn({})
  const first = rating(about, { level: 2, reasons: ['too-slow'], words: '等了一上午' })
  expect(await caseOf(await handIn({ feedback: first }))).toEqual(GOOD)
  expect(await caseOf(await handIn({ feedback: rating(about, { level: 5 }) }))).toEqual(refused('rated-already'))
  const rows = await hub.db.selectFrom('ratings').selectAll().where('case_id', '=', about).execute()
  expect(rows).toMatchObject([
    { submission_id: first.submissionId, level: 2, reasons: '["too-slow"]', has_words: true },
  ])
  expect(JSON.stringify(rows)).not.toContain('一上午')
})

test('a rating may arrive before its case; of a case that is here only its own terminal may rate', async () => {
  const ahead = rating(systemSources.randomUuid())
  expect(await caseOf(await handIn({ feedback: ahead }))).toEqual(GOOD)
  const stranger = await makeTerminal(hub, 'T-2')
  const about = await handIn({})
  expect(await caseOf(await handIn({ feedback: rating(about) }, stranger))).toEqual(refused('of-another-terminal'))
})

test('an opener that fell between table and case comes to the same', async () => {
  const about = await handIn({})
  const id = await handIn({ feedback: rating(about) })
  const fallen = { ...hub.store, changeCase: () => Promise.reject(new Error('fell')) }
  const opener = makeOpener({ store: fallen, sealKeys: sealKeysOf(hub.db), sources: hub.sources })
  await expect(opener.round()).rejects.toThrow('fell')
  expect(await caseOf(id)).toEqual(GOOD)
})

test('complaints are counted; words, numbers and names stay sealed', async () => {
  const id = await handIn({ feedback: complaint() })
  expect(await caseOf(id)).toEqual(GOOD)
  const about = { what: 'item', itemId: 'S07' } as const
  const named = complaint({ about, sort: '建议', anonymous: false, contact: '13800136021' })
  expect(await caseOf(await handIn({ feedback: named }))).toEqual(GOOD)
  const rows = await hub.db.selectFrom('complaints').selectAll().execute()
  expect(rows).toHaveLength(2)
  for (const secret of ['A-017', '没有人来', '13800136021']) expect(JSON.stringify(rows)).not.toContain(secret)
})

test('who helped with a complaint stands with its case, as with an application', async () => {
  const helper = { id: '0217', name: '李静' }
  const beside = await handIn({ feedback: complaint({ assistedBy: [helper] }) })
  const alone = await handIn({ feedback: complaint() })
  expect([await caseOf(beside), await caseOf(alone)]).toEqual([GOOD, GOOD])
  expect([await hub.store.helpersOf(beside), await hub.store.helpersOf(alone)]).toEqual([[helper], []])
})

test('what breaks its schema is not taken on: an anonymous complaint with a number, a good rating with reasons', async () => {
  const faults = [{ field: 'envelope', fault: 'bad-payload' }]
  const number = complaint({ contact: '13800136021' })
  expect(await caseOf(await handIn({ feedback: number }))).toEqual({ state: '不予受理', faults })
  const praise = rating(await handIn({}), { level: 5, reasons: ['too-slow'] })
  expect(await caseOf(await handIn({ feedback: praise }))).toEqual({ state: '不予受理', faults })
})

test('the page counts ratings and lists none of them', async () => {
  const about = await handIn({})
  const id = await handIn({ feedback: rating(about) })
  await hub.opener.round()
  const { body } = await hub.server.inject('/')
  expect(body).toContain(about)
  expect(body).not.toContain(id)
  expect(body).toContain('投诉建议')
  expect(body).toContain(feedbackSentence(await hub.store.feedbackCounts()))
})

test('the sentence of a hub that nobody rated', () => {
  const ratings = new Map([
    [1, 1],
    [5, 3],
  ] as const)
  const nothing = { ratings: new Map(), complaints: new Map() }
  expect(feedbackSentence(nothing)).toBe('好差评：还没有。投诉建议：还没有。')
  expect(feedbackSentence({ ratings, complaints: new Map([['建议', 2]]) })).toBe(
    '好差评：非常满意 3，非常不满意 1。投诉建议：建议 2 件。',
  )
})
