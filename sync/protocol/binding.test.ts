import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Applicant } from './applicant.ts'
import {
  BINDING_CONSENT,
  BINDING_CONSENTED,
  BINDING_ITEM,
  BindingPayloadSchema,
  bindingEnd,
  bindingFaults,
  inScope,
} from './binding.ts'
import { consentText } from './consent.ts'
import { ageOn, isRealDate } from './id-number.ts'
import { CONSENT_MAX_GLYPHS, consentGlyphs } from './item-consent.ts'
import { SubmissionPayloadSchema } from './submission.ts'

const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex')
const TODAY = '2026-11-23'
const AT = '2026-11-23T02:48:00.000Z'
const agent: Applicant = {
  ...{ cardType: 'citizen', name: '周明远', idNumber: '990101198611020033', sex: 'male', birth: '1986-11-02' },
  ...{ address: '云洲市南桥区临河路1号', validTo: '20360101', source: 'id-card-chip', readAt: AT },
}
const principal: Applicant = { ...agent, name: '赵德厚', idNumber: '99010119410307001X', birth: '1941-03-07' }
const consent = { textSha256: sha256Hex(consentText(BINDING_CONSENTED)) }
const good = { agent, principal, until: '2027-11-23', consent }
const faultsOf = (change: Partial<typeof good> = {}) => bindingFaults({ ...good, ...change }, TODAY, sha256Hex)

test('two people of age with both chips, for a year at most, after their yes', () => {
  expect(faultsOf()).toEqual([])
  expect(faultsOf({ until: TODAY })).toEqual([])
  expect(faultsOf({ until: '2026-11-22' })).toEqual(['until-past'])
  expect(faultsOf({ until: '2027-11-24' })).toEqual(['until-too-late'])
  expect(faultsOf({ principal: agent })).toEqual(['same-person'])
  for (const source of ['typed', 'witness', 'code', 'social-security-card'] as const) {
    expect(faultsOf({ agent: { ...agent, source } })).toEqual(['card-missing'])
    expect(faultsOf({ principal: { ...principal, source } })).toEqual(['card-missing'])
  }
  expect(faultsOf({ agent: { ...agent, birth: '2008-11-24' } })).toEqual(['agent-too-young'])
  expect(faultsOf({ principal: { ...principal, birth: '2008-11-24' } })).toEqual(['principal-too-young'])
  expect(ageOn('2008-11-23', TODAY)).toBe(18)
  expect(faultsOf({ principal: { ...principal, idNumber: '990101194103070011' } })).toEqual(['bad-number'])
  expect(bindingFaults({ ...good, consent: undefined }, TODAY, sha256Hex)).toEqual(['consent-missing'])
  expect(faultsOf({ consent: { textSha256: sha256Hex('别的话') } })).toEqual(['consent-missing'])
})

test('its consent fits 80 glyphs', () => {
  expect(consentGlyphs(BINDING_CONSENT)).toBeLessThanOrEqual(CONSENT_MAX_GLYPHS)
})

test('a binding ends on a day that the calendar has, that many months on', () => {
  expect(bindingEnd('2026-11-23', 12)).toBe('2027-11-23')
  expect(bindingEnd('2026-11-30', 3)).toBe('2027-02-28')
  expect(bindingEnd('2028-02-29', 12)).toBe('2029-02-28')
  expect(bindingEnd('2026-10-31', 6)).toBe('2027-04-30')
  const days = fc.date({ min: new Date('2024-01-01'), max: new Date('2060-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(days, fc.constantFrom(3, 6, 12), (date, months) => {
      const today = date.toISOString().slice(0, 10)
      const end = bindingEnd(today, months)
      expect(isRealDate(end)).toBe(true)
      expect(Number(end.slice(8))).toBeLessThanOrEqual(Number(today.slice(8)))
      const [from, to] = [today, end].map((day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)))
      expect((to ?? 0) - (from ?? 0)).toBe(months)
    }),
  )
})

test('a scope is everything or the items that it names', () => {
  expect([inScope({ of: 'all' }, 'S02'), inScope({ of: 'items', ids: ['S02'] }, 'S02')]).toEqual([true, true])
  expect(inScope({ of: 'items', ids: ['S02'] }, 'S03')).toBe(false)
})

test('what is sealed of it is a submission; nothing else may ride along', () => {
  const base = { v: 1, kind: 'proxy-binding', submissionId: '3b241101-e2bb-4255-8caf-4136c566a962', item: BINDING_ITEM }
  const made = { ...good, what: 'make', relation: 'child', scope: { of: 'all' } }
  const takes = (binding: unknown) => SubmissionPayloadSchema.safeParse({ ...base, binding, acceptedAt: AT }).success
  expect(takes(made)).toBe(true)
  expect(takes({ ...made, relation: 'official' })).toBe(false)
  expect(takes({ ...made, scope: { of: 'items', ids: [] } })).toBe(false)
  expect(takes({ ...made, bindingId: base.submissionId })).toBe(false)
  expect(takes({ what: 'withdraw', bindingId: base.submissionId, side: 'agent', by: agent })).toBe(true)
  const other = { ...base, item: { ...BINDING_ITEM, id: 'S02' }, binding: made, acceptedAt: AT }
  expect(BindingPayloadSchema.safeParse(other).success).toBe(false)
})
