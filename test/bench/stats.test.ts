import { expect, test } from 'vitest'
import { pairRatios, quantile, round, summarize } from './stats.ts'

const TEN = [7, 1, 10, 3, 9, 2, 8, 4, 6, 5]

test.each([
  [0, 1],
  [0.25, 3],
  [0.5, 5],
  [0.9, 9],
  [0.91, 10],
  [1, 10],
])('the nearest rank at %f of one to ten is %i', (share, value) => {
  expect(quantile(TEN, share)).toBe(value)
})

test('one value is every quantile of itself, and none has none', () => {
  expect(quantile([4], 0.01)).toBe(4)
  expect(quantile([4], 0.99)).toBe(4)
  expect(() => quantile([], 0.5)).toThrow('at least one')
})

test('values are compared as numbers and left in their order', () => {
  const values = [10, 9, 100]
  expect(quantile(values, 0.5)).toBe(10)
  expect(values).toEqual([10, 9, 100])
})

test('a summary holds middle, spread and ends, rounded', () => {
  expect(summarize([0.12345, 2, 1.5], 2)).toEqual({
    count: 3,
    min: 0.12,
    p25: 0.12,
    p50: 1.5,
    p75: 2,
    p95: 2,
    p99: 2,
    max: 2,
  })
  expect(round(118.0469, 1)).toBe(118)
})

test('pairs are divided one by one, and only when they are pairs', () => {
  expect(pairRatios([3, 4], [2, 4])).toEqual([1.5, 1])
  expect(() => pairRatios([1], [])).toThrow('no pairs')
})
