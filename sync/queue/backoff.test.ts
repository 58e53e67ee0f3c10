import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BACKOFF_BASE_MS, BACKOFF_CAP_MS, backoffMs, clampNextAttempt } from './backoff.ts'
import { allowance, CLOSED, hubAnswered, hubFailed, kicked, probeLost, probeSent } from './breaker.ts'

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const retryAfter = fc.option(fc.integer({ min: 0, max: 100_000_000 }))

test('a wait lies between the hub’s floor and the cap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), unit, retryAfter, (attempts, random, floor) => {
      const wait = backoffMs(attempts, () => random, floor)
      expect(wait).toBeLessThanOrEqual(BACKOFF_CAP_MS)
      expect(wait).toBeGreaterThanOrEqual(Math.min(floor ?? 0, BACKOFF_CAP_MS))
      if (floor === null) expect(wait).toBeLessThanOrEqual(BACKOFF_BASE_MS * 2 ** (attempts - 1))
    }),
  )
})

test('the spread doubles until the cap and uses all of it', () => {
  const widest = (attempts: number) => backoffMs(attempts, () => 0.999_999, null)
  expect([1, 2, 3, 4].map(widest)).toEqual([2_000, 4_000, 8_000, 16_000])
  expect(widest(60)).toBeCloseTo(BACKOFF_CAP_MS, -1)
  expect(backoffMs(60, () => 0, null)).toBe(0)
})

test('a stored moment is never further away than the cap', () => {
  expect(clampNextAttempt(9_999_999_999_999, 1_000)).toBe(1_000 + BACKOFF_CAP_MS)
  expect(clampNextAttempt(0, 1_000)).toBe(0)
})

test('the breaker opens, lets one probe through, and closes on any answer', () => {
  const random = () => 0.5
  let breaker = hubFailed(CLOSED, 0, random, null, false)
  expect(allowance(breaker, 0)).toBe('none')
  expect(allowance(breaker, 1_000)).toBe('probe')
  breaker = probeSent(breaker, 1_000)
  expect(allowance(breaker, 1_000_000)).toBe('none')
  breaker = hubFailed(breaker, 2_000, random, null, true)
  expect(allowance(breaker, 3_999)).toBe('none')
  expect(allowance(breaker, 4_000)).toBe('probe')
  expect(allowance(kicked(breaker, 2_001), 2_001)).toBe('probe')
  expect(allowance(hubAnswered(), 0)).toBe('all')
})

test('flights from before the breaker opened do not make the wait longer, but Retry-After counts', () => {
  const random = () => 0.5
  const breaker = hubFailed(CLOSED, 0, random, null, false)
  expect(hubFailed(breaker, 10, random, null, false)).toEqual(breaker)
  const asked = hubFailed(breaker, 10, random, 60_000, false)
  expect(allowance(asked, 60_009)).toBe('none')
  expect(allowance(asked, 62_010)).toBe('probe')
})

test('a lost probe is followed by another', () => {
  const probing = probeSent(
    hubFailed(CLOSED, 0, () => 0, null, false),
    0,
  )
  expect(
    allowance(
      probeLost(probing, 5, () => 0.5),
      1_005,
    ),
  ).toBe('probe')
})
