import { expect, test } from 'vitest'
import { type Answers, checkAnswers } from '../../../sync/protocol/answers.ts'
import { ComplainRequestSchema } from '../../../sync/protocol/feedback.ts'
import { catalogue, item } from '../machine/session-fixture.ts'
import { complainRequest, complaintForm, isComplaint } from './complaint-form.ts'
import { elderForm } from './elder-form.ts'

const DRAFT = '33333333-3333-4333-8333-333333333333'
const two = { ...catalogue, items: [item, { ...item, id: 'S91' }] }
const asked = { catalogue: two, hasCard: false, isElder: false, recentId: null }
const words = { sort: '投诉', words: '等了很久没有人来' }
const faultsOf = (answers: Answers, hasCard = false) =>
  checkAnswers(complaintForm({ ...asked, hasCard }), answers, { today: '2026-11-23', divisions: [] })

test.each([
  [
    { what: 'item', itemId: 'S91', named: 'no' },
    { what: 'item', itemId: 'S91' },
  ],
  [{ what: 'hall', named: 'no' }, { what: 'hall' }],
  [
    { what: 'staff', staffNumber: '017', named: 'no' },
    { what: 'staff', staffNumber: '017' },
  ],
  [{ what: 'else', named: 'no' }, { what: 'else' }],
] as const)('a form without faults is a request that main takes: %o', (about, wanted) => {
  const answers = { ...words, ...about }
  expect(faultsOf(answers)).toEqual([])
  const request = complainRequest(DRAFT, answers)
  expect(ComplainRequestSchema.parse(request)).toMatchObject({ about: wanted, anonymous: true, sort: '投诉' })
})

test('who gives no name leaves no number; who gives one without a card must leave one', () => {
  const named = { ...words, what: 'hall', named: 'yes' }
  expect(faultsOf(named)).toEqual([{ field: 'contact', fault: 'missing' }])
  expect(faultsOf(named, true)).toEqual([])
  expect(complainRequest(DRAFT, { ...named, contact: '13800136021' })).toMatchObject({
    anonymous: false,
    contact: '13800136021',
  })
  const changedMind = complainRequest(DRAFT, { ...named, named: 'no', contact: '13800136021' })
  expect(changedMind).toMatchObject({ anonymous: true })
  expect(changedMind).not.toHaveProperty('contact')
})

test('nobody is asked which item where there is only one, or none', () => {
  const whatsOf = (items: typeof catalogue | null) => {
    const what = complaintForm({ ...asked, catalogue: items }).fields.find((field) => field.id === 'what')
    return what?.type === 'choice' ? what.options.map((option) => option.value) : []
  }
  expect(whatsOf(two)).toEqual(['item', 'hall', 'staff', 'else'])
  for (const few of [catalogue, null]) expect(whatsOf(few)).toEqual(['hall', 'staff', 'else'])
})

test('it has one question a page in both modes, and is told from every item', () => {
  const form = complaintForm({ ...asked, hasCard: true })
  expect(form.pages.every((page) => page.fields.length === 1)).toBe(true)
  expect(elderForm(form).pages).toHaveLength(form.pages.length)
  expect([isComplaint(form), isComplaint(item), isComplaint(null)]).toEqual([true, false, false])
})
