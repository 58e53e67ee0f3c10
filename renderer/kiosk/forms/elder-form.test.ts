import { expect, test } from 'vitest'
import { checkAnswers } from '../../../sync/protocol/answers.ts'
import { loadLanguage } from '../../ui/strings/language.ts'
import { item } from '../machine/session-fixture.ts'
import { elderForm, samePlace } from './elder-form.ts'
import { askedPages } from './form-pages.ts'

const elder = elderForm(item)

test('every page asks one question, each field of the item once, in its order', () => {
  expect(elder.pages.every((page) => page.fields.length === 1)).toBe(true)
  expect(elder.pages.flatMap((page) => page.fields)).toEqual(item.pages.flatMap((page) => page.fields))
  // A page that asked one thing keeps its own question.
  expect(elder.pages.find((page) => page.fields[0] === 'school')?.question).toEqual({ zh: 'second' })
  expect(elder.pages.find((page) => page.fields[0] === 'phone')?.question).toEqual({ zh: '请填：phone' })
  expect(elder.pages.find((page) => page.fields[0] === 'kind')?.question).toEqual({ zh: '请选：kind' })
})

test('what is not asked is no page, and the same answers have the same faults', () => {
  const answers = { kind: 'work', unit: '恒盛纺织厂', phone: '13800136021' }
  const asked = askedPages(elder, answers).map((index) => elder.pages[index]?.fields[0])
  expect(asked).toContain('unit')
  expect(asked).not.toContain('school')
  const context = { today: '2026-11-28', divisions: [] }
  expect(checkAnswers(elder, answers, context)).toEqual(checkAnswers(item, answers, context))
})

test('whoever changes the mode stays at the question', () => {
  const phone = elder.pages.findIndex((page) => page.fields[0] === 'phone')
  expect(samePlace(elder, phone, item)).toBe(2)
  expect(elder.pages[samePlace(item, 2, elder)]?.fields).toEqual(['phone'])
  expect(samePlace(item, 99, elder)).toBe(0)
})

test('a label that has another language makes a question in it', async () => {
  expect(await loadLanguage('en')).toBe(true)
  const named = {
    ...item,
    fields: item.fields.map((field) => ({ ...field, label: { zh: '甲', en: 'kind of thing' } })),
  }
  const asked = elderForm(named, 'en').pages.find((page) => page.fields[0] === 'phone')?.question
  expect(asked).toEqual({ zh: '请填：甲', en: 'Please fill in: kind of thing' })
  expect(elderForm(item, 'en').pages.find((page) => page.fields[0] === 'phone')?.question).toEqual({
    zh: '请填：phone',
  })
})
