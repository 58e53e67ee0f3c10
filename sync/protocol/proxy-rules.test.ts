import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Applicant } from './applicant.ts'
import { mod11_2 } from './check-digits.ts'
import { AuthoritySchema, RelationSchema } from './item-parts.ts'
import { checkMaterials, materialsWanted } from './materials.ts'
import { type ProxyBlock, ProxyBlockSchema, proxyOf, typedApplicant, withAuthorityPaper } from './proxy.ts'
import { type ProxyContext, principalKind, proxyFaults, relationsWith } from './proxy-rules.ts'
import type { ServiceItem } from './service-item.ts'

const TODAY = '2026-11-23'
const CODE = '11990100MB9900021U4992014002001'
const context: ProxyContext = { today: TODAY, divisions: [{ code: '990101', name: { zh: '南桥区' } }] }
const label = { zh: '我是' }
type Rule = Extract<NonNullable<ServiceItem['proxy']>, { allowed: true }>

const personArbitrary = (agesYears: { min: number; max: number }) =>
  fc
    .record({
      years: fc.integer(agesYears),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 28 }),
      sequence: fc.integer({ min: 0, max: 999 }),
      name: fc.constantFrom('赵德厚', '孙桂兰', '周明远', '买买提·艾力'),
    })
    .map(({ years, month, day, sequence, name }): Applicant => {
      const two = (value: number) => String(value).padStart(2, '0')
      const birth = `${2026 - years}-${two(month)}-${two(day)}`
      const body = `990101${birth.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`
      return {
        ...{ cardType: 'citizen', name, idNumber: `${body}${mod11_2(body)}`, birth, address: '', validTo: '' },
        ...{ sex: sequence % 2 === 1 ? 'male' : 'female', source: 'id-card-chip', readAt: `${TODAY}T02:00:00.000Z` },
      }
    })
const adult = personArbitrary({ min: 20, max: 100 })
const child = personArbitrary({ min: 1, max: 16 })
const ruleArbitrary: fc.Arbitrary<Rule> = fc.record({
  allowed: fc.constant(true as const),
  who: fc.constant(label),
  authorities: fc.subarray([...AuthoritySchema.options], { minLength: 1 }),
  relations: fc
    .subarray([...RelationSchema.options], { minLength: 1 })
    .map((values) => values.map((value) => ({ value, label }))),
})
const itemOf = (proxy: ServiceItem['proxy']) => ({ code: CODE, proxy })

function proxyFor(agent: Applicant, principal: Applicant, change: Partial<ProxyBlock> = {}): ProxyBlock {
  const proxy = proxyOf({ relation: 'child', authority: 'principal-present' }, agent, principal, { code: CODE })
  if (proxy === undefined) throw new Error('no proxy')
  return ProxyBlockSchema.parse({ ...proxy, ...change })
}
const faultsOf = (item: ReturnType<typeof itemOf>, proxy: ProxyBlock, applicant: Applicant, about = context) =>
  proxyFaults(item, proxy, applicant, about).map(({ fault }) => fault)
const open: Rule = {
  allowed: true,
  who: label,
  authorities: [...AuthoritySchema.options],
  relations: RelationSchema.options.map((value) => ({ value, label })),
}

test('both cards, a relation and an authority that the item takes: nothing is wrong', () => {
  fc.assert(
    fc.property(ruleArbitrary, adult, adult, fc.nat(), (rule, agent, principal, pick) => {
      fc.pre(agent.idNumber !== principal.idNumber && rule.authorities.includes('principal-present'))
      const relation = rule.relations[pick % rule.relations.length]?.value ?? 'other'
      expect(proxyFaults(itemOf(rule), proxyFor(agent, principal, { relation }), principal, context)).toEqual([])
    }),
  )
})

test('an item that forbids it, or says nothing, takes it from nobody', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(undefined, { allowed: false as const, sentence: label }),
      adult,
      adult,
      (rule, a, b) => {
        expect(faultsOf(itemOf(rule), proxyFor(a, b), b)).toEqual(['forbidden'])
      },
    ),
  )
})

test('a relation or an authority is taken exactly when the item names it', () => {
  const relation = fc.constantFrom(...RelationSchema.options)
  const authority = fc.constantFrom(...AuthoritySchema.options)
  fc.assert(
    fc.property(ruleArbitrary, relation, authority, adult, adult, (rule, relation, authority, agent, principal) => {
      fc.pre(agent.idNumber !== principal.idNumber)
      const found = faultsOf(itemOf(rule), proxyFor(agent, principal, { relation, authority }), principal)
      expect(found.includes('relation-not-allowed')).toBe(!rule.relations.some(({ value }) => value === relation))
      expect(found.includes('authority-not-allowed')).toBe(!rule.authorities.includes(authority))
      for (const each of relationsWith({ proxy: rule }, authority)) {
        expect(rule.relations.map(({ value }) => value)).toContain(each)
      }
    }),
  )
})

test('nobody is her own proxy', () => {
  fc.assert(
    fc.property(adult, (person) => {
      expect(faultsOf(itemOf(open), proxyFor(person, person), person)).toContain('principal-is-agent')
    }),
  )
})

test('any single character of a principal’s number changed is no number, or another person', () => {
  fc.assert(
    fc.property(adult, adult, fc.nat(17), fc.integer({ min: 1, max: 9 }), (agent, principal, place, by) => {
      const digit = principal.idNumber.charAt(place)
      const other = digit === 'X' ? String(by) : String((Number(digit) + by) % 10)
      const idNumber = `${principal.idNumber.slice(0, place)}${other}${principal.idNumber.slice(place + 1)}`
      const proxy = proxyFor(agent, principal, { principal: { ...proxyFor(agent, principal).principal, idNumber } })
      const found = faultsOf(itemOf(open), proxy, principal)
      expect(found).toContain('principal-differs')
      if (place > 5) expect(found).toContain('principal-number')
    }),
  )
})

describe('what proves the authority', () => {
  const [agent, principal] = fc.sample(adult, { numRuns: 2, seed: 7 }) as [Applicant, Applicant]
  const typed: Applicant = { ...principal, source: 'typed' }
  const claimed = (authority: ProxyBlock['authority'], of: Applicant = typed) => proxyFor(agent, of, { authority })

  test('the principal’s chip, not what somebody typed', () => {
    expect(faultsOf(itemOf(open), claimed('principal-present'), typed)).toEqual(['authority-missing'])
    expect(faultsOf(itemOf(open), claimed('principal-present', principal), typed)).toEqual(['principal-differs'])
  })

  test('the letter: only where the item says what it is; then it is a material that must be there', () => {
    expect(faultsOf(itemOf(open), claimed('scanned-authority'), typed)).toEqual(['authority-missing'])
    const item = { ...itemOf({ ...open, paper: { id: 'letter', name: label, maxPages: 2 } }), materials: [] }
    expect(faultsOf(item, claimed('scanned-authority'), typed)).toEqual([])
    const asked = withAuthorityPaper(item, 'scanned-authority')
    expect(checkMaterials(asked, {}, [], [])).toEqual([{ field: 'letter', fault: 'material-missing' }])
    expect(checkMaterials(asked, {}, [], [{ materialId: 'letter', bytes: 9 }])).toEqual([])
    for (const other of [undefined, 'principal-present', 'legal-guardian'] as const) {
      expect(materialsWanted(withAuthorityPaper(item, other), {})).toEqual([])
    }
  })

  test('a binding: only the hub’s own word for it', () => {
    expect(faultsOf(itemOf(open), claimed('standing-binding'), typed)).toEqual(['authority-missing'])
    const isBound = (one: string, other: string) => one === agent.idNumber && other === typed.idNumber
    expect(faultsOf(itemOf(open), claimed('standing-binding'), typed, { ...context, isBound })).toEqual([])
  })

  test('a guardian: by that name, or a parent of somebody under 18', () => {
    fc.assert(
      fc.property(child, (minor) => {
        const of = (who: Applicant, relation: ProxyBlock['relation']) =>
          faultsOf(itemOf(open), proxyFor(agent, who, { authority: 'legal-guardian', relation }), who)
        const young: Applicant = { ...minor, source: 'typed' }
        expect(of(young, 'parent')).toEqual([])
        expect(of(young, 'guardian')).toEqual([])
        expect(of(typed, 'guardian')).toEqual([])
        expect(of(typed, 'parent')).toEqual(['not-a-guardian'])
        expect(of(young, 'official')).toEqual(['not-a-guardian'])
      }),
      { numRuns: 20 },
    )
  })

  test('a typed name is a name', () => {
    const odd: Applicant = { ...typed, name: '?!' }
    expect(faultsOf(itemOf(open), claimed('legal-guardian', odd), odd)).toContain('principal-name')
  })
})

test('the agent is as old as the item asks, to the day', () => {
  const rule: Rule = { ...open, agentAtLeast: 18 }
  const [principal] = fc.sample(adult, 1) as [Applicant]
  fc.assert(
    fc.property(personArbitrary({ min: 1, max: 40 }), (agent) => {
      fc.pre(agent.idNumber !== principal.idNumber)
      const isOfAge = `${Number(agent.birth.slice(0, 4)) + 18}${agent.birth.slice(4)}` <= TODAY
      const found = faultsOf(itemOf(rule), proxyFor(agent, principal), principal)
      expect(found.includes('agent-too-young')).toBe(!isOfAge)
      expect(faultsOf(itemOf(open), proxyFor(agent, principal), principal)).toEqual([])
    }),
  )
})

test('an authority for another item is none, and without a proxy an applicant was seen by her card', () => {
  const [agent, principal] = fc.sample(adult, { numRuns: 2, seed: 3 }) as [Applicant, Applicant]
  const scope = { itemCode: `${CODE.slice(0, -1)}2`, through: 'this-submission' as const }
  expect(faultsOf(itemOf(open), proxyFor(agent, principal, { scope }), principal)).toEqual(['out-of-scope'])
  expect(proxyFaults(itemOf(open), undefined, principal, context)).toEqual([])
  expect(proxyFaults(itemOf(open), undefined, { ...principal, source: 'typed' }, context)).toEqual([
    { field: 'applicant', fault: 'typed-applicant' },
  ])
})

test('a typed principal has what the number says, and no more', () => {
  expect(principalKind('990101194103070010', context)).toBeUndefined()
  const kind = principalKind('99010119410307001X', context)
  expect(kind).toBe('citizen')
  const idNumber = '99010119410307001X'
  expect(
    typedApplicant({ name: '赵德厚', idNumber }, kind ?? 'citizen', `${TODAY}T02:00:00.000Z`, TODAY),
  ).toMatchObject({
    ...{ birth: '1941-03-07', sex: 'male', address: '', source: 'typed' },
  })
})
