import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RATING_LEVELS, RATING_REASONS, RateRequestSchema } from '../../../sync/protocol/feedback.ts'
import type { RatingChange } from './rating-draft.ts'
import { afterCheck, freshRating, mayRate, rated, rateRequest, ratingBefore } from './rating-steps.ts'
import { accepted, item } from './session-fixture.ts'
import { freshVisit } from './session-steps.ts'

const DRAFT = '33333333-3333-4333-8333-333333333333'
const visit = { ...freshVisit(), item, accepted }

test('whatever is touched in whatever order, main gets what its schema takes', () => {
  const change: fc.Arbitrary<RatingChange> = fc.oneof(
    fc.constantFrom(...RATING_LEVELS).map((level) => ({ level })),
    fc.constantFrom(...RATING_REASONS).map((reason) => ({ reason })),
    fc.constantFrom('', ' ', '等了很久').map((words) => ({ words })),
  )
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      // A level is the last touch before it is said back.
      const draft = [...changes, { level: 2 } as const, ...changes].reduce(rated, freshRating(DRAFT))
      const request = rateRequest({ ...visit, rating: rated(draft, { level: draft.level ?? 5 }) })
      expect(RateRequestSchema.safeParse(request).success).toBe(true)
    }),
  )
  expect(rateRequest({ ...visit, rating: freshRating(DRAFT) })).toBeNull()
})

test('a better level forgets why the worse one was bad; another bad one does not', () => {
  const bad = [{ level: 1 }, { reason: 'too-slow' }, { words: '慢' }] as const
  const draft = bad.reduce(rated, freshRating(DRAFT))
  expect(rated(draft, { level: 2 })).toMatchObject({ level: 2, reasons: ['too-slow'], words: '慢', step: 'check' })
  expect(rated(draft, { level: 4 })).toMatchObject({ level: 4, reasons: [], words: '' })
  expect(rated(draft, { reason: 'too-slow' }).reasons).toEqual([])
})

test('the two lowest ask why, all others are done; 返回 leads back step by step', () => {
  const asked = RATING_LEVELS.filter((level) => afterCheck({ ...freshRating(DRAFT), level }) === 'reasons')
  expect(asked).toEqual([2, 1])
  const way = (['words', 'reasons', 'check', 'level'] as const).map((step) =>
    ratingBefore({ ...freshRating(DRAFT), step }),
  )
  expect(way).toEqual(['reasons', 'check', 'level', undefined])
})

test('no rating in quiet mode, of a complaint, or while a printer needs somebody', () => {
  const fault = { ok: false, fault: 'paper-out', paper: 'nothing', state: { state: 'paper-out' } } as const
  const quiet = { ...item, quiet: true }
  expect(mayRate(visit, false)).toBe(true)
  expect(mayRate({ ...visit, trouble: { kind: 'no-printer' } }, false)).toBe(true)
  expect(mayRate({ ...visit, trouble: { kind: 'fault', result: fault } }, false)).toBe(false)
  expect(mayRate({ ...visit, item: quiet }, false)).toBe(false)
  expect(mayRate(visit, true)).toBe(false)
  expect(mayRate({ ...visit, accepted: null }, false)).toBe(false)
})
