import { z } from 'zod'
import { checkIdNumber, isRealDate } from './id-number.ts'
import { checkPersonNumber, isForeigner2017 } from './person-numbers.ts'
import { personNameFault } from './plain-values.ts'
import type { Applicant } from './submission.ts'

/** Why a card that was read well cannot be used. */
export const CardRefusalSchema = z.enum([
  'number-damaged',
  'dates-disagree',
  'expired',
  'incomplete',
  /** A card of another kind, where only a resident card proves who is here. */
  'id-card-wanted',
])
export type CardRefusal = z.infer<typeof CardRefusalSchema>
export type ApplicantResult =
  | { readonly ok: true; readonly applicant: Applicant }
  | { readonly ok: false; readonly refusal: CardRefusal }

/** 长期: never expires. */
const FOREVER = '长期'
const EIGHT_DIGITS = /^\d{8}$/

/**
 * Turns the raw fields of a card's text block (devices.md 1.6; names as drivers/id-card-reader gives them) into an
 * applicant, or says why not: check digits, real dates, number against birth date and sex, validity.
 * @param today ISO date at the terminal; readAt ISO instant.
 */
export function applicantOf(
  cardType: Applicant['cardType'],
  fields: Readonly<Record<string, string>>,
  readAt: string,
  today: string,
): ApplicantResult {
  const text = (...names: readonly string[]) =>
    names.map((name) => fields[name] ?? '').find((value) => value !== '') ?? ''
  const number = text('number')
  const name = text('name', 'chineseName', 'foreignName', 'englishName')
  const birthText = text('birth')
  const birth = isoDate(birthText)
  const expiry = text('validTo', 'expiry')
  const validTo = expiry === FOREVER ? FOREVER : isoDate(expiry)
  if (name === '' || number === '' || !EIGHT_DIGITS.test(birthText) || validTo === undefined)
    return { ok: false, refusal: 'incomplete' }

  const sex = sexOf(text('sex'))
  if (cardType === 'foreigner-2017') {
    if (!isForeigner2017(number)) return { ok: false, refusal: 'number-damaged' }
    if (number.slice(7, 13) !== birthText.slice(2)) return { ok: false, refusal: 'dates-disagree' }
  } else {
    const checked = checkIdNumber(number, today)
    if (!checked.ok) return { ok: false, refusal: 'number-damaged' }
    if (checked.birth !== birth || (sex !== 'unknown' && checked.sex !== sex))
      return { ok: false, refusal: 'dates-disagree' }
  }
  // A day that no calendar has was read well and stays so: reading again, as for "incomplete", would help nobody.
  if (birth === undefined) return { ok: false, refusal: 'dates-disagree' }
  if (validTo !== FOREVER && validTo < today) return { ok: false, refusal: 'expired' }
  return {
    ok: true,
    applicant: {
      cardType,
      name,
      idNumber: number,
      sex,
      birth,
      address: text('address'),
      validTo,
      source: 'id-card-chip',
      readAt,
    },
  }
}

/** What a sign-in other than by resident card says of a person. */
export interface NamedPerson {
  readonly name: string
  readonly idNumber: string
}

/**
 * An applicant of whom only name and number are known: birth and sex are the number's own. A foreigner's number of 2017
 * has neither and is refused as damaged: its holder has a card to show.
 * @param isOurDivision knows the divisions of the catalogue (checkPersonNumber); readAt ISO instant, today ISO date.
 */
export function namedApplicant(
  { name, idNumber }: NamedPerson,
  source: Exclude<Applicant['source'], 'id-card-chip'>,
  readAt: string,
  today: string,
  isOurDivision: (division: string) => boolean,
): ApplicantResult {
  const checked = checkPersonNumber(idNumber, today, isOurDivision)
  const frame = checkIdNumber(idNumber, today)
  if (!checked.ok || !frame.ok) return { ok: false, refusal: 'number-damaged' }
  if (name.trim() === '' || personNameFault(name) !== undefined) return { ok: false, refusal: 'incomplete' }
  const { birth, sex } = frame
  return {
    ok: true,
    applicant: { cardType: checked.kind, name, idNumber, sex, birth, address: '', validTo: '', source, readAt },
  }
}

/**
 * The holder of a social-security card by its public files EF05 and EF06 (devices.md 2.1; names as drivers/smart-card
 * gives them): name and number, and nothing that a resident card has beyond them. Birth and sex, where the card has them,
 * must be the number's; the place in the file of what stands behind the sex is unsure, so what is no date is passed over.
 */
export function socialSecurityApplicant(
  fields: Readonly<Partial<Record<'number' | 'name' | 'sex' | 'birth' | 'validTo', string>>>,
  readAt: string,
  today: string,
  isOurDivision: (division: string) => boolean,
): ApplicantResult {
  const { name = '', number = '', sex = '', birth = '', validTo = '' } = fields
  if (name === '' || number === '') return { ok: false, refusal: 'incomplete' }
  const person = { name, idNumber: number }
  const found = namedApplicant(person, 'social-security-card', readAt, today, isOurDivision)
  if (!found.ok) return found
  const onCard = { sex: sexOf(sex), birth: isoDate(birth), validTo: isoDate(validTo) }
  if (onCard.birth !== undefined && onCard.birth !== found.applicant.birth)
    return { ok: false, refusal: 'dates-disagree' }
  if (onCard.sex !== 'unknown' && onCard.sex !== found.applicant.sex) return { ok: false, refusal: 'dates-disagree' }
  if (onCard.validTo !== undefined && onCard.validTo < today) return { ok: false, refusal: 'expired' }
  return { ok: true, applicant: { ...found.applicant, validTo: onCard.validTo ?? '' } }
}

/** YYYYMMDD to an ISO date that exists. */
function isoDate(digits: string): string | undefined {
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`
  return digits.length === 8 && isRealDate(iso) ? iso : undefined
}

function sexOf(code: string): Applicant['sex'] {
  if (code === '1') return 'male'
  return code === '2' ? 'female' : 'unknown'
}
