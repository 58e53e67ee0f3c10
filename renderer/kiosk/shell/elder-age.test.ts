import { expect, test } from 'vitest'
import { isElderBy } from './elder-age.ts'

test.each([
  ['1966-11-28', true],
  ['1966-11-29', false],
  ['1941-03-07', true],
  ['2026-08-15', false],
])('born on %s, on 28 November 2026: %s', (birth, isElder) => {
  expect(isElderBy(birth, '2026-11-28')).toBe(isElder)
})
