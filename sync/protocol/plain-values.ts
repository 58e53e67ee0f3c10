/** Values whose rule fits in a line or two: the same at the screen, in main and at the hub. */

/** YD/T numbering: mainland mobile numbers, 11 digits. */
export function isMobile(text: string): boolean {
  return /^1[3-9]\d{9}$/.test(text)
}

/** A post code of GB/T 2260's country: six digits, no zone 00. */
export function isPostalCode(text: string): boolean {
  return /^\d{6}$/.test(text) && !text.startsWith('00')
}

export type BankCardFault = 'length' | 'characters' | 'check-digit'
const BANK_CARD_MIN = 12
const BANK_CARD_MAX = 19

/** A bank card by ISO/IEC 7812-1: 12 to 19 digits, the last by Luhn. The first fault, or nothing. */
export function bankCardFault(text: string): BankCardFault | undefined {
  if (!/^\d*$/.test(text)) return 'characters'
  if (text.length < BANK_CARD_MIN || text.length > BANK_CARD_MAX) return 'length'
  return luhnSum(text) % 10 === 0 ? undefined : 'check-digit'
}

/** Luhn (ISO/IEC 7812-1 annex B): every second digit from the right is doubled, its digits added. */
function luhnSum(digits: string): number {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits.charAt(digits.length - 1 - i))
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum
}

/** Province-level numbers of GB/T 2260-2007. */
const PROVINCES: readonly string[] =
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82'.split(' ')

/** True for the two digits of a province, region, municipality or special region of GB/T 2260. */
export function isProvince(digits: string): boolean {
  return PROVINCES.includes(digits)
}

/**
 * True for a number built as GB/T 2260 builds them: province, prefecture, county, a county never without its
 * prefecture. Which numbers are given to a place is what the catalogue's list says.
 */
export function isDivisionCode(text: string): boolean {
  return /^[1-9]\d{5}$/.test(text) && !/^\d{2}00(?!00)/.test(text)
}

/** 出生医学证明 since 1996: a letter for the printing and nine digits. */
export function isBirthCertificateNumber(text: string): boolean {
  return /^[A-Z]\d{9}$/.test(text)
}

export type AmountFault = 'not-a-number' | 'too-small' | 'too-large'

/** Yuan as written ("1200", "0.50") to fen; nothing when it is no amount: at most 12 digits and two decimals. */
export function fenOf(text: string): number | undefined {
  const parts = /^(0|[1-9]\d{0,11})(?:\.(\d{1,2}))?$/.exec(text)
  if (parts === null) return undefined
  return Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'))
}

/** A whole number as written, without sign and without leading zeros; nothing when it is none. */
export function wholeOf(text: string): number | undefined {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined
}

/** YYYY-MM of a month that exists. */
export function isRealMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text)
}

/** Names of GB 11643 cards: Han with "·" between parts, or Latin letters with spaces; 2 to 50 glyphs. */
export type PersonNameFault = 'too-short' | 'too-long' | 'characters'
const NAME_MIN = 2
const NAME_MAX = 50

export function personNameFault(text: string): PersonNameFault | undefined {
  const glyphs = [...text].length
  if (glyphs < NAME_MIN) return 'too-short'
  if (glyphs > NAME_MAX) return 'too-long'
  const isHan = /^[\p{Script=Han}〇]+(?:·[\p{Script=Han}〇]+)*$/u.test(text)
  return isHan || /^\p{Script=Latin}+(?:[ ,.'’-]{1,2}\p{Script=Latin}+)*\.?$/u.test(text) ? undefined : 'characters'
}
