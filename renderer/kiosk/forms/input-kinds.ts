import type { Field } from '../../../sync/protocol/service-item.ts'

/** Which keys a question is answered with. Those without a tray of their own yet share the nearest one. */
export type InputKind = 'choice' | 'keyboard' | 'digits' | 'date' | 'division'

export function inputKindOf(field: Field): InputKind {
  switch (field.type) {
    case 'choice':
    case 'multi-choice':
      return 'choice'
    case 'date':
      return 'date'
    case 'division':
      return 'division'
    case 'phone':
    case 'whole-number':
    case 'bank-card':
      return 'digits'
    default:
      return 'keyboard'
  }
}

/** Typed, not chosen: an empty one is "not filled in". */
export function isTyped(field: Field): boolean {
  const kind = inputKindOf(field)
  return kind === 'keyboard' || kind === 'digits'
}
