import { expect, test } from 'vitest'
import { applicantOf, namedApplicant, socialSecurityApplicant } from './identity.ts'
import { isForeigner2017 } from './person-numbers.ts'

const FIELDS = {
  name: '周明远',
  sex: '1',
  ethnicGroup: '01',
  birth: '19861102',
  address: '云洲市南桥区青石路 8 号',
  number: '990101198611020033',
  issuingAuthority: '云洲市公安局南桥分局',
  validFrom: '20160101',
  validTo: '20360101',
}
const READ_AT = '2026-11-21T02:00:00.000Z'
const read = (changes: Record<string, string>) =>
  applicantOf('citizen', { ...FIELDS, ...changes }, READ_AT, '2026-11-21')

test('a good card becomes an applicant', () => {
  expect(read({})).toMatchObject({
    ok: true,
    applicant: {
      name: '周明远',
      idNumber: '990101198611020033',
      sex: 'male',
      birth: '1986-11-02',
      validTo: '2036-01-01',
    },
  })
  expect(read({ validTo: '长期' })).toMatchObject({ ok: true })
})

test.each([
  [{ number: '990101198611020034' }, 'number-damaged'],
  [{ number: '990101199002290059', birth: '19900301' }, 'number-damaged'],
  // Reading it again would not help: the day is not missing, no calendar has it.
  [{ birth: '19860229' }, 'dates-disagree'],
  [{ number: '990101199002290059', birth: '19900229' }, 'number-damaged'],
  [{ birth: '1986' }, 'incomplete'],
  [{ birth: '' }, 'incomplete'],
  [{ birth: '19861103' }, 'dates-disagree'],
  [{ sex: '2' }, 'dates-disagree'],
  [{ validTo: '20261120' }, 'expired'],
  [{ name: '' }, 'incomplete'],
  [{ validTo: '' }, 'incomplete'],
])('%j is refused: %s', (changes, refusal) => {
  expect(read(changes as Record<string, string>)).toEqual({ ok: false, refusal })
})

test('the old number of a foreigner carries its own check digit', () => {
  // 7,3,1 weights by hand over ABC990190010100: A10 B11 C12 9 9 0 1 9 0 0 1 0 1 0.
  const sum = [10, 11, 12, 9, 9, 0, 1, 9, 0, 0, 1, 0, 1, 0].reduce(
    (total, value, i) => total + value * ([7, 3, 1][i % 3] ?? 0),
    0,
  )
  const number = `ABC99019001010${sum % 10}`
  expect(isForeigner2017(number)).toBe(true)
  expect(isForeigner2017(`ABC99019001010${(sum + 1) % 10}`)).toBe(false)
})

const CARD = { number: '990101195806120022', name: '孙桂兰', sex: '2', birth: '19580612', validTo: '20300601' }
const isOurs = (division: string) => division.startsWith('99')
const held = (changes: Partial<typeof CARD>) =>
  socialSecurityApplicant({ ...CARD, ...changes }, READ_AT, '2026-11-21', isOurs)

test('a social-security card gives name and number, and nothing that it does not have', () => {
  expect(held({})).toEqual({
    ok: true,
    applicant: {
      ...{ cardType: 'citizen', name: '孙桂兰', idNumber: '990101195806120022', sex: 'female', birth: '1958-06-12' },
      ...{ address: '', validTo: '2030-06-01', source: 'social-security-card', readAt: READ_AT },
    },
  })
  // Fields whose place in the file is unsure may be missing or hold something else.
  expect(held({ birth: '', sex: '', validTo: '' })).toMatchObject({ ok: true, applicant: { birth: '1958-06-12' } })
  expect(held({ birth: '990101' })).toMatchObject({ ok: true })
})

test.each([
  [{ number: '990101195806120023' }, 'number-damaged'],
  [{ number: '990101199002290059' }, 'number-damaged'],
  [{ number: '' }, 'incomplete'],
  [{ name: '' }, 'incomplete'],
  [{ name: '<b>' }, 'incomplete'],
  [{ birth: '19580613' }, 'dates-disagree'],
  [{ sex: '1' }, 'dates-disagree'],
  [{ validTo: '20261120' }, 'expired'],
])('a social-security card with %j is refused: %s', (changes, refusal) => {
  expect(held(changes)).toEqual({ ok: false, refusal })
})

test('a number that is no citizen’s is of its own kind; one without sex and birth is refused', () => {
  const permit = { name: '陈小明', idNumber: '810000199408230021' }
  expect(namedApplicant(permit, 'witness', READ_AT, '2026-11-21', isOurs)).toMatchObject({
    ...{ ok: true, applicant: { cardType: 'hk-mo-tw', source: 'witness', sex: 'female' } },
  })
  // 7,3,1 weights: a good number of 2017.
  const sum = [10, 11, 12, 9, 9, 0, 1, 9, 0, 0, 1, 0, 1, 0].reduce((s, v, i) => s + v * ([7, 3, 1][i % 3] ?? 0), 0)
  const foreigner = { name: 'ANNA SMITH', idNumber: `ABC99019001010${sum % 10}` }
  expect(namedApplicant(foreigner, 'code', READ_AT, '2026-11-21', isOurs)).toEqual({
    ...{ ok: false, refusal: 'number-damaged' },
  })
})
