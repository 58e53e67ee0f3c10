import { expect, test } from 'vitest'
import { type Answers, checkAnswers } from '../../../sync/protocol/answers.ts'
import { ELDER_CHOICES } from '../../../sync/protocol/elder-pages.ts'
import type { Field, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { catalogue, item } from '../machine/session-fixture.ts'
import { type ComplaintAsked, complainRequest, complaintForm } from './complaint-form.ts'

/** 18 items in ten topics, as many in each as the sample catalogue has. */
const TOPIC_SIZES = [3, 2, 1, 2, 1, 2, 3, 2, 1, 1]
const items: ServiceItem[] = TOPIC_SIZES.flatMap((size, topic) =>
  Array.from({ length: size }, (_, index) => ({
    ...{ ...item, id: `S${topic}-${index}`, topic: { zh: `类${topic}` } },
  })),
)
const asked: ComplaintAsked = {
  ...{ catalogue: { ...catalogue, items }, hasCard: false, isElder: true, recentId: null },
}

const optionsOf = (field: Field | undefined) => (field?.type === 'choice' ? field.options : [])
/** Which page of an elder's answers an option stands on, from 1: four, or three and 更多. */
function turnsTo(options: readonly { readonly value: string }[], value: string): number {
  const at = options.findIndex((option) => option.value === value)
  return options.length <= ELDER_CHOICES ? 1 : Math.floor(at / (ELDER_CHOICES - 1)) + 1
}

/** How an elder says which item it is, and how many pages of answers she sees for it. */
function wayTo(form: ServiceItem, id: string): { readonly answers: Answers; readonly turns: number } {
  const kinds = optionsOf(form.fields.find((field) => field.id === 'itemKind'))
  if (kinds.some(({ value }) => value === id)) return { answers: { itemKind: id }, turns: turnsTo(kinds, id) }
  for (const [index, { value: kind }] of kinds.filter(({ value }) => value.startsWith('kind-')).entries()) {
    const within = optionsOf(form.fields.find((field) => field.id === `itemIn${index}`))
    if (!within.some(({ value }) => value === id)) continue
    return {
      answers: { itemKind: kind, [`itemIn${index}`]: id },
      turns: turnsTo(kinds, kind) + turnsTo(within, id),
    }
  }
  throw new Error(`no way to ${id}`)
}

test.each([
  ['none was open', null],
  ['one was open', 'S3-1'],
])('in elder mode every one of 18 items is at most three pages of answers away: %s', (_, recentId) => {
  const form = complaintForm({ ...asked, recentId })
  for (const { id } of items) {
    const { answers, turns } = wayTo(form, id)
    expect(turns, id).toBeLessThanOrEqual(3)
    const all = { what: 'item', ...answers, sort: '投诉', words: '等了很久没有人来', named: 'no' }
    expect(checkAnswers(form, all, { today: '2026-11-23', divisions: [] }), id).toEqual([])
    expect(complainRequest('33333333-3333-4333-8333-333333333333', all).about).toEqual({ what: 'item', itemId: id })
  }
})

test('the item of this visit is the first answer in both modes, once', () => {
  const elder = complaintForm({ ...asked, recentId: 'S3-1' })
  expect(wayTo(elder, 'S3-1')).toEqual({ answers: { itemKind: 'S3-1' }, turns: 1 })
  const standard = complaintForm({ ...asked, isElder: false, recentId: 'S3-1' })
  const values = optionsOf(standard.fields.find((field) => field.id === 'itemId')).map(({ value }) => value)
  expect(values[0]).toBe('S3-1')
  expect([...values].sort()).toEqual(items.map(({ id }) => id).sort())
})

test('a kind is called by its topics, and no topic is in two of them', () => {
  const kinds = optionsOf(complaintForm(asked).fields.find((field) => field.id === 'itemKind'))
  expect(kinds).toHaveLength(ELDER_CHOICES)
  const named = kinds.flatMap(({ label }) => label.zh.split('、'))
  expect(named.sort()).toEqual(TOPIC_SIZES.map((_, topic) => `类${topic}`))
})

test('few items are asked for at once', () => {
  const few = complaintForm({ ...asked, catalogue: { ...catalogue, items: items.slice(0, ELDER_CHOICES) } })
  expect(few.fields.map(({ id }) => id)).toContain('itemId')
  expect(few.fields.map(({ id }) => id)).not.toContain('itemKind')
})
