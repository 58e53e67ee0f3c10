import type { Field } from '../../../sync/protocol/service-item.ts'

/** Which keys a question is answered with. */
export type InputKind =
  | 'choice'
  | 'keyboard'
  | 'digits'
  /** Digits and the X that a person's number may end in. */
  | 'id'
  /** Digits and the point. */
  | 'amount'
  /** Digits, capital letters and the point. */
  | 'code'
  | 'date'
  | 'month'
  | 'division'
  /** A division, then street and house. */
  | 'address'

export function inputKindOf(field: Field): InputKind {
  switch (field.type) {
    case 'choice':
    case 'multi-choice':
      return 'choice'
    case 'date':
    case 'month':
    case 'division':
    case 'address':
    case 'amount':
      return field.type
    case 'phone':
    case 'whole-number':
    case 'bank-card':
      return 'digits'
    case 'id-number':
      // The card of 2017 begins with three letters.
      return field.kinds.includes('foreigner-2017') ? 'code' : 'id'
    case 'uscc':
      return 'code'
    case 'code':
      return field.validator === 'postal-code' ? 'digits' : 'code'
    case 'text':
    case 'person-name':
      return 'keyboard'
  }
}

/** Typed, not chosen: an empty one is "not filled in". */
export function isTyped(field: Field): boolean {
  return ['keyboard', 'digits', 'id', 'amount', 'code'].includes(inputKindOf(field))
}

/** The longest numbers that anybody has; a key beyond them does nothing. */
const MOST_CHARACTERS: Partial<Record<Field['type'], number>> = {
  phone: 11,
  'id-number': 18,
  'bank-card': 19,
  uscc: 18,
  code: 80,
  amount: 12,
  'whole-number': 6,
}

/** What of a text may stand in the field: only its own characters, and no more of them than it has. */
export function allowedIn(field: Field, text: string): string {
  const most = MOST_CHARACTERS[field.type]
  if (most === undefined) return text
  const kept = text.toUpperCase().replace(NOT_OF_KIND[inputKindOf(field)] ?? /$^/, '')
  return kept.slice(0, most)
}

const NOT_OF_KIND: Partial<Record<InputKind, RegExp>> = {
  digits: /\D/g,
  id: /[^\dX]/g,
  amount: /[^\d.]/g,
  code: /[^\dA-Z.]/g,
}
