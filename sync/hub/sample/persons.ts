import { makeLicenceId } from '../../protocol/affair-codes.ts'
import type { Licence, SharedValue } from '../../protocol/person.ts'
import type { ServiceItem } from '../../protocol/service-item.ts'
import type { PersonAdapters } from '../person-adapters.ts'
import { chinaDate, type HubSources } from '../sources.ts'
import { text } from './common.ts'
import { civilAffairs, humanResources, licenceType, publicSecurity } from './departments.ts'

/**
 * What the sample departments know of the sample persons (domain.md section 5, all in division 99xxxx): enough to see each
 * way of a form, a licence that ran out among them.
 */

const ZHAO = '99010119410307001X'
const SUN = '990101195806120022'
const ZHOU = '990101198611020033'

type Known = Omit<SharedValue, 'asOf'>
const insured = text('市医保局', 'City Healthcare Bureau')
const fund = text('市公积金中心', 'City Housing Fund Centre')
const bureau = text('区人社局', 'District Human Resources Bureau')

const SHARED: Readonly<Record<string, readonly Known[]>> = {
  [ZHAO]: [
    { key: 'medical.insured-place', value: '990100', source: insured },
    { key: 'pension.retired-on', value: '2001-04-01', source: bureau },
    { key: 'social-card.account', value: '6222990101001000019', source: bureau },
  ],
  [SUN]: [
    { key: 'medical.insured-place', value: '990100', source: insured },
    { key: 'pension.retired-on', value: '2013-07-01', source: bureau },
    { key: 'fund.account', value: '990100200612', source: fund },
    { key: 'fund.balance', value: '86420.50', source: fund },
  ],
  [ZHOU]: [
    { key: 'medical.insured-place', value: '990100', source: insured },
    { key: 'fund.account', value: '990100200733', source: fund },
    { key: 'fund.balance', value: '53100.00', source: fund },
  ],
}

type Department = ServiceItem['department']

/** @param number of the type, as the items name it. */
function licence(
  department: Department,
  number: string,
  [zh, en]: readonly [string, string],
  serial: string,
  valid: Pick<Licence, 'validFrom' | 'validTo'> & { readonly state?: Licence['state'] },
): Licence {
  const type = licenceType(department, number)
  const id = makeLicenceId(type, department.uscc, serial)
  return { id, type, name: text(zh, en), issuer: department.name, state: 'valid', ...valid }
}

const household = (serial: string) =>
  licence(publicSecurity, '011', ['户口簿', 'Household book'], serial, { validFrom: '2020-01-06', validTo: null })
const residence = (serial: string) =>
  licence(publicSecurity, '021', ['居住证', 'Residence permit'], serial, { validFrom: '2024-03-01', validTo: null })

const LICENCES: Readonly<Record<string, readonly Licence[]>> = {
  [ZHAO]: [
    household('HK19410307001'),
    licence(civilAffairs, '081', ['残疾人证', 'Disability certificate'], 'CJ1941030701', {
      ...{ validFrom: '2014-05-06', validTo: '2024-05-05' },
    }),
  ],
  [SUN]: [
    household('HK19580612002'),
    licence(humanResources, '041', ['退休证', 'Retirement certificate'], 'TX20130701022', {
      ...{ validFrom: '2013-07-01', validTo: null },
    }),
  ],
  [ZHOU]: [
    household('HK19861102003'),
    residence('JZ20240301033'),
    licence(civilAffairs, '061', ['结婚证', 'Marriage certificate'], 'JH20150520033', {
      ...{ validFrom: '2015-05-20', validTo: null },
    }),
  ],
}

export function samplePersonAdapters(sources: Pick<HubSources, 'now'>): PersonAdapters {
  return {
    sharedData: {
      async of({ idNumber }, keys) {
        const asOf = chinaDate(new Date(sources.now()).toISOString())
        return (SHARED[idNumber] ?? []).filter(({ key }) => keys.includes(key)).map((known) => ({ ...known, asOf }))
      },
    },
    licences: {
      of: async ({ idNumber }, types) => (LICENCES[idNumber] ?? []).filter(({ type }) => types.includes(type)),
    },
  }
}
