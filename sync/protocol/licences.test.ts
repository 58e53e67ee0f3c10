import { expect, test } from 'vitest'
import { checkLicenceId, makeLicenceId } from './affair-codes.ts'
import { licenceFor, licenceUse } from './licences.ts'
import type { Licence } from './person.ts'

const TYPE = '11990100MB9900021U041'
const ISSUER = '11990100MB9900021U'
const licence = (change: Partial<Licence> = {}): Licence => ({
  id: makeLicenceId(TYPE, ISSUER, 'TX20130701022'),
  type: TYPE,
  name: { zh: '退休证' },
  issuer: { zh: '区人社局' },
  validFrom: '2026-01-10',
  validTo: '2026-11-23',
  state: 'valid',
  ...change,
})

test('what is made has the check character that is asked for', () => {
  expect(checkLicenceId(licence().id)).toMatchObject({ ok: true, type: TYPE, issuer: ISSUER })
})

test.each([
  ['2026-01-09', {}, 'not-yet'],
  ['2026-01-10', {}, 'usable'],
  ['2026-11-23', {}, 'usable'],
  ['2026-11-24', {}, 'expired'],
  ['2099-01-01', { validTo: null }, 'usable'],
  ['2026-11-23', { state: 'suspended' }, 'suspended'],
  ['2026-11-24', { state: 'revoked' }, 'revoked'],
] as const)('on %s %j it is %s', (today, change, use) => expect(licenceUse(licence(change), today)).toBe(use))

test('of a material: the one that can be used, else the one that says why not; never one of another type or check digit', () => {
  const paper = { sources: ['scan', 'licence'] as const, licenceType: TYPE }
  const of = (...licences: Licence[]) => licenceFor({ ...paper, sources: [...paper.sources] }, licences, '2026-11-23')
  const old = licence({ validTo: '2020-01-01' })
  expect(of(old, licence())?.validTo).toBe('2026-11-23')
  expect(of(old)).toBe(old)
  expect(of(licence({ type: '0'.repeat(21) }))).toBeUndefined()
  expect(of(licence({ id: `${licence().id.slice(0, -1)}?` }))).toBeUndefined()
  expect(licenceFor({ ...paper, sources: ['scan'] }, [licence()], '2026-11-23')).toBeUndefined()
})
