import { describe, expect, test } from 'vitest'
import { makeLicenceId } from './affair-codes.ts'
import { type Answers, checkAnswers, checkRules, isAsked, oddAnswers } from './answers.ts'
import { FORMS_LEVEL, levelNeeded, withoutNewerForms } from './forms-level.ts'
import { answersMeet, type CitizenCondition, citizenMeets } from './item-conditions.ts'
import { checkMaterials, materialsWanted } from './materials.ts'
import { unmetPreconditions } from './preconditions.ts'
import { type ServiceItem, type ServiceItemInput, ServiceItemSchema } from './service-item.ts'

const label = { zh: '题' }
const options = ['a', 'b', 'c'].map((value) => ({ value, label }))
const BASE: ServiceItemInput = {
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
  pages: [{ id: 'first', question: label, fields: ['kind', 'from', 'to', 'part', 'whole', 'born'] }],
  fields: [
    { id: 'kind', type: 'multi-choice', label, options },
    { id: 'from', type: 'date', label, required: false, earliestDays: -100, latestDays: 100 },
    { id: 'to', type: 'date', label, required: false, earliestDays: -100, latestDays: 100 },
    { id: 'part', type: 'amount', label, required: false, minFen: 0, maxFen: 100_000 },
    { id: 'whole', type: 'amount', label, required: false, minFen: 0, maxFen: 100_000 },
    { id: 'born', type: 'date', label, required: false, earliestDays: -40_000, latestDays: 0 },
  ],
  signature: true,
  pledge: { title: label, text: label },
  after: [{ what: label, note: label }],
}
const item = (change: Partial<ServiceItemInput> = {}): ServiceItem => ServiceItemSchema.parse({ ...BASE, ...change })
const replace = (id: string, change: object) =>
  BASE.fields.map((field) => (field.id === id ? { ...field, ...change } : field)) as ServiceItemInput['fields']
const context = { today: '2026-11-21', divisions: [] }

describe('an item whose parts do not fit together is refused, with the place', () => {
  test.each<[string, Partial<ServiceItemInput>, string, RegExp]>([
    [
      'when of nobody',
      { fields: replace('to', { when: { field: 'nobody', in: ['a'] } }) },
      'fields.2.when',
      /unknown field: nobody/,
    ],
    [
      'when of no option',
      { fields: replace('to', { when: { not: { field: 'kind', in: ['z'] } } }) },
      'fields.2.when',
      /no option z/,
    ],
    [
      'when of a number that is none',
      { fields: replace('to', { when: { field: 'kind', atLeast: 1 } }) },
      'fields.2.when',
      /no number/,
    ],
    [
      'no kind of condition',
      { fields: replace('to', { when: { field: 'kind', is: 'a' } }) },
      'fields.2.when',
      /Unrecognized key: "is"/,
    ],
    [
      'a range upside down',
      { fields: replace('to', { when: { field: 'part', atLeast: 2, atMost: 1 } }) },
      'fields.2.when',
      /wants atLeast/,
    ],
    [
      'leaning on itself',
      { fields: replace('to', { when: { field: 'to', isFilled: true } }) },
      'fields.2.when',
      /circle/,
    ],
    [
      'days of no range',
      { fields: replace('to', { earliestDays: 1, latestDays: 0 }) },
      'fields.2',
      /nothing lies between 1 and 0/,
    ],
    ['amounts of no range', { fields: replace('part', { minFen: 5, maxFen: 4 }) }, 'fields.3', /nothing lies between/],
    [
      'more chosen than there are',
      { fields: replace('kind', { minChosen: 4 }) },
      'fields.0',
      /nothing lies between 4 and 3/,
    ],
    [
      'options of one value',
      { fields: replace('kind', { options: [options[0], options[0]] }) },
      'fields.0.options',
      /share a value/,
    ],
    [
      'an option with a comma',
      { fields: replace('kind', { options: [options[0], { value: 'b,c', label }] }) },
      'fields.0.options',
      /comma/,
    ],
    [
      'a rule of nobody',
      { rules: [{ id: 'r', kind: 'order', from: 'from', to: 'nobody' }] },
      'rules.0',
      /unknown field: nobody/,
    ],
    [
      'a rule of another type',
      { rules: [{ id: 'r', kind: 'order', from: 'kind', to: 'to' }] },
      'rules.0',
      /cannot judge a multi-choice/,
    ],
    [
      'a rule of two types',
      { rules: [{ id: 'r', kind: 'differ', from: 'part', field: 'to' }] },
      'rules.0',
      /several types/,
    ],
    [
      'an age of no range',
      { rules: [{ id: 'r', kind: 'age', field: 'born', atLeast: 9, atMost: 8 }] },
      'rules.0',
      /no age/,
    ],
    ['an age without bounds', { rules: [{ id: 'r', kind: 'age', field: 'born' }] }, 'rules.0', /wants atLeast/],
    [
      'nothing odd',
      { rules: [{ id: 'r', kind: 'odd', measure: 'value', field: 'part', sentence: label }] },
      'rules.0',
      /wants below/,
    ],
    [
      'two rules of one id',
      { rules: [1, 2].map(() => ({ id: 'r', kind: 'order' as const, from: 'from', to: 'to' })) },
      'rules.1',
      /share an id/,
    ],
    [
      'a pledge that is not there',
      {
        signature: false,
        materials: [{ id: 'm', name: label, required: true, sources: ['scan'], pledgeInstead: true }],
      },
      'materials.0',
      /no pledge/,
    ],
    [
      'a paper that nobody may pledge, said not to be brought',
      { needsForms: 3, materials: [{ id: 'm', name: label, required: true, sources: ['scan'], notHandedIn: label }] },
      'materials.0',
      /may not be pledged/,
    ],
    [
      'more to sign than is sealed',
      { pledge: { title: label, text: { zh: '长'.repeat(501) } } },
      'pledge',
      /may come to 501 characters/,
    ],
    [
      'a pledge that names its papers, below its level',
      {
        materials: [
          { id: 'm', name: label, required: true, sources: ['scan'], pledgeInstead: true, notHandedIn: label },
        ],
      },
      'needsForms',
      /must be 3/,
    ],
    [
      'too many pages',
      {
        materials: [
          { id: 'm', name: label, required: true, sources: ['scan'], maxPages: 20 },
          { id: 'n', name: label, required: true, sources: ['scan'] },
        ],
      },
      'materials',
      /21 pages/,
    ],
    ['a decision that is not there', { offlinePolicy: 'D', offline: { text: label } }, 'offline.decision', /policy D/],
    [
      'a member of nobody',
      { members: [1, 2].map(() => ({ name: label, department: BASE.department, fields: ['nobody'] })) },
      'members.0.fields',
      /unknown field/,
    ],
    ['forms above ours', { needsForms: FORMS_LEVEL + 1 }, 'needsForms', new RegExp(`this program has ${FORMS_LEVEL}`)],
    ['forms below what it uses', { needsForms: 1 }, 'needsForms', /must be 2/],
  ])('%s', (_what, change, place, words) => {
    const parsed = ServiceItemSchema.safeParse({ ...BASE, ...change })
    const said = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []
    expect(said.filter((line) => line.startsWith(`${place}: `)).join('\n')).toMatch(words)
  })

  test('a circle through three questions', () => {
    const fields = BASE.fields.map((field) => {
      const next: Record<string, string> = { from: 'to', to: 'part', part: 'from' }
      const other = next[field.id]
      return other === undefined ? field : { ...field, when: { all: [{ field: other, isFilled: true }] } }
    })
    const parsed = ServiceItemSchema.safeParse({ ...BASE, fields })
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([
      'fields.1.when',
      'fields.2.when',
      'fields.3.when',
    ])
  })
})

test('an item of the first level says nothing of levels and stays readable, with its old slips', () => {
  const { needsForms: _, ...rest } = BASE
  const old = {
    ...rest,
    pages: [{ id: 'first', question: label, fields: ['kind', 'more'] }],
    fields: [
      {
        id: 'kind',
        type: 'choice' as const,
        label,
        options: [
          { value: 'a,b', label },
          { value: 'c', label },
        ],
      },
      { id: 'more', type: 'text' as const, label, minGlyphs: 1, maxGlyphs: 9, when: { field: 'kind', in: ['gone'] } },
    ],
  }
  const read = ServiceItemSchema.parse(old)
  expect(read.needsForms).toBeUndefined()
  expect(levelNeeded(read)).toBe(1)
  expect(checkAnswers(read, { kind: 'c' }, context)).toEqual([])
  expect(ServiceItemSchema.safeParse({ ...old, needsForms: 2 }).success).toBe(false)
})

test('items of newer forms are taken out of a catalogue; what is none comes back as it is', () => {
  const catalogue = {
    kind: 'catalogue',
    items: [{ id: 'T01' }, { id: 'T02', needsForms: FORMS_LEVEL }, { id: 'T03', needsForms: 9 }],
  }
  expect(withoutNewerForms(catalogue)).toEqual({
    catalogue: { kind: 'catalogue', items: catalogue.items.slice(0, 2) },
    withheld: [{ id: 'T03', needsForms: 9 }],
  })
  for (const none of [null, 3, {}, { items: 'x' }, { items: [null, 4, { needsForms: 'x' }] }]) {
    expect(withoutNewerForms(none)).toEqual({ catalogue: none, withheld: [] })
  }
})

test('conditions of answers nest', () => {
  const meets = (condition: Parameters<typeof answersMeet>[0], answers: Answers) => answersMeet(condition, answers)
  expect(meets({ field: 'x', in: ['b'] }, { x: 'a,b' })).toBe(true)
  expect(meets({ field: 'x', in: ['b'] }, {})).toBe(false)
  expect(meets({ field: 'x', isFilled: true }, { x: ' ' })).toBe(false)
  expect(meets({ field: 'x', isFilled: false }, {})).toBe(true)
  expect([1, 2, 3, 4].map((n) => meets({ field: 'x', atLeast: 2, atMost: 3 }, { x: String(n) }))).toEqual([
    false,
    true,
    true,
    false,
  ])
  expect(meets({ field: 'x', atMost: 3 }, { x: '' })).toBe(false)
  const one = { field: 'x', in: ['1'] }
  const two = { field: 'y', in: ['2'] }
  expect(meets({ all: [one, two] }, { x: '1' })).toBe(false)
  expect(meets({ any: [one, two] }, { x: '1' })).toBe(true)
  expect(meets({ not: { all: [one, two] } }, { x: '1' })).toBe(true)
})

const citizen = {
  cardType: 'citizen' as const,
  name: '周明远',
  idNumber: '990101198611020033',
  birth: '1986-11-02',
  sex: 'male' as const,
}

test.each<[CitizenCondition, boolean]>([
  [{ age: { atLeast: 40 } }, true],
  [{ age: { atLeast: 41 } }, false],
  [{ age: { atMost: 40 } }, true],
  [{ age: { atMost: 39 } }, false],
  [{ cardType: ['citizen', 'hk-mo-tw'] }, true],
  [{ not: { cardType: ['citizen'] } }, false],
  [{ division: ['99'] }, true],
  [{ division: ['990102', '9902'] }, false],
  [{ sex: 'female' }, false],
  [{ any: [{ sex: 'female' }, { age: { atLeast: 18 } }] }, true],
  [{ all: [{ sex: 'female' }, { age: { atLeast: 18 } }] }, false],
])('the citizen meets %j: %s', (condition, isMet) => expect(citizenMeets(condition, citizen, '2026-11-21')).toBe(isMet))

test('an unmet age says when it will be reached', () => {
  const of = (atLeast: number) =>
    item({ preconditions: [{ id: 'p', must: { age: { atLeast } }, sentence: label, wayOn: 'later' }] })
  expect(unmetPreconditions(of(40), citizen, '2026-11-21')).toEqual([])
  expect(unmetPreconditions(of(41), citizen, '2026-11-21')).toMatchObject([{ reachedOn: '2027-11-02' }])
  const leap = { ...citizen, birth: '1948-02-29' }
  expect(unmetPreconditions(of(79), leap, '2026-11-21')).toMatchObject([{ reachedOn: '2027-03-01' }])
  expect(unmetPreconditions(of(80), leap, '2026-11-21')).toMatchObject([{ reachedOn: '2028-02-29' }])
})

describe('rules', () => {
  const faults = (rules: ServiceItemInput['rules'], answers: Answers, more = {}) =>
    checkRules(item({ rules }), answers, { ...context, ...more }).map(
      ({ field, fault, rule }) => `${field} ${fault} ${rule}`,
    )

  test('order: dates by days, amounts by worth; not looked at while one is missing or wrong', () => {
    const dates: ServiceItemInput['rules'] = [{ id: 'r', kind: 'order', from: 'from', to: 'to', atMostDays: 10 }]
    expect(faults(dates, { from: '2026-11-01', to: '2026-11-11' })).toEqual([])
    expect(faults(dates, { from: '2026-11-01', to: '2026-11-12' })).toEqual(['to too-far-apart r'])
    expect(faults(dates, { from: '2026-11-02', to: '2026-11-01' })).toEqual(['to wrong-order r'])
    expect(faults(dates, { from: '2026-11-02' })).toEqual([])
    expect(faults(dates, { from: '2026-11-02', to: '2026-02-30' })).toEqual([])
    const amounts: ServiceItemInput['rules'] = [{ id: 'r', kind: 'order', from: 'part', to: 'whole' }]
    expect(faults(amounts, { part: '9.50', whole: '100' })).toEqual([])
    expect(faults(amounts, { part: '100', whole: '9.50' })).toEqual(['whole wrong-order r'])
  })

  test('equal, differ and sum', () => {
    expect(faults([{ id: 'r', kind: 'equal', to: 'part', field: 'whole' }], { part: '5', whole: '6' })).toEqual([
      'whole not-equal r',
    ])
    expect(faults([{ id: 'r', kind: 'differ', from: 'part', field: 'whole' }], { part: '5', whole: '5' })).toEqual([
      'whole same-again r',
    ])
    const sum = (must: 'equal' | 'be-at-most'): ServiceItemInput['rules'] => [
      { id: 'r', kind: 'sum', of: ['part', 'part'], must, field: 'whole' },
    ]
    expect(faults(sum('equal'), { part: '0.10', whole: '0.2' })).toEqual([])
    expect(faults(sum('equal'), { part: '0.10', whole: '0.3' })).toEqual(['whole sum-differs r'])
    expect(faults(sum('be-at-most'), { part: '0.10', whole: '0.3' })).toEqual([])
    expect(faults(sum('be-at-most'), { part: '0.20', whole: '0.3' })).toEqual(['whole sum-too-large r'])
  })

  test('the card is compared only when it is known', () => {
    const born: ServiceItemInput['rules'] = [{ id: 'r', kind: 'differ', from: 'card.birth', field: 'born' }]
    expect(faults(born, { born: '1986-11-02' })).toEqual([])
    expect(faults(born, { born: '1986-11-02' }, { applicant: citizen })).toEqual(['born same-again r'])
  })

  test('age counts whole years, today or on another day; when keeps a rule out', () => {
    const of = (more: object): ServiceItemInput['rules'] => [
      { id: 'r', kind: 'age', field: 'born', atLeast: 18, atMost: 60, ...more },
    ]
    expect(faults(of({}), { born: '2008-11-21' })).toEqual([])
    expect(faults(of({}), { born: '2008-11-22' })).toEqual(['born too-young r'])
    expect(faults(of({}), { born: '1965-11-21' })).toEqual(['born above-age r'])
    expect(faults(of({ on: 'to' }), { born: '2008-11-22', to: '2026-11-22' })).toEqual([])
    expect(faults(of({ when: { field: 'kind', in: ['a'] } }), { born: '2008-11-22', kind: 'b' })).toEqual([])
  })

  test('odd answers are no faults', () => {
    const odd = item({
      rules: [
        {
          id: 'r',
          kind: 'odd',
          measure: 'age',
          above: 100,
          below: 1,
          field: 'born',
          sentence: { zh: '{value}岁，对吗？', en: '{value}?' },
        },
      ],
    })
    expect(checkAnswers(odd, { kind: 'a', born: '1917-11-21' }, context)).toEqual([])
    expect(oddAnswers(odd, { kind: 'a', born: '1917-11-21' }, context)).toEqual([
      { rule: 'r', field: 'born', sentence: { zh: '109岁，对吗？', en: '109?' } },
    ])
    expect(oddAnswers(odd, { kind: 'a', born: '1926-11-21' }, context)).toEqual([])
  })
})

const TYPE = '11990100MB9900021U041'
const LICENCE = makeLicenceId(TYPE, '11990100MB9900021U', 'TX20130701022')

describe('papers', () => {
  const paper = {
    id: 'm',
    name: label,
    required: true,
    sources: ['scan' as const, 'licence' as const],
    maxPages: 2,
    maxBytes: 100,
  }
  const of = (change: object) => item({ materials: [{ ...paper, ...change }] })
  const page = { materialId: 'm', bytes: 50 }

  test.each([
    ['nothing', {}, [], [], 'material-missing'],
    ['nothing, not required', { required: false }, [], [], undefined],
    ['nothing, may be pledged', { pledgeInstead: true }, [], [], undefined],
    ['pledged', { pledgeInstead: true }, ['pledge'], [], undefined],
    ['pledged, may not be', {}, ['pledge'], [], 'material-not-this-way'],
    ['a licence', { licenceType: TYPE }, ['licence'], [], undefined],
    ['a licence of another type', { licenceType: '0'.repeat(21) }, ['licence'], [], 'bad-licence-id'],
    ['shared data, not offered', {}, ['shared'], [], 'material-not-this-way'],
    ['two pages', {}, [], [page, page], undefined],
    ['three pages', {}, ['scan'], [page, page, page], 'too-many-pages'],
    ['a large page', {}, [], [{ ...page, bytes: 101 }], 'page-too-large'],
    ['a scan without pages', {}, ['scan'], [], 'material-missing'],
    ['a licence and pages', {}, ['licence'], [page], 'material-not-this-way'],
    ['two ways', {}, ['licence', 'scan'], [page], 'material-twice'],
    ['not wanted', { when: { field: 'kind', in: ['c'] } }, [], [page], 'material-not-asked'],
  ] as const)('%s', (_what, change, ways, pages, fault) => {
    const given = ways.map((by) => ({ materialId: 'm', by, ...(by === 'licence' ? { licenceId: LICENCE } : {}) }))
    const found = checkMaterials(of(change), { kind: 'a' }, given, pages)
    expect(found).toEqual(fault === undefined ? [] : [{ field: 'm', fault }])
  })

  test.each([undefined, '', LICENCE.replace(/.$/, 'Q'), 'TX20130701022'])('no licence is named by %j', (licenceId) => {
    const given = [{ materialId: 'm', by: 'licence' as const, ...(licenceId === undefined ? {} : { licenceId }) }]
    expect(checkMaterials(of({}), { kind: 'a' }, given, [])).toEqual([{ field: 'm', fault: 'bad-licence-id' }])
  })

  test('an item that says nothing of papers judges none', () => {
    expect(checkMaterials(item(), {}, [], [{ materialId: 'any', bytes: 9 }])).toEqual([])
    expect(materialsWanted(item(), {})).toEqual([])
  })
})

test('a question that leans on another is asked with it', () => {
  const leaning = item({ fields: replace('to', { when: { field: 'from', isFilled: true } }) }).fields[2]
  if (leaning === undefined) throw new Error('fixture')
  expect(isAsked(leaning, {})).toBe(false)
  expect(isAsked(leaning, { from: '2026-11-01' })).toBe(true)
})
