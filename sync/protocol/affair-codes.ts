import { hybridCheck } from './check-digits.ts'
import { isRealDate } from './id-number.ts'
import { checkUscc, type UsccFault } from './uscc.ts'

/** Codes of items, cases and licences of the national platform (domain.md section 2.4). */

export type ItemCodeFault = UsccFault
export type ItemCodeResult =
  | {
      readonly ok: true
      readonly department: string
      /** 1 state, 2 province, 3 prefecture, 4 county, 5 town, 6 village. */
      readonly level: string
      /** Twelve characters: region, type, main, sub. */
      readonly basic: string
    }
  | { readonly ok: false; readonly fault: ItemCodeFault }

const ITEM_CODE_LENGTH = 31
const CASE_CODE_LENGTH = 43

/**
 * Checks an implementation code (实施编码) built on GB/T 39554.1-2020: 31 = credit code of the department (GB 32100) +
 * level 1–6 + 12 of the basic code (2 region, 2 type, 5 main, 3 sub). Types beyond the standard's list are in use
 * (44-21-99806-003), so any is taken.
 */
export function checkItemCode(text: string): ItemCodeResult {
  if (text.length !== ITEM_CODE_LENGTH) return { ok: false, fault: 'length' }
  if (!/^[0-9A-Z]{18}[1-6]\d{12}$/.test(text)) return { ok: false, fault: 'characters' }
  const department = checkUscc(text.slice(0, 18))
  if (!department.ok) return department
  return { ok: true, department: text.slice(0, 18), level: text.charAt(18), basic: text.slice(19) }
}

export type CaseCodeResult =
  | { readonly ok: true; readonly itemCode: string; readonly date: string; readonly serial: string }
  | { readonly ok: false; readonly fault: ItemCodeFault | 'impossible-date' }

/** Checks a case code (办件编号): 43 = item code + day of application as YYYYMMDD + serial of 4 digits. */
export function checkCaseCode(text: string): CaseCodeResult {
  if (text.length !== CASE_CODE_LENGTH) return { ok: false, fault: 'length' }
  const tail = text.slice(ITEM_CODE_LENGTH)
  if (!/^\d{12}$/.test(tail)) return { ok: false, fault: 'characters' }
  const itemCode = text.slice(0, ITEM_CODE_LENGTH)
  const item = checkItemCode(itemCode)
  if (!item.ok) return item
  const date = `${tail.slice(0, 4)}-${tail.slice(4, 6)}-${tail.slice(6, 8)}`
  if (!isRealDate(date)) return { ok: false, fault: 'impossible-date' }
  return { ok: true, itemCode, date, serial: tail.slice(8) }
}

/** GB/T 36904-2018: the arc under which licence identifiers lie. */
const LICENCE_ROOT = '1.2.156.3005.2.'
const LICENCE_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

export type LicenceIdResult =
  | {
      readonly ok: true
      readonly type: string
      readonly issuer: string
      readonly serial: string
      readonly version: string
    }
  | { readonly ok: false; readonly fault: 'root' | 'characters' | 'check-digit' }

/**
 * Checks a licence identifier (电子证照标识) of GB/T 36904-2018: root, type 21, issuer (credit code of 18, or a division
 * of 6), serial, version 3 and a check character by ISO 7064 MOD 37,36 over the parts without root and dots.
 */
export function checkLicenceId(text: string): LicenceIdResult {
  if (!text.startsWith(LICENCE_ROOT)) return { ok: false, fault: 'root' }
  const body = text.slice(LICENCE_ROOT.length)
  const parts = /^([0-9A-Z]{21})\.([0-9A-Z]{18}|\d{6})\.([0-9A-Z]{1,40})\.([0-9A-Z]{3})\.([0-9A-Z])$/.exec(body)
  if (parts === null) return { ok: false, fault: 'characters' }
  const [, type = '', issuer = '', serial = '', version = '', check] = parts
  if (hybridCheck(type + issuer + serial + version, LICENCE_ALPHABET) !== check)
    return { ok: false, fault: 'check-digit' }
  return { ok: true, type, issuer, serial, version }
}

/** A licence identifier with its check character; for whoever issues one. @throws RangeError for other characters. */
export function makeLicenceId(type: string, issuer: string, serial: string, version = '001'): string {
  const check = hybridCheck(type + issuer + serial + version, LICENCE_ALPHABET)
  return `${LICENCE_ROOT}${[type, issuer, serial, version, check].join('.')}`
}
