import { expect, test } from 'vitest'
import { createTryRation, LOOK_UP_LIMITS } from './try-ration.ts'

const MINUTE_MS = 60_000

test('five in a minute, then a wait that is told and ends', () => {
  let nowMs = 0
  const ration = createTryRation(LOOK_UP_LIMITS, () => nowMs)
  for (let n = 0; n < 5; n++) {
    expect(ration()).toBe(0)
    nowMs += 1000
  }
  expect(ration()).toBe(55_000)
  nowMs += 54_999
  expect(ration()).toBe(1)
  nowMs += 1
  // Refused tries cost nothing: the next place is free as told.
  expect(ration()).toBe(0)
  expect(ration()).toBe(1000)
})

test('thirty in an hour, however they are spread', () => {
  let nowMs = 0
  const ration = createTryRation(LOOK_UP_LIMITS, () => nowMs)
  let passed = 0
  for (; nowMs < 60 * MINUTE_MS; nowMs += 5000) if (ration() === 0) passed++
  expect(passed).toBe(30)
  expect(ration()).toBe(0)
})
