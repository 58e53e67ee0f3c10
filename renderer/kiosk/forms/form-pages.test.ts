import { expect, test } from 'vitest'
import { catalogue, item } from '../machine/session-fixture.ts'
import { choosePart, daysInMonth, isDayOpen, isMonthOpen, isoOf, partsOf, yearsOf } from './date-choices.ts'
import { levelsOf, likelyFirst, placeName, placesIn } from './divisions.ts'
import {
  askedFields,
  askedPages,
  countingAnswers,
  firstFaultyPage,
  neighbourPage,
  pageFaults,
  stepCount,
} from './form-pages.ts'
import { summaryRows } from './summary.ts'

const check = { today: '2026-11-23', divisions: catalogue.divisions }
const ids = (pageIndex: number, answers: Record<string, string>) => {
  const page = item.pages[pageIndex]
  return page === undefined ? [] : askedFields(item, page, answers).map(({ id }) => id)
}

test('fields are asked as their dependencies say, and a page without any is none', () => {
  expect(ids(0, {})).toEqual(['kind'])
  expect(ids(0, { kind: 'work' })).toEqual(['kind', 'unit'])
  expect(askedPages(item, {})).toEqual([0, 2])
  expect(askedPages(item, { kind: 'work' })).toEqual([0, 2])
  expect(askedPages(item, { kind: 'study' })).toEqual([0, 1, 2])
  expect(stepCount(item, { kind: 'study' })).toBe(6)
  expect(neighbourPage(item, { kind: 'work' }, 0, 1)).toBe(2)
  expect(neighbourPage(item, { kind: 'work' }, 2, -1)).toBe(0)
  expect(neighbourPage(item, { kind: 'work' }, 2, 1)).toBeUndefined()
})

test('faults of a page are those of its asked fields; the first faulty page is found', () => {
  expect(pageFaults(item, 0, { kind: 'work', unit: 'x' }, check)).toEqual({ unit: 'too-short' })
  expect(pageFaults(item, 2, {}, check)).toEqual({ phone: 'missing' })
  expect(firstFaultyPage(item, { kind: 'work', unit: 'unit' }, check)).toEqual({
    index: 2,
    faults: { phone: 'missing' },
  })
  expect(firstFaultyPage(item, { kind: 'work', unit: 'unit', phone: '13800136021' }, check)).toBeUndefined()
})

test('only answers to asked fields count, without spaces around', () => {
  expect(countingAnswers(item, { kind: 'study', unit: 'left over', school: ' one ', phone: ' ' })).toEqual({
    kind: 'study',
    school: 'one',
  })
})

test('the summary shows what counts, as a person reads it', () => {
  const rows = summaryRows(
    item,
    { kind: 'work', unit: 'unit', school: 'not asked', phone: '13800136021' },
    catalogue.divisions,
  )
  expect(rows.map(({ field, value }) => [field, value])).toEqual([
    ['kind', ['work']],
    ['unit', ['unit']],
    ['phone', ['138', '＊＊＊＊', '6021']],
  ])
})

const range = { from: '2025-03-15', to: '2026-11-23' }

test('a date is chosen from parts that the calendar and the range have', () => {
  expect(yearsOf(range, '2026-11-23')).toEqual([2026, 2025])
  expect(yearsOf({ from: '2026-11-23', to: '2027-02-21' }, '2026-11-23')).toEqual([2026, 2027])
  expect(isMonthOpen(2025, 2, range)).toBe(false)
  expect(isMonthOpen(2025, 3, range)).toBe(true)
  expect(isMonthOpen(2026, 12, range)).toBe(false)
  expect(daysInMonth(2028, 2)).toBe(29)
  expect(daysInMonth(2026, 2)).toBe(28)
  expect(isDayOpen({ year: 2025, month: 3, day: null }, 14, range)).toBe(false)
  expect(isDayOpen({ year: 2025, month: 3, day: null }, 15, range)).toBe(true)
  expect(isoOf(partsOf('2026-10-31'))).toBe('2026-10-31')
  expect(isoOf(partsOf(undefined))).toBeNull()
})

test('a part that no longer fits lets go', () => {
  const chosen = { year: 2026, month: 3, day: 31 }
  expect(choosePart(chosen, { month: 4 }, range)).toEqual({ year: 2026, month: 4, day: null })
  expect(choosePart(chosen, { month: 12 }, range)).toEqual({ year: 2026, month: null, day: null })
  expect(choosePart(chosen, { year: 2025 }, range)).toEqual({ year: 2025, month: 3, day: 31 })
})

const places = ['980000', '980100', '980101', '990000', '990100', '990101', '990200'].map((code) => ({
  code,
  name: { zh: code },
}))

test('places stand in columns by level, likely ones first', () => {
  const codes = (list: readonly { code: string }[]) => list.map(({ code }) => code)
  expect(codes(placesIn(places, 'province', null))).toEqual(['980000', '990000'])
  expect(codes(likelyFirst(placesIn(places, 'province', null), '990101'))).toEqual(['990000', '980000'])
  expect(codes(placesIn(places, 'prefecture', '990000'))).toEqual(['990100', '990200'])
  expect(codes(placesIn(places, 'county', '990100'))).toEqual(['990101'])
  expect(placeName(places, '990101')).toBe('990000　990100　990101')
  expect(placeName(places, '111111')).toBe('111111')
})

test('the levels of a place go as deep as its field asks', () => {
  const field = item.fields.find(({ id }) => id === 'home')
  if (field?.type !== 'division') throw new Error('fixture')
  expect(levelsOf(field)).toEqual(['province', 'prefecture'])
})
