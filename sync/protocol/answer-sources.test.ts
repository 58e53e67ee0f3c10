import { expect, test } from 'vitest'
import { answerSources, sourceFaults } from './answer-sources.ts'
import { ServiceItemSchema } from './service-item.ts'
import type { Applicant } from './submission.ts'

const label = { zh: '标签' }
const text = { type: 'text' as const, label, minGlyphs: 1, maxGlyphs: 20 }
const item = ServiceItemSchema.parse({
  ...{ id: 'T01', version: 1, needsForms: 2, code: '11990100MB9900021U4992014003001' },
  ...{ name: label, use: label, seal: '保', topic: label, department: { name: label, uscc: '11990100MB9900021U' } },
  ...{ days: { legal: 0, promised: 0 }, minutes: 1, crossProvince: false, offlinePolicy: 'A', needs: [], bring: [] },
  pages: [{ id: 'p', question: label, fields: ['name', 'town', 'account', 'note'] }],
  fields: [
    { ...text, id: 'name', prefill: { from: 'card', part: 'name' } },
    { ...text, id: 'account', prefill: { from: 'shared', key: 'fund.account' } },
    {
      id: 'town',
      type: 'division',
      label,
      level: 'prefecture',
      startsFrom: 'card-division',
      prefill: { from: 'shared', key: 'town' },
    },
    { ...text, id: 'note', required: false },
  ],
  ...{ signature: false, after: [{ what: label, note: label }] },
})
const applicant: Applicant = {
  ...{ cardType: 'citizen', name: '周明远', idNumber: '990101198611020033', sex: 'male', birth: '1986-11-02' },
  ...{ address: '街', validTo: '长期', source: 'id-card-chip', readAt: '2026-11-23T02:48:00.000Z' },
}
const context = { today: '2026-11-23', divisions: [{ code: '990100', name: label }], applicant }
const answers = { name: '周明远', town: '990100', account: 'A1', note: '话' }

test.each([
  ['told and left', { 'fund.account': 'A1', town: '990100' }, {}, { account: 'shared', town: 'shared' }],
  ['told otherwise', { 'fund.account': 'A2', town: '990200' }, {}, { account: 'contested', town: 'unverified' }],
  ['not told', {}, {}, { account: 'unverified', town: 'unverified' }],
  [
    'the name changed',
    { 'fund.account': 'A1' },
    { name: '周远' },
    { name: 'typed', account: 'shared', town: 'unverified' },
  ],
  ['nothing said', {}, { note: '' }, { account: 'unverified', town: 'unverified', note: undefined }],
] as const)('%s', (_what, shared, change, expected) => {
  const sources = answerSources(item, { ...answers, ...change }, applicant, shared, context)
  const whole = { name: 'card', note: 'typed', ...expected }
  expect(sources).toEqual(JSON.parse(JSON.stringify(whole)))
  expect(sourceFaults(item, sources)).toEqual([])
})

test('a department’s word is claimed only where one is asked', () => {
  expect(sourceFaults(item, { name: 'shared', account: 'card', note: 'typed', other: 'typed' })).toEqual([
    'name',
    'account',
    'other',
  ])
})
