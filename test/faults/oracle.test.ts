import { expect, test } from 'vitest'
import type { JournalFrame } from './journal-bytes.ts'
import { type HubRow, judge, type OracleInput, openIds, type Promise_, provenBy, quarantineOf } from './oracle.ts'

const promise = (id: string): Promise_ => ({
  id,
  ticket: `T${id}`,
  sha256: `hash ${id}`,
  draftId: `draft ${id}`,
  episode: 1,
})
const row = (id: string, hubSequence: number): HubRow => ({
  submission_id: id,
  sha256: `hash ${id}`,
  ticket: `T${id}`,
  hub_sequence: hubSequence,
})
const received = (id: string): JournalFrame => ({ type: 'received', submissionId: id, receipt: `receipt ${id}` })

/** Three promises, all kept. */
const KEPT: OracleInput = {
  promised: ['a', 'b', 'c'].map(promise),
  hubRows: [row('a', 1), row('b', 2), row('c', 3)],
  journal: ['a', 'b', 'c'].map(received),
  proven: new Set(['a hash a', 'b hash b', 'c hash c']),
  ahead: [],
}

test('finds nothing where everything is in order', () => {
  expect(judge(KEPT)).toEqual({
    lost: [],
    duplicated: [],
    promisedAheadOfJournal: [],
    draftsTwice: [],
    unproven: [],
    hiddenRefusals: [],
    quarantined: {},
  })
})

test.for<readonly [string, HubRow[]]>([
  ['is not there', [row('a', 1), row('c', 3)]],
  ['has another hash', [row('a', 1), { ...row('b', 2), sha256: 'other' }, row('c', 3)]],
  ['has another ticket', [row('a', 1), { ...row('b', 2), ticket: 'other' }, row('c', 3)]],
])('sees a promise as lost whose row %s', ([, hubRows]) => {
  expect(judge({ ...KEPT, hubRows }).lost).toEqual([promise('b')])
})

test('sees a second row, and a row that nobody was promised', () => {
  const twice = row('b', 4)
  const foreign = row('x', 5)
  expect(judge({ ...KEPT, hubRows: [...KEPT.hubRows, twice, foreign] }).duplicated).toEqual([twice, foreign])
})

test('counts a promise that a page asked for again once', () => {
  expect(judge({ ...KEPT, promised: [...KEPT.promised, promise('a')] })).toEqual(judge(KEPT))
})

test('sees one draft that was promised under two ids', () => {
  const again = { ...promise('d'), draftId: 'draft a' }
  const input = { ...KEPT, promised: [...KEPT.promised, again], hubRows: [...KEPT.hubRows, row('d', 4)] }
  expect(judge(input).draftsTwice).toEqual(['draft a'])
})

test('sees a delivery without a proof, unless it is set aside', () => {
  const proven = new Set(['a hash a', 'c hash c'])
  expect(judge({ ...KEPT, proven }).unproven).toEqual([promise('b')])
  const aside = { type: 'quarantined', submissionId: 'b', reason: 'refused', detail: 'status 400' }
  const findings = judge({ ...KEPT, proven, journal: [...KEPT.journal, aside] })
  expect(findings).toMatchObject({ unproven: [], quarantined: { refused: 1 }, hiddenRefusals: [] })
})

test('sees a refusal without its reason', () => {
  const journal = [...KEPT.journal, { type: 'quarantined', submissionId: 'b', reason: 'refused', detail: '' }]
  expect(judge({ ...KEPT, journal }).hiddenRefusals).toEqual(['b'])
})

test('follows an item through quarantine, back, and out by a batch', () => {
  const aside = { type: 'quarantined', submissionId: 'b', reason: 'too-large', detail: 'status 413' }
  const back = { type: 'requeued', submissionId: 'b' }
  const batch = { type: 'batch-received', receipt: 'r', items: [{ submissionId: 'b' }] }
  const promised = [promise('b')]
  expect([...quarantineOf([aside])]).toEqual([['b', 'too-large']])
  expect([...openIds([aside], promised)]).toEqual([])
  expect([...openIds([aside, back], promised)]).toEqual(['b'])
  expect([...openIds([aside, back, batch], promised)]).toEqual([])
  expect(quarantineOf([aside, back, batch]).size).toBe(0)
})

test('believes only receipts that the verifier believes', async () => {
  const { proven, receipts, bad } = await provenBy(KEPT.journal, async (text) =>
    text === 'receipt b' ? [] : [{ submissionId: text.slice(-1), sha256: `hash ${text.slice(-1)}` }],
  )
  expect({ proven: [...proven], receipts, bad }).toEqual({ proven: ['a hash a', 'c hash c'], receipts: 3, bad: 1 })
})
