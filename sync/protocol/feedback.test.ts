import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  COMPLAINT_MAX_GLYPHS,
  ComplainRequestSchema,
  RATING_LEVELS,
  RATING_MAX_GLYPHS,
  RATING_REASONS,
  RateRequestSchema,
} from './feedback.ts'
import { SubmissionPayloadSchema } from './submission.ts'

const ID = '3b241101-e2bb-4255-8caf-4136c566a962'
const AT = '2026-11-23T02:48:00.000Z'
const rate = { draftId: ID, about: ID, level: 2, reasons: ['too-slow'] }
const complain = { draftId: ID, about: { what: 'hall' }, sort: '投诉', words: '大厅太冷了', anonymous: true }
const takes = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success

test('reasons and words belong to the two lowest levels, each once, in every combination', () => {
  const levels = fc.constantFrom(...RATING_LEVELS)
  const reasons = fc.array(fc.constantFrom(...RATING_REASONS), { maxLength: RATING_REASONS.length })
  const words = fc.option(fc.constant('等了很久'), { nil: undefined })
  fc.assert(
    fc.property(levels, reasons, words, (level, chosen, said) => {
      const isBad = level <= 2
      const isSound = new Set(chosen).size === chosen.length && (isBad || (chosen.length === 0 && said === undefined))
      const given = said === undefined ? {} : { words: said }
      expect(takes(RateRequestSchema, { ...rate, level, reasons: chosen, ...given })).toBe(isSound)
    }),
  )
  expect(takes(RateRequestSchema, { ...rate, level: 0 })).toBe(false)
  expect(takes(RateRequestSchema, { ...rate, reasons: ['something-else'] })).toBe(false)
})

test('words are counted in glyphs, and lie on one line', () => {
  const rare = '𠮷'
  expect(takes(RateRequestSchema, { ...rate, words: rare.repeat(RATING_MAX_GLYPHS) })).toBe(true)
  expect(takes(RateRequestSchema, { ...rate, words: rare.repeat(RATING_MAX_GLYPHS + 1) })).toBe(false)
  expect(takes(ComplainRequestSchema, { ...complain, words: rare.repeat(COMPLAINT_MAX_GLYPHS) })).toBe(true)
  for (const words of ['', '太冷', ' 大厅太冷了', '大厅\n太冷了', '大厅太冷\u202e了']) {
    expect(takes(ComplainRequestSchema, { ...complain, words })).toBe(false)
  }
})

test('an anonymous complaint names nobody; a staff number has no spaces', () => {
  expect(takes(ComplainRequestSchema, complain)).toBe(true)
  expect(takes(ComplainRequestSchema, { ...complain, contact: '13800136021' })).toBe(false)
  const named = { ...complain, anonymous: false, contact: '13800136021' }
  expect(takes(ComplainRequestSchema, named)).toBe(true)
  expect(takes(ComplainRequestSchema, { ...named, contact: '12345' })).toBe(false)
  const about = (staffNumber: string) => ({ ...complain, about: { what: 'staff', staffNumber } })
  expect(takes(ComplainRequestSchema, about('A-017'))).toBe(true)
  expect(takes(ComplainRequestSchema, about('李 静'))).toBe(false)
})

test('what is sealed of an anonymous complaint has no room for who complained', () => {
  const { draftId: _, ...said } = complain
  const payload = {
    ...{ v: 1, kind: 'complaint', submissionId: ID, item: { id: 'complaint', code: 'complaint', version: 1 } },
    ...{ ...said, acceptedAt: AT },
  }
  const applicant = {
    ...{ cardType: 'citizen', name: '周明远', idNumber: '990101198611020033', sex: 'male', birth: '1986-11-02' },
    ...{ address: '云洲市南桥区临河路1号', validTo: '20360101', source: 'id-card-chip', readAt: AT },
  }
  const named = { ...payload, anonymous: false }
  expect(takes(SubmissionPayloadSchema, payload)).toBe(true)
  expect(takes(SubmissionPayloadSchema, { ...named, applicant, contact: '13800136021' })).toBe(true)
  expect(takes(SubmissionPayloadSchema, { ...payload, applicant })).toBe(false)
  expect(takes(SubmissionPayloadSchema, { ...payload, contact: '13800136021' })).toBe(false)
})

test('a rating has no room for the one who rates', () => {
  const payload = {
    ...{ v: 1, kind: 'rating', submissionId: ID, item: { id: 'rating', code: 'rating', version: 1 }, about: ID },
    ...{ level: 5, reasons: [], acceptedAt: AT },
  }
  expect(takes(SubmissionPayloadSchema, payload)).toBe(true)
  expect(takes(SubmissionPayloadSchema, { ...payload, applicant: { name: '周明远' } })).toBe(false)
  expect(takes(SubmissionPayloadSchema, { ...payload, item: { id: 'S07', code: 'x', version: 1 } })).toBe(false)
})
