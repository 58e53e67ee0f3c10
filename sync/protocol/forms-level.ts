import { type AnswerCondition, leavesOf } from './item-conditions.ts'
import type { ItemShape } from './item-shape.ts'

/**
 * Forms levels: what a program can show and check. An item says which it needs (`needsForms`), so that an older program
 * leaves it out instead of dropping the rules that it does not know. Raise the level with every part whose loss would
 * change what an answer means.
 *
 * 1: choice, text, phone, date, division; a question that leans on one other.
 * 2: all field types of item-fields.ts, nested conditions, rules, materials, preconditions, proxy, bundles, quiet mode.
 * 3: what is signed follows the papers: a pledged one is named in the pledge.
 * 4: consent in the item's own words, asked for before the form and sealed.
 */
export const FORMS_LEVEL = 4

const FIRST_TYPES: readonly string[] = ['choice', 'text', 'phone', 'date', 'division']

const isFirst = (when: AnswerCondition | undefined) => when === undefined || 'in' in when

/** The lowest level that an item of this shape needs. */
export function levelNeeded(item: ItemShape): number {
  if (item.consent !== undefined) return 4
  if (item.materials?.some(({ notHandedIn }) => notHandedIn !== undefined)) return 3
  const parts = [item.rules, item.materials, item.preconditions, item.proxy, item.members, item.quiet, item.assurance]
  const isPlain = item.fields.every(
    (field) => FIRST_TYPES.includes(field.type) && isFirst(field.when) && field.sensitive === undefined,
  )
  return isPlain && parts.every((part) => part === undefined) ? 1 : 2
}

/** An item that this program cannot show. */
export interface Withheld {
  readonly id: string
  readonly needsForms: number
}

/**
 * A catalogue as it came, without the items of a level above ours: the others stay of use. What is no catalogue comes
 * back as it is, for the schema to refuse.
 */
export function withoutNewerForms(catalogue: unknown): { readonly catalogue: unknown; readonly withheld: Withheld[] } {
  const withheld: Withheld[] = []
  if (typeof catalogue !== 'object' || catalogue === null || !('items' in catalogue)) return { catalogue, withheld }
  const { items } = catalogue
  if (!Array.isArray(items)) return { catalogue, withheld }
  const kept = items.filter((item: unknown) => {
    const newer = newerForms(item)
    if (newer !== undefined) withheld.push(newer)
    return newer === undefined
  })
  return { catalogue: withheld.length === 0 ? catalogue : { ...catalogue, items: kept }, withheld }
}

function newerForms(item: unknown): Withheld | undefined {
  if (typeof item !== 'object' || item === null || !('needsForms' in item)) return undefined
  const { needsForms } = item
  if (typeof needsForms !== 'number' || needsForms <= FORMS_LEVEL) return undefined
  return { id: 'id' in item && typeof item.id === 'string' ? item.id : '?', needsForms }
}

/** The fields that a condition leans on. */
export const fieldsOf = (condition: AnswerCondition): readonly string[] => leavesOf(condition).map((leaf) => leaf.field)
