import { expect, test } from 'vitest'
import type { PersonData } from '../../../electron/bridge/person.contract.ts'
import { makeLicenceId } from '../../../sync/protocol/affair-codes.ts'
import type { Licence } from '../../../sync/protocol/person.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { areSettled, mayGive, papersGiven } from './paper-steps.ts'
import { cardOf, catalogue, FIRST_PERSON, item } from './session-fixture.ts'
import { freshVisit } from './session-steps.ts'
import type { SessionContext } from './session-types.ts'
import { fieldTold, licenceToldFor, toldCame, wantsTold } from './told-steps.ts'

const TYPE = '11990100MB9900021U041'
const asking: ServiceItem = {
  ...item,
  fields: item.fields.map((field) =>
    field.id === 'phone' || field.id === 'home'
      ? { ...field, prefill: { from: 'shared' as const, key: `person.${field.id}` } }
      : field,
  ),
  materials: [
    {
      ...{ id: 'retired', name: { zh: '退休证' }, required: true, sources: ['scan', 'licence'], licenceType: TYPE },
      ...{ maxPages: 1, maxBytes: 9, pledgeInstead: false },
    },
  ],
}
const [paper] = asking.materials ?? []
const [, , , phone, home] = asking.fields
if (paper === undefined || phone === undefined || home === undefined) throw new Error('fixture')
const check = { today: '2026-11-23', divisions: [...catalogue.divisions, { code: '990200', name: { zh: '别的市' } }] }
const source = { zh: '市局' }
const value = (key: string, said: string) => ({ key, value: said, source, asOf: '2026-11-23' })
const licence = (change: Partial<Licence> = {}): Licence => ({
  ...{ id: makeLicenceId(TYPE, '11990100MB9900021U', 'TX1'), type: TYPE, name: source, issuer: source },
  ...{ validFrom: '2020-01-01', validTo: null, state: 'valid', ...change },
})
const told = (...licences: Licence[]): PersonData => ({
  ...{ outcome: 'told', licences },
  shared: [value('person.phone', '13800136021'), value('person.home', '990200')],
})
const at = (change: Partial<SessionContext> = {}): SessionContext => ({
  ...freshVisit(),
  ...{ item: asking, card: cardOf(FIRST_PERSON), agreed: ['S90 3'], answers: { home: '990100' } },
  ...change,
})
const come = (context: SessionContext, data: PersonData) => ({
  ...context,
  ...toldCame(context, { id: 'S90', version: 3 }, data, check),
})

test('asked once, after her yes, for herself, where a department is named', () => {
  expect(wantsTold(at())).toBe(true)
  expect(wantsTold(at({ agreed: [] }))).toBe(false)
  expect(wantsTold(at({ card: null }))).toBe(false)
  expect(wantsTold(at({ item }))).toBe(false)
  expect(wantsTold(come(at(), { outcome: 'offline' }))).toBe(false)
})

test('fills in what she has not answered; a place that the card only began is not an answer', () => {
  const filled = come(at(), told())
  expect(filled.answers).toEqual({ home: '990200', phone: '13800136021' })
  expect(fieldTold(filled, phone, filled.answers)).toEqual({
    kind: 'shared',
    value: value('person.phone', '13800136021'),
  })
  const typed = come(at({ answers: { home: '990100', phone: '13900001234' } }), told())
  expect(typed.answers.phone).toBe('13900001234')
  expect(fieldTold(typed, phone, typed.answers)?.kind).toBe('contested')
})

test('what is told of another item, or of a proxy’s visit, fills in nothing', () => {
  const proxied = at({
    proxy: { answers: {}, faults: {}, page: 0, principal: null, bound: null, begunFor: null, refused: null },
  })
  expect(come(proxied, told())).toEqual(proxied)
  expect(toldCame(at(), { id: 'S90', version: 2 }, told(), check)).toEqual({})
})

test('nobody was asked, or nothing is known: she fills in, and it is said that nobody looked', () => {
  expect(fieldTold(at(), phone, {})).toBeUndefined()
  const offline = come(at(), { outcome: 'offline' })
  expect(offline.answers).toEqual({ home: '990100' })
  expect(fieldTold(offline, phone, offline.answers)).toEqual({ kind: 'unverified' })
})

test('a licence stands for the paper only when the hub named it and it is good today', () => {
  const good = come(at({ papers: { retired: 'licence' } }), told(licence()))
  expect(licenceToldFor(good, paper)?.isUsable).toBe(true)
  expect(mayGive(good, 'licence')).toBe(true)
  expect(papersGiven(good)).toEqual([{ materialId: 'retired', by: 'licence', licenceId: licence().id }])
  const old = come(at(), told(licence({ validTo: '2026-11-22' })))
  expect(licenceToldFor(old, paper)?.isUsable).toBe(false)
  for (const none of [old, at(), come(at(), told()), come(at(), { outcome: 'no-answer' })]) {
    expect(mayGive(none, 'licence')).toBe(false)
    // Settled so before a page was lost, it is asked for again.
    expect(areSettled({ ...none, papers: { retired: 'licence' } })).toBe(false)
  }
  expect(areSettled(good)).toBe(true)
})
