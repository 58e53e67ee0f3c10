import { checkIdNumber, type IdNumberFault } from './id-number.ts'
import { isProvince } from './plain-values.ts'

/** Numbers of persons other than by the citizen's card alone (devices.md 1.8), and what is built on them. */

/** 810000 Hong Kong, 820000 Macao, 830000 Taiwan. */
const PERMIT_DIVISIONS: readonly string[] = ['810000', '820000', '830000']
const FOREIGNER_2017_WEIGHTS = [7, 3, 1] as const

export type PersonNumberKind = 'citizen' | 'hk-mo-tw' | 'foreigner-2023' | 'foreigner-2017'
export type PersonNumberResult =
  | { readonly ok: true; readonly kind: PersonNumberKind; readonly birth: string | undefined }
  | { readonly ok: false; readonly fault: IdNumberFault }

/** 15 characters: weights 7, 3, 1 over the first 14 (A = 10 … Z = 35, < = 0), modulo 10 (devices.md 1.8). */
export function isForeigner2017(number: string): boolean {
  if (!/^[A-Z]{3}\d{11}\d$/.test(number)) return false
  let sum = 0
  for (let i = 0; i < 14; i++) sum += Number.parseInt(number.charAt(i), 36) * (FOREIGNER_2017_WEIGHTS[i % 3] ?? 0)
  return sum % 10 === Number(number.charAt(14))
}

/**
 * True for the head of a foreigner's permanent residence number of 2023: 9, a province of GB/T 2260, a country by ISO
 * 3166-1 numeric. The rest is built like the citizen's (GB 11643).
 */
export function isForeigner2023Head(number: string): boolean {
  return number.startsWith('9') && isProvince(number.slice(1, 3)) && number.slice(3, 6) !== '000'
}

/** Checks a foreigner's permanent residence number of 2023 (18 characters, MOD 11-2). */
export function checkForeigner2023(number: string, today: string): PersonNumberResult {
  const frame = checkIdNumber(number, today)
  if (!frame.ok) return frame
  if (!isForeigner2023Head(number)) return { ok: false, fault: 'characters' }
  return { ok: true, kind: 'foreigner-2023', birth: frame.birth }
}

/** Checks the number of a residence permit for people of Hong Kong, Macao and Taiwan (810000, 820000, 830000). */
export function checkResidencePermit(number: string, today: string): PersonNumberResult {
  const frame = checkIdNumber(number, today)
  if (!frame.ok) return frame
  if (!PERMIT_DIVISIONS.includes(frame.division)) return { ok: false, fault: 'characters' }
  return { ok: true, kind: 'hk-mo-tw', birth: frame.birth }
}

/**
 * A number that somebody typed, of whichever kind it is. A 9 at its head means a foreigner, unless `isOurDivision` knows
 * its division: made-up places of a sample catalogue begin with 9 as well, and no real catalogue has them.
 */
export function checkPersonNumber(
  number: string,
  today: string,
  isOurDivision: (division: string) => boolean,
): PersonNumberResult {
  if (/^[A-Z]/.test(number)) {
    if (number.length !== 15) return { ok: false, fault: 'length' }
    if (!/^[A-Z]{3}\d{12}$/.test(number)) return { ok: false, fault: 'characters' }
    if (!isForeigner2017(number)) return { ok: false, fault: 'check-digit' }
    return { ok: true, kind: 'foreigner-2017', birth: undefined }
  }
  const division = number.slice(0, 6)
  if (number.startsWith('9') && !isOurDivision(division)) return checkForeigner2023(number, today)
  if (PERMIT_DIVISIONS.includes(division)) return checkResidencePermit(number, today)
  const frame = checkIdNumber(number, today)
  return frame.ok ? { ok: true, kind: 'citizen', birth: frame.birth } : frame
}

export type DisabilityFault = IdNumberFault | 'unknown-kind'

/**
 * A disability certificate's number: 20 = the holder's number of GB 11643 + kind 1–7 (sight, hearing, speech, body,
 * intellect, mind, several) + grade 1–4. The first fault, or nothing.
 */
export function disabilityCertificateFault(text: string, today: string): DisabilityFault | undefined {
  if (text.length !== 20) return 'length'
  const holder = checkIdNumber(text.slice(0, 18), today)
  if (!holder.ok) return holder.fault
  return /^[1-7][1-4]$/.test(text.slice(18)) ? undefined : 'unknown-kind'
}
