import { describe, expect, test } from 'vitest'
import { type Answers, addDays, checkAnswer, checkAnswers, isAsked } from './answers.ts'
import { type Division, type Field, FieldSchema, type ServiceItem, ServiceItemSchema } from './service-item.ts'

const TODAY = '2026-11-21'
const DIVISIONS: readonly Division[] = ['990000', '990100', '990101', '980000', '980100'].map((code) => ({
  code,
  name: { zh: code },
}))
const context = { today: TODAY, divisions: DIVISIONS }
const label = { zh: '题' }
const field = (shape: object): Field => FieldSchema.parse({ id: 'asked', label, ...shape })
const faultOf = (shape: object, value: string, others: Answers = {}) =>
  checkAnswer(field(shape), { ...others, asked: value }, context)

describe('one answer', () => {
  const choice = { type: 'choice', options: ['a', 'b'].map((value) => ({ value, label })) }
  const text = { type: 'text', minGlyphs: 2, maxGlyphs: 4 }
  const date = { type: 'date', earliestDays: -2, latestDays: 1 }

  test.each([
    [choice, 'a', undefined],
    [choice, 'c', 'not-an-option'],
    [choice, '', 'missing'],
    [choice, '  ', 'missing'],
    [{ ...choice, required: false }, '', undefined],
    [text, '恒盛', undefined],
    [text, '恒', 'too-short'],
    [text, '恒盛纺织厂', 'too-long'],
    // A character beyond the basic plane is one glyph, not two.
    [text, '𠮷𠮷𠮷𠮷', undefined],
    [text, '𠮷', 'too-short'],
    [text, '买买提·艾', 'too-long'],
    [text, '阿·依', undefined],
    [text, '<b>', 'characters'],
    [text, '一\n二', 'characters'],
    [text, '甲😀', 'characters'],
    [{ type: 'phone' }, '13800136021', undefined],
    [{ type: 'phone' }, '12800136021', 'not-a-mobile-number'],
    [{ type: 'phone' }, '1380013602', 'not-a-mobile-number'],
    [{ type: 'phone' }, '138001360211', 'not-a-mobile-number'],
    [date, '2026-11-19', undefined],
    [date, '2026-11-18', 'too-early'],
    [date, '2026-11-22', undefined],
    [date, '2026-11-23', 'too-late'],
    [date, '2026-02-29', 'impossible-date'],
    [date, '21.11.2026', 'impossible-date'],
    [{ type: 'division', level: 'county' }, '990101', undefined],
    [{ type: 'division', level: 'county' }, '990100', 'division-too-coarse'],
    [{ type: 'division', level: 'prefecture' }, '990101', undefined],
    [{ type: 'division', level: 'prefecture' }, '990000', 'division-too-coarse'],
    [{ type: 'division', level: 'province' }, '970000', 'unknown-division'],
  ])('%j: %s → %s', (shape, value, fault) => {
    expect(faultOf(shape, value)).toBe(fault)
  })

  test('a place in another province than the one it leans on', () => {
    const elsewhere = { type: 'division', level: 'prefecture', otherProvinceThan: 'home' }
    expect(faultOf(elsewhere, '980100', { home: '990101' })).toBeUndefined()
    expect(faultOf(elsewhere, '990100', { home: '990101' })).toBe('same-province')
    expect(faultOf(elsewhere, '990100')).toBeUndefined()
  })

  test('a question that is not asked takes no answer and misses none', () => {
    const leaning = { ...choice, when: { field: 'other', in: ['yes'] } }
    expect(isAsked(field(leaning), { other: 'yes' })).toBe(true)
    expect(isAsked(field(leaning), { other: 'no' })).toBe(false)
    expect(faultOf(leaning, '', { other: 'no' })).toBeUndefined()
    expect(faultOf(leaning, 'a', { other: 'no' })).toBe('not-asked')
    expect(faultOf(leaning, '', { other: 'yes' })).toBe('missing')
  })
})

test('days are counted over month and year ends', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  expect(addDays('2028-03-01', -1)).toBe('2028-02-29')
})

const ITEM = {
  id: 'S99',
  version: 1,
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
  needs: ['id-card-reader'],
  bring: [],
  pages: [
    { id: 'second', question: label, fields: ['phone'] },
    { id: 'first', question: label, fields: ['reason'] },
  ],
  fields: [
    { id: 'reason', label, type: 'choice', options: ['a', 'b'].map((value) => ({ value, label })) },
    { id: 'phone', label, type: 'phone' },
  ],
  signature: false,
  after: [{ what: label, note: label }],
}

describe('a whole form', () => {
  const item: ServiceItem = ServiceItemSchema.parse(ITEM)

  test('faults come in the order of the pages, answers to unknown fields last', () => {
    expect(checkAnswers(item, { unknown: 'x' }, context)).toEqual([
      { field: 'phone', fault: 'missing' },
      { field: 'reason', fault: 'missing' },
      { field: 'unknown', fault: 'not-asked' },
    ])
    expect(checkAnswers(item, { reason: 'a', phone: '13800136021' }, context)).toEqual([])
  })

  test.each([
    ['a field on two pages', { pages: [...ITEM.pages, { id: 'third', question: label, fields: ['phone'] }] }],
    ['a field on no page', { pages: ITEM.pages.slice(1) }],
    [
      'a page with an unknown field',
      { pages: [{ id: 'first', question: label, fields: ['reason', 'phone', 'nobody'] }] },
    ],
    ['two fields of one name', { fields: [...ITEM.fields, ITEM.fields[1]] }],
    [
      'a field that leans on nobody',
      { fields: [{ ...ITEM.fields[0], when: { field: 'nobody', in: ['a'] } }, ITEM.fields[1]] },
    ],
    ['a code of another length', { code: ITEM.code.slice(1) }],
  ])('an item with %s is refused', (_what, change) => {
    expect(ServiceItemSchema.safeParse({ ...ITEM, ...change }).success).toBe(false)
  })
})
