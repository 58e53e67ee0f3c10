import { expect, test } from 'vitest'
import { FieldSchema } from '../../../sync/protocol/service-item.ts'
import { allowedIn, inputKindOf, isTyped } from './input-kinds.ts'

const fieldOf = (more: object) => FieldSchema.parse({ id: 'field', label: { zh: '字段' }, ...more })

test.each([
  [{ type: 'phone' }, 'digits', '139-0000 12345', '13900001234'],
  [{ type: 'bank-card' }, 'digits', '6222 0000x', '62220000'],
  [{ type: 'whole-number', min: 1, max: 9 }, 'digits', '1.5', '15'],
  [{ type: 'id-number' }, 'id', '99010119861102003x9', '99010119861102003X'],
  [{ type: 'id-number', kinds: ['foreigner-2017'] }, 'code', 'abc-320', 'ABC320'],
  [{ type: 'amount', minFen: 0, maxFen: 100 }, 'amount', '12.5元', '12.5'],
  [{ type: 'uscc' }, 'code', '11990100mb99000131x', '11990100MB99000131'],
  [{ type: 'code', validator: 'licence-id' }, 'code', '1.2.156 a', '1.2.156A'],
  [{ type: 'code', validator: 'postal-code' }, 'digits', '650a00', '65000'],
  [{ type: 'text', minGlyphs: 1, maxGlyphs: 20 }, 'keyboard', '恒盛 x.-', '恒盛 x.-'],
  [{ type: 'person-name' }, 'keyboard', '买买提·Ali', '买买提·Ali'],
] as const)('%j is answered with %s; %s leaves %s', (more, kind, typed, left) => {
  const field = fieldOf(more)
  expect(inputKindOf(field)).toBe(kind)
  expect(isTyped(field)).toBe(true)
  expect(allowedIn(field, typed)).toBe(left)
})

test.each([
  [{ type: 'date', earliestDays: -1, latestDays: 1 }, 'date'],
  [{ type: 'month', earliestMonths: -1, latestMonths: 1 }, 'month'],
  [{ type: 'division', level: 'county' }, 'division'],
  [{ type: 'address' }, 'address'],
])('%j is chosen', (more, kind) => {
  expect(inputKindOf(fieldOf(more))).toBe(kind)
  expect(isTyped(fieldOf(more))).toBe(false)
})
