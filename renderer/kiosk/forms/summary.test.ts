import { expect, test } from 'vitest'
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
