import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkCaseCode, checkItemCode, checkLicenceId } from './affair-codes.ts'
import { hybridCheck, mod11_2 } from './check-digits.ts'
import {
  checkForeigner2023,
  checkPersonNumber,
  checkResidencePermit,
  disabilityCertificateFault,
} from './person-numbers.ts'
import {
  bankCardFault,
  fenOf,
  isBirthCertificateNumber,
  isDivisionCode,
  isMobile,
  isPostalCode,
  isRealMonth,
  personNameFault,
  wholeOf,
} from './plain-values.ts'
import { checkUscc, organisationCheck, usccCheck } from './uscc.ts'

const TODAY = '2026-11-21'
const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const ALNUM = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const isOurs = (division: string) => division.startsWith('99')

/** Departments of domain.md section 5, and a real code that a province publishes (section 2.4). */
const USCC = [
  '11990100MB99000131',
  '11990100MB9900021U',
  '11990100MB990003XK',
  '12990100MB9900048G',
  '11990100MB9900056E',
  '11990100MB99000649',
  '11990100MB99000724',
  '11990100MB9900080Y',
  '11990100MB9900099U',
  '11990100MB9900101F',
  '11990100MB990011X7',
  '12441500196720244T',
]

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length })
const of = (alphabet: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length })
const birthDigits = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2026-11-20T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''))
const framed = (head: fc.Arbitrary<string>) =>
  fc.tuple(head, birthDigits, digits(3)).map(([first, birth, sequence]) => {
    const body = first + birth + sequence
    return body + mod11_2(body)
  })
const uscc = fc.tuple(of(USCC_ALPHABET, 2), digits(6), of(USCC_ALPHABET, 8)).map(([head, division, organisation]) => {
  const body = head + division + organisation + organisationCheck(organisation)
  return body + usccCheck(body)
})

/** Every text that differs from `text` at one place, by a sign of the alphabet. */
const oneOff = (text: string, alphabet: string) =>
  [...text].flatMap((was, at) =>
    [...alphabet].filter((sign) => sign !== was).map((sign) => text.slice(0, at) + sign + text.slice(at + 1)),
  )

describe('unified social credit code, GB 32100', () => {
  test.each(USCC)('%s is good', (code) =>
    expect(checkUscc(code)).toMatchObject({ ok: true, organisation: code.slice(8, 17) }),
  )

  test.each([
    ['11990100MB9900013', 'length'],
    ['11990100MB990001311', 'length'],
    ['11990100mb99000131', 'characters'],
    ['11990100MB9900013I', 'characters'],
    ['1199O100MB99000131', 'characters'],
    ['11990100MB99000132', 'check-digit'],
    ['11990100MB99000213', 'check-digit'],
  ])('%s: %s', (code, fault) => expect(checkUscc(code)).toEqual({ ok: false, fault }))

  test('the organisation in it has its own check', () => {
    const body = '11990100MB9900014'
    expect(checkUscc(body + usccCheck(body))).toEqual({ ok: false, fault: 'organisation-check-digit' })
  })

  test('any made by the rule is good, and one wrong sign is found', () => {
    fc.assert(
      fc.property(uscc, (code) => {
        expect(checkUscc(code).ok).toBe(true)
        const wrong = oneOff(code, USCC_ALPHABET).filter((other) => checkUscc(other).ok)
        expect(wrong).toEqual([])
      }),
      { numRuns: 30 },
    )
  })
})

describe('item and case codes', () => {
  const item = '12441500196720244T3442199806003'
  test('the published example, and what it says', () => {
    expect(checkItemCode(item)).toEqual({
      ok: true,
      department: '12441500196720244T',
      level: '3',
      basic: '442199806003',
    })
    expect(checkCaseCode(`${item}202206230068`)).toEqual({
      ok: true,
      itemCode: item,
      date: '2022-06-23',
      serial: '0068',
    })
  })

  test.each([
    [item.slice(1), 'length'],
    [`${item}0`, 'length'],
    ['12441500196720244T7442199806003', 'characters'],
    ['12441500196720244T34421998060X3', 'characters'],
    ['12441500196720245T3442199806003', 'check-digit'],
  ])('%s: %s', (code, fault) => expect(checkItemCode(code)).toEqual({ ok: false, fault }))

  test.each([
    [`${item}20220623006`, 'length'],
    [`${item}202202300068`, 'impossible-date'],
    [`${item}20220623006A`, 'characters'],
    [`12441500196720245T3442199806003202206230068`, 'check-digit'],
  ])('%s: %s', (code, fault) => expect(checkCaseCode(code)).toEqual({ ok: false, fault }))

  test('a day and a serial make a case code of any item code', () => {
    fc.assert(
      fc.property(
        uscc,
        fc.integer({ min: 1, max: 6 }),
        digits(12),
        birthDigits,
        digits(4),
        (code, level, basic, day, serial) => {
          const made = `${code}${level}${basic}`
          expect(checkItemCode(made)).toMatchObject({ ok: true, level: String(level), basic })
          expect(checkCaseCode(made + day + serial)).toMatchObject({ ok: true, itemCode: made, serial })
        },
      ),
    )
  })
})

describe('licence identifier, GB/T 36904', () => {
  test('its check is ISO 7064 MOD 37,36 (the worked example of a GRid, ISO 7064 and IFPI)', () => {
    expect(hybridCheck('A12425GABC1234002', ALNUM)).toBe('M')
  })

  const parts = fc.tuple(
    of(ALNUM, 21),
    fc.oneof(uscc, digits(6)),
    fc.integer({ min: 1, max: 20 }).chain((n) => of(ALNUM, n)),
    digits(3),
  )
  test('made by the rule it is good; one wrong sign, a lost root or a lost part is found', () => {
    fc.assert(
      fc.property(parts, fc.nat(), ([type, issuer, serial, version], at) => {
        const check = hybridCheck(type + issuer + serial + version, ALNUM)
        const body = `${type}.${issuer}.${serial}.${version}.`
        const id = `1.2.156.3005.2.${body}${check}`
        expect(checkLicenceId(id)).toEqual({ ok: true, type, issuer, serial, version })
        const place = at % body.length
        if (body.charAt(place) !== '.') {
          const wrong = body.charAt(place) === '7' ? '8' : '7'
          const other = `1.2.156.3005.2.${body.slice(0, place)}${wrong}${body.slice(place + 1)}${check}`
          expect(checkLicenceId(other).ok).toBe(false)
        }
        expect(checkLicenceId(`1.2.156.3005.3.${body}${check}`)).toEqual({ ok: false, fault: 'root' })
        expect(checkLicenceId(`1.2.156.3005.2.${type}.${issuer}.${version}.${check}`).ok).toBe(false)
      }),
    )
  })
})

describe('numbers of persons', () => {
  test.each([
    ['99010119410307001X', 'citizen'],
    ['11010519491231002X', 'citizen'],
    ['ABC990190010105', undefined],
  ])('%s is of kind %s', (number, kind) => {
    const result = checkPersonNumber(number, TODAY, isOurs)
    expect(result.ok ? result.kind : undefined).toBe(kind)
  })

  test('Hong Kong, Macao and Taiwan permits, and foreigners since 2023, have the frame of GB 11643', () => {
    fc.assert(
      fc.property(framed(fc.constantFrom('810000', '820000', '830000')), (number) => {
        expect(checkResidencePermit(number, TODAY)).toMatchObject({ ok: true, kind: 'hk-mo-tw' })
        expect(checkPersonNumber(number, TODAY, isOurs)).toMatchObject({ ok: true, kind: 'hk-mo-tw' })
        expect(oneOff(number, '0123456789').filter((other) => checkResidencePermit(other, TODAY).ok)).toEqual([])
      }),
      { numRuns: 30 },
    )
    fc.assert(
      fc.property(framed(fc.constantFrom('911840', '931156', '944704')), (number) => {
        expect(checkForeigner2023(number, TODAY)).toMatchObject({ ok: true, kind: 'foreigner-2023' })
        expect(checkPersonNumber(number, TODAY, isOurs)).toMatchObject({ ok: true, kind: 'foreigner-2023' })
      }),
    )
    fc.assert(
      fc.property(framed(fc.constantFrom('990101', '916840', '911000', '110105')), (number) => {
        expect(checkForeigner2023(number, TODAY).ok).toBe(false)
        expect(checkResidencePermit(number, TODAY).ok).toBe(false)
      }),
    )
  })

  test('99 is a citizen only where the catalogue has such places', () => {
    expect(checkPersonNumber('990101198611020033', TODAY, () => false)).toEqual({ ok: false, fault: 'characters' })
  })

  test.each([
    ['99010119410307001X43', undefined],
    ['99010119410307001X83', 'unknown-kind'],
    ['99010119410307001X45', 'unknown-kind'],
    ['99010119410307001143', 'check-digit'],
    ['99010119410307001X4', 'length'],
  ])('disability certificate %s: %s', (text, fault) => expect(disabilityCertificateFault(text, TODAY)).toBe(fault))
})

describe('plain values', () => {
  test.each([
    ['4111111111111111', undefined],
    ['6222020000000000000', undefined],
    ['6222020000000000001', 'check-digit'],
    ['79927398713', 'length'],
    ['4111111111111112', 'check-digit'],
    ['4111 1111 1111 1111', 'characters'],
    ['411111111111111111111', 'length'],
  ])('bank card %s: %s', (text, fault) => expect(bankCardFault(text)).toBe(fault))

  test('exactly one last digit makes a bank card, and a wrong digit is found', () => {
    fc.assert(
      fc.property(fc.integer({ min: 11, max: 18 }).chain(digits), (body) => {
        const good = [...'0123456789'].filter((digit) => bankCardFault(body + digit) === undefined)
        expect(good).toHaveLength(1)
        const wrong = oneOff(body + good[0], '0123456789').filter((other) => bankCardFault(other) === undefined)
        expect(wrong).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    [isMobile, ['13800136021', '19900000000'], ['12800136021', '1380013602', '138001360211', '+8613800136021']],
    [isPostalCode, ['100000', '650000'], ['000001', '00100', '1000000', '10000A']],
    [isDivisionCode, ['990101', '110000', '110100', '469001'], ['000000', '99010', '990001', '99010A']],
    [isBirthCertificateNumber, ['G110000001', 'Z990000123'], ['1110000001', 'G11000000', 'g110000001', 'GG10000001']],
    [isRealMonth, ['2026-01', '2026-12'], ['2026-00', '2026-13', '2026-1', '202601']],
  ] as const)('%o', (check, good, bad) => {
    expect(good.filter((text) => !check(text))).toEqual([])
    expect(bad.filter((text) => check(text))).toEqual([])
  })

  test('amounts are read exactly, to the fen', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999_999 }), (fen) => {
        const text = `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`
        expect(fenOf(text)).toBe(fen)
      }),
    )
    expect(['1200', '0.5', '0'].map(fenOf)).toEqual([120_000, 50, 0])
    const none = ['', '-1', '1.234', '01', '1,000', '1e3', '１', '.5', '5.', '1234567890123']
    expect(none.filter((text) => fenOf(text) !== undefined)).toEqual([])
    expect(['007', '-1', '1.0', '', ' 1', '1234567890123456'].filter((text) => wholeOf(text) !== undefined)).toEqual([])
    expect(wholeOf('500')).toBe(500)
  })

  test.each([
    ['周明远', undefined],
    ['阿依古丽·买买提', undefined],
    ['𠮷𠮷', undefined],
    ['MARIA DA SILVA-COSTA', undefined],
    ["O'NEIL, JOHN JR.", undefined],
    ['周', 'too-short'],
    ['周'.repeat(50), undefined],
    ['周'.repeat(51), 'too-long'],
    ['·周明', 'characters'],
    ['周··明', 'characters'],
    ['周明1', 'characters'],
    ['周 明', 'characters'],
    ['周明<', 'characters'],
  ])('name %s: %s', (name, fault) => expect(personNameFault(name)).toBe(fault))

  test('nothing that comes in makes a validator throw', () => {
    const checks = [
      checkUscc,
      checkItemCode,
      checkCaseCode,
      checkLicenceId,
      bankCardFault,
      personNameFault,
      fenOf,
      wholeOf,
      isMobile,
      isDivisionCode,
      (text: string) => checkPersonNumber(text, TODAY, isOurs),
      (text: string) => disabilityCertificateFault(text, TODAY),
    ]
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => void checks.map((check) => check(text))))
  })
})
