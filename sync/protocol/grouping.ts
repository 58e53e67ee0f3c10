import type { FieldType } from './item-fields.ts'

/** How long numbers are parted for the eye, while typed and when shown. Parts are shown with space, never stored. */

/** Lengths of the groups from the left; the last one repeats. */
const GROUPS: Partial<Record<FieldType, readonly number[]>> = {
  phone: [3, 4, 4],
  'id-number': [6, 8, 4],
  /** Registrar and kind, division, organisation, check (GB 32100). */
  uscc: [2, 6, 9, 1],
  'bank-card': [4],
  code: [4],
}
/** The foreigner's number of 2017 begins with three letters. */
const LETTERED_ID = [3, 8, 4] as const

/** The groups of an answer of this type; one group for what is not a number. Also while it is half typed. */
export function groupsOf(type: FieldType, value: string): readonly string[] {
  const sizes = type === 'id-number' && /^[A-Z]/.test(value) ? LETTERED_ID : GROUPS[type]
  if (sizes === undefined) return type === 'amount' ? [thousands(value)] : [value]
  const groups: string[] = []
  for (let at = 0, index = 0; at < value.length; index++) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? value.length
    groups.push(value.slice(at, at + size))
    at += size
  }
  return groups
}

/** 1234567.5 → 1,234,567.5 */
function thousands(value: string): string {
  const [whole = '', ...rest] = value.split('.')
  return [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.')
}
