import { mod11_2 } from './check-digits.ts'

/** Nobody is older; a number that says so is a slip (domain.md section 2.4). */
const MAX_AGE_YEARS = 130

export type IdNumberFault = 'length' | 'characters' | 'impossible-date' | 'in-the-future' | 'too-old' | 'check-digit'

export type IdNumberResult =
  | {
      readonly ok: true
      /** First six digits, GB/T 2260. */
      readonly division: string
      /** ISO date. */
      readonly birth: string
      readonly sex: 'male' | 'female'
    }
  | { readonly ok: false; readonly fault: IdNumberFault }

/**
 * Checks an 18-character number built like the citizen number of GB 11643: division, birth date, sequence, check
 * character. Residence permits of Hong Kong, Macao and Taiwan and the foreigner's number of 2023 have the same frame.
 * @param today ISO date, injected.
 */
export function checkIdNumber(text: string, today: string): IdNumberResult {
  if (text.length !== 18) return { ok: false, fault: 'length' }
  if (!/^\d{17}[\dX]$/.test(text)) return { ok: false, fault: 'characters' }
  const birth = `${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}`
  if (!isRealDate(birth)) return { ok: false, fault: 'impossible-date' }
  if (birth > today) return { ok: false, fault: 'in-the-future' }
  if (Number(today.slice(0, 4)) - Number(birth.slice(0, 4)) > MAX_AGE_YEARS) return { ok: false, fault: 'too-old' }
  if (mod11_2(text.slice(0, 17)) !== text.charAt(17)) return { ok: false, fault: 'check-digit' }
  return { ok: true, division: text.slice(0, 6), birth, sex: Number(text.charAt(16)) % 2 === 1 ? 'male' : 'female' }
}

/** True for an ISO date that the calendar has (29 February only in leap years). */
export function isRealDate(iso: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso)) return false
  const date = new Date(`${iso}T00:00:00.000Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === iso
}

/** Whole years between two ISO dates. */
export function ageOn(birth: string, today: string): number {
  const years = Number(today.slice(0, 4)) - Number(birth.slice(0, 4))
  return today.slice(5) < birth.slice(5) ? years - 1 : years
}
