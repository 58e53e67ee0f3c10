import { expect, test } from 'vitest'
import { loadLanguage, showLanguage } from '../../ui/strings/language.ts'
import { item } from '../machine/session-fixture.ts'
import { summaryRows } from './summary.ts'

test('an amount on the summary says of what', () => {
  const asked = {
    id: 'base',
    type: 'amount' as const,
    label: { zh: '基数' },
    required: true,
    minFen: 0,
    maxFen: 9_999_999,
  }
  const form = { ...item, pages: [{ id: 'page', question: { zh: 'q' }, fields: ['base'] }], fields: [asked] }
  expect(summaryRows(form, { base: '7338.26' }, [])).toMatchObject([{ field: 'base', value: ['7,338.26元'] }])
})

test('in English a number and what it counts are parted', async () => {
  const common = { required: true, label: { zh: '数' } }
  const fields = [
    { ...common, id: 'base', type: 'amount' as const, minFen: 0, maxFen: 9_999_999 },
    { ...common, id: 'staff', type: 'whole-number' as const, min: 0, max: 99, unit: { zh: '人', en: 'people' } },
  ]
  const form = { ...item, pages: [{ id: 'page', question: { zh: 'q' }, fields: ['base', 'staff'] }], fields }
  const answers = { base: '1500', staff: '3' }
  const shown = () => summaryRows(form, answers, []).map(({ value }) => value)
  expect(shown()).toEqual([['1,500元'], ['3人']])
  expect(await loadLanguage('en')).toBe(true)
  showLanguage('en')
  expect(shown()).toEqual([['1,500 yuan'], ['3 people']])
  showLanguage('zh')
})
