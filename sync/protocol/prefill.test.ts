import { expect, test } from 'vitest'
import { joinAddress, joinChoices, splitAddress, splitChoices } from './composite-answers.ts'
import { groupsOf } from './grouping.ts'
import { prefillOf } from './prefill.ts'
import { type ServiceItemInput, ServiceItemSchema } from './service-item.ts'
import type { Applicant } from './submission.ts'

const label = { zh: '题' }
const fields: ServiceItemInput['fields'] = [
  { id: 'name', type: 'person-name', label, prefill: { from: 'card', part: 'name' } },
  { id: 'number', type: 'id-number', label, prefill: { from: 'card', part: 'id-number' } },
  { id: 'birth', type: 'date', label, earliestDays: -40_000, latestDays: 0, prefill: { from: 'card', part: 'birth' } },
  { id: 'city', type: 'division', label, level: 'prefecture', startsFrom: 'card-division' },
  { id: 'home', type: 'address', label, prefill: { from: 'card', part: 'address' } },
  { id: 'begun', type: 'address', label, startsFrom: 'card-division' },
]
const more: ServiceItemInput['fields'] = [
  { id: 'account', type: 'bank-card', label, prefill: { from: 'shared', key: 'fund.account' } },
  { id: 'empty', type: 'phone', label },
]
const item = ServiceItemSchema.parse({
  id: 'T01',
  version: 1,
  needsForms: 2,
  code: '11990100MB9900021U4992014003001',
  name: label,
  use: label,
  seal: '业',
  topic: label,
  department: { name: label, uscc: '11990100MB9900021U' },
  days: { legal: 5, promised: 1 },
  minutes: 4,
  crossProvince: true,
  offlinePolicy: 'A',
  needs: [],
  bring: [],
  pages: [
    { id: 'first', question: label, fields: fields.map(({ id }) => id) },
    { id: 'second', question: label, fields: more.map(({ id }) => id) },
  ],
  fields: [...fields, ...more],
  signature: false,
  after: [{ what: label, note: label }],
})
const divisions = ['990000', '990100', '990101'].map((code) => ({ code, name: label }))
const context = { today: '2026-11-21', divisions }
const applicant: Applicant = {
  cardType: 'citizen',
  name: '周明远',
  idNumber: '990101198611020033',
  sex: 'male',
  birth: '1986-11-02',
  address: '临河路甲乙丙丁12号',
  validTo: '长期',
  source: 'id-card-chip',
  readAt: '2026-11-21T02:00:00.000Z',
}

test('the card and shared data fill in what they know, and say which', () => {
  expect(prefillOf(item, applicant, { 'fund.account': '4111111111111111' }, context)).toEqual({
    name: { value: '周明远', source: 'card' },
    number: { value: '990101198611020033', source: 'card' },
    birth: { value: '1986-11-02', source: 'card' },
    city: { value: '990100', source: 'card' },
    home: { value: '990101 临河路甲乙丙丁12号', source: 'card' },
    begun: { value: '990101 ', source: 'card' },
    account: { value: '4111111111111111', source: 'shared' },
  })
})

test('what would be a wrong answer is not filled in: a strange place, a damaged account, a card without a division', () => {
  expect(prefillOf(item, applicant, { 'fund.account': '4111111111111112' }, context).account).toBeUndefined()
  const elsewhere = { ...applicant, idNumber: '110101198611020031' }
  expect(prefillOf(item, elsewhere, {}, context)).not.toHaveProperty('city')
  const foreigner: Applicant = { ...applicant, cardType: 'foreigner-2017', idNumber: 'ABC990190010105' }
  expect(Object.keys(prefillOf(item, foreigner, {}, context))).toEqual(['name', 'birth'])
})

test('answers of several parts are written in one way and read back', () => {
  const options = ['b', 'a', 'c'].map((value) => ({ value }))
  expect(joinChoices(['c', 'b'], options)).toBe('b,c')
  expect(splitChoices('b,c')).toEqual(['b', 'c'])
  expect(splitChoices('')).toEqual([])
  expect(splitAddress(joinAddress({ division: '990101', detail: '临河路 1号' }))).toEqual({
    division: '990101',
    detail: '临河路 1号',
  })
  expect(joinAddress({ division: '', detail: '' })).toBe('')
  expect(splitAddress('990101')).toEqual({ division: '990101', detail: '' })
})

test.each([
  ['id-number', '990101198611020033', ['990101', '19861102', '0033']],
  ['id-number', 'ABC990190010105', ['ABC', '99019001', '0105']],
  ['id-number', '9901011', ['990101', '1']],
  ['phone', '13800136021', ['138', '0013', '6021']],
  ['uscc', '11990100MB99000131', ['11', '990100', 'MB9900013', '1']],
  ['bank-card', '6222020000000000000', ['6222', '0200', '0000', '0000', '000']],
  ['amount', '1234567.5', ['1,234,567.5']],
  ['amount', '0.50', ['0.50']],
  ['text', '恒盛', ['恒盛']],
  ['bank-card', '', []],
] as const)('%s %s is shown as %j', (type, value, groups) => expect(groupsOf(type, value)).toEqual(groups))
