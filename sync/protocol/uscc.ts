/** Unified social credit codes (统一社会信用代码) of GB 32100-2015, and the organisation codes of GB 11714 in them. */

/** GB 32100: digits and letters without I, O, S, V, Z. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
/** GB 11714, over the first eight characters. */
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2] as const
const USCC_LENGTH = 18

export type UsccFault = 'length' | 'characters' | 'check-digit' | 'organisation-check-digit'
export type UsccResult =
  | {
      readonly ok: true
      /** First two characters: who registered it, and what kind it is. */
      readonly registrar: string
      /** Six digits, GB/T 2260. */
      readonly division: string
      /** Nine characters, GB 11714. */
      readonly organisation: string
    }
  | { readonly ok: false; readonly fault: UsccFault }

/**
 * Checks a code of GB 32100-2015: 18 = registrar + category + 6 division + 9 organisation code (GB 11714, with a check
 * character of its own) + check character by weights 3^i mod 31.
 */
export function checkUscc(text: string): UsccResult {
  if (text.length !== USCC_LENGTH) return { ok: false, fault: 'length' }
  if (!/^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$/.test(text)) return { ok: false, fault: 'characters' }
  if (usccCheck(text.slice(0, 17)) !== text.charAt(17)) return { ok: false, fault: 'check-digit' }
  const organisation = text.slice(8, 17)
  if (organisationCheck(organisation.slice(0, 8)) !== organisation.charAt(8)) {
    return { ok: false, fault: 'organisation-check-digit' }
  }
  return { ok: true, registrar: text.slice(0, 2), division: text.slice(2, 8), organisation }
}

/** GB 32100's check character over 17 characters of its alphabet. */
export function usccCheck(body: string): string {
  let sum = 0
  let weight = 1
  for (const character of body) {
    sum += ALPHABET.indexOf(character) * weight
    weight = (weight * 3) % 31
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31)
}

/** GB 11714's check character over eight characters; letters count A = 10 … Z = 35. */
export function organisationCheck(body: string): string {
  let sum = 0
  for (let i = 0; i < 8; i++) sum += Number.parseInt(body.charAt(i), 36) * (ORGANISATION_WEIGHTS[i] ?? 0)
  const check = 11 - (sum % 11)
  if (check === 10) return 'X'
  return check === 11 ? '0' : String(check)
}
