import type { CardType, RawFields } from './states.ts'

/**
 * Invented card holders for simulators, demos and tests. Their numbers are in division 99xxxx, which is never given
 * out (reference/domain.md 5), or carry a part that no real number has; the city of 云洲 does not exist.
 */
export interface SamplePerson {
  readonly id: string
  readonly cardType: CardType
  readonly fields: RawFields
  /** What 30 03 answers; absent = the card has none. */
  readonly additionalAddress?: string
  /** What 30 10 brings along, in bytes; absent = the card has none. */
  readonly fingerprintBytes?: 512 | 1024
  /** What 30 05 answers, in hexadecimal digits; absent = the card has none. */
  readonly managementNumber?: string
}

const AUTHORITY = '云洲市公安局南桥分局'

const zhao: SamplePerson = {
  id: 'zhao-dehou',
  cardType: 'citizen',
  fields: {
    name: '赵德厚',
    sex: '1',
    ethnicGroup: '01',
    birth: '19410307',
    address: '云洲市南桥区柳荫街12号3栋201室',
    number: '99010119410307001X',
    issuingAuthority: AUTHORITY,
    validFrom: '20120514',
    validTo: '长期',
  },
  additionalAddress: '云洲市南桥区望河路8号颐年公寓2栋105室',
  fingerprintBytes: 1024,
  managementNumber: '99010100000000000000194103070001',
}

const sun: SamplePerson = {
  id: 'sun-guilan',
  cardType: 'citizen',
  fields: {
    name: '孙桂兰',
    sex: '2',
    ethnicGroup: '03',
    birth: '19580612',
    address: '云洲市南桥区青石巷27号',
    number: '990101195806120022',
    issuingAuthority: AUTHORITY,
    validFrom: '20180621',
    validTo: '长期',
  },
}

const zhou: SamplePerson = {
  id: 'zhou-mingyuan',
  cardType: 'citizen',
  fields: {
    name: '周明远',
    sex: '1',
    ethnicGroup: '01',
    birth: '19861102',
    address: '云洲市南桥区文昌路66号云锦苑5栋1单元902室',
    number: '990101198611020033',
    issuingAuthority: AUTHORITY,
    validFrom: '20190408',
    validTo: '20390408',
  },
  fingerprintBytes: 512,
}

const newborn: SamplePerson = {
  id: 'zhou-xiaoman',
  cardType: 'citizen',
  fields: {
    name: '周小满',
    sex: '2',
    ethnicGroup: '01',
    birth: '20260815',
    address: '云洲市南桥区文昌路66号云锦苑5栋1单元902室',
    number: '990101202608150047',
    issuingAuthority: AUTHORITY,
    validFrom: '20260901',
    validTo: '20310901',
  },
}

/** The four of the dev dock: 85 and 68 years, an adult, a newborn. */
export const SAMPLE_PERSONS: readonly SamplePerson[] = [zhao, sun, zhou, newborn]

/** One card of each other type. */
export const SAMPLE_OTHER_CARDS: readonly SamplePerson[] = [
  {
    id: 'foreigner-2023',
    cardType: 'foreigner-2023',
    fields: {
      chineseName: '安若思',
      sex: '2',
      renewals: '01',
      birth: '19850312',
      // Longer than the 35 letters of the first place, so that it goes on in the second.
      foreignName: 'ANDERSSON-MONTGOMERY, ROSALIND EVANGELINE',
      number: '999826198503120014',
      issueDate: '20240105',
      expiry: '20340104',
      nationality: 'GBR',
      formerNumberLink: '',
    },
  },
  {
    id: 'foreigner-2017',
    cardType: 'foreigner-2017',
    fields: {
      englishName: 'HARTLEY, EDMUND',
      sex: '1',
      number: 'GBR990185031215',
      nationality: 'GBR',
      chineseName: '何德明',
      issueDate: '20190620',
      expiry: '20290619',
      birth: '19850312',
      cardVersion: '01',
      acceptingAuthorityCode: '9901',
    },
  },
  {
    id: 'hk-mo-tw',
    cardType: 'hk-mo-tw',
    fields: {
      name: '陈海晴',
      sex: '2',
      birth: '19991231',
      address: '云洲市南桥区临江路3号',
      number: '810000199912310004',
      issuingAuthority: AUTHORITY,
      validFrom: '20220301',
      validTo: '20270301',
      travelPermitNumber: 'H00000000',
      issues: '01',
    },
  },
]

/** Cards that a reader delivers in good faith and that main must refuse. */
export const SAMPLE_BAD_CARDS: readonly SamplePerson[] = [
  {
    id: 'impossible-date',
    cardType: 'citizen',
    // A right check digit over the 29th of February 1990.
    fields: { ...zhou.fields, name: '吴二九', birth: '19900229', number: '990101199002290059' },
  },
  {
    id: 'wrong-check-digit',
    cardType: 'citizen',
    fields: { ...zhou.fields, name: '郑错位', number: '990101198611020032' },
  },
]

/** All of them, by id. */
export function samplePerson(id: string): SamplePerson | undefined {
  return [...SAMPLE_PERSONS, ...SAMPLE_OTHER_CARDS, ...SAMPLE_BAD_CARDS].find((person) => person.id === id)
}
