import { expect, test } from 'vitest'
import {
  chosenDate,
  clockTime,
  daysFrom,
  duration,
  formOfAddress,
  groupIdNumber,
  groupMobile,
  isoDate,
  longDate,
  maskIdNumber,
  maskMobile,
} from './show.ts'
import { extend, pathOf, pointAt, withStroke } from './strokes.ts'

test('numbers are grouped and masked', () => {
  expect(groupIdNumber('990101198611020033')).toEqual(['990101', '19861102', '0033'])
  expect(maskIdNumber('990101198611020033')).toEqual(['990101', '＊＊＊＊＊＊＊＊', '0033'])
  expect(maskIdNumber('ABC990190010105')).toEqual(['ABC', '＊＊＊＊＊＊＊＊', '0105'])
  expect(groupMobile('13800136021')).toEqual(['138', '0013', '6021'])
  expect(groupMobile('1380')).toEqual(['138', '0'])
  expect(maskMobile('13800136021')).toEqual(['138', '＊＊＊＊', '6021'])
})

test('a mask lets nothing of the birth date through', () => {
  expect(maskIdNumber('990101198611020033').join('')).not.toContain('1986')
})

test('dates and times as people say them', () => {
  expect(longDate('2026-10-31')).toBe('2026年10月31日')
  expect(chosenDate('2026-10-31')).toBe('选了2026年10月31日，星期六')
  expect(daysFrom('2026-11-23', '2026-10-31')).toBe('23天前')
  expect(daysFrom('2026-11-23', '2026-11-23')).toBe('今天')
  expect(daysFrom('2026-11-23', '2026-11-26')).toBe('3天后')
  expect(isoDate(new Date(2026, 0, 5))).toBe('2026-01-05')
  expect(clockTime(new Date(2026, 0, 5, 9, 7))).toBe('09:07')
})

test.each([
  [0, '不到1分钟'],
  [59_999, '不到1分钟'],
  [60_000, '1分钟'],
  [42 * 60_000, '42分钟'],
  [61 * 60_000, '1小时1分钟'],
  [50 * 3_600_000, '2天2小时'],
  [-5000, '不到1分钟'],
])('%i ms: %s', (elapsedMs, words) => expect(duration(elapsedMs)).toBe(words))

test.each([
  ['周明远', 'male', '周先生'],
  ['赵春兰', 'female', '赵女士'],
  ['欧阳海', 'male', '欧阳先生'],
  ['欧阳', 'male', '欧先生'],
  ['周明远', 'unknown', '有人'],
  ['阿依古丽·买买提', 'female', '有人'],
  ['JOHN SMITH', 'male', '有人'],
] as const)('%s (%s) is addressed as %s', (name, sex, words) => expect(formOfAddress({ name, sex })).toBe(words))

test('a signature stays in its box and within the limits of the protocol', () => {
  expect(pointAt(0.5, 0.5)).toEqual([500, 180])
  expect(pointAt(-1, 2)).toEqual([0, 360])
  expect(extend([[0, 0]], [1, 0])).toEqual([[0, 0]])
  expect(extend([[0, 0]], [5, 0])).toEqual([
    [0, 0],
    [5, 0],
  ])
  const full = Array.from({ length: 2000 }, (_, index): [number, number] => [index % 1000, 0])
  expect(extend(full, [500, 300])).toHaveLength(2000)
  expect(withStroke(null, [])).toBeNull()
  expect(withStroke(null, [[1, 2]])).toEqual({ strokes: [[[1, 2]]] })
  expect(
    pathOf([
      [1, 2],
      [3, 4],
    ]),
  ).toBe('M1 2L3 4')
  expect(pathOf([[1, 2]])).toBe('M1 2h.01')
})

test.each([
  ['2026-11-28', '今天'],
  ['2026-11-05', '23天前'],
  ['2026-12-01', '3天后'],
  ['2025-11-28', '365天前'],
  ['1941-03-07', ''],
])('how far %s is from 28 November 2026: %s', (iso, words) => {
  expect(daysFrom('2026-11-28', iso)).toBe(words)
})
