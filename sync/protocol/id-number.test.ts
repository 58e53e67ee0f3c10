import { expect, test } from 'vitest'
import { ageOn, checkIdNumber } from './id-number.ts'

const TODAY = '2026-11-21'

test.each([
  ['11010519491231002X', '1949-12-31', 'female', '110105'],
  ['99010119410307001X', '1941-03-07', 'male', '990101'],
  ['990101195806120022', '1958-06-12', 'female', '990101'],
  ['990101198611020033', '1986-11-02', 'male', '990101'],
  ['990101202608150047', '2026-08-15', 'female', '990101'],
])('%s is a good number', (number, birth, sex, division) => {
  expect(checkIdNumber(number, TODAY)).toEqual({ ok: true, birth, sex, division })
})

test.each([
  ['99010119900229005', 'length'],
  ['990101199002290059', 'impossible-date'],
  ['990101198611020034', 'check-digit'],
  ['99010119861102003x', 'characters'],
  ['990101198611O20033', 'characters'],
  ['990101202708150045', 'in-the-future'],
  ['990101186611020033', 'too-old'],
])('%s is refused: %s', (number, fault) => {
  expect(checkIdNumber(number, TODAY)).toEqual({ ok: false, fault })
})

test('age counts whole years', () => {
  expect(ageOn('1941-03-07', '2026-03-06')).toBe(84)
  expect(ageOn('1941-03-07', '2026-03-07')).toBe(85)
})
