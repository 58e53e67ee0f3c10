import { type AnswerContext, type Answers, checkAnswer } from './answers.ts'
import type { Applicant } from './applicant.ts'
import { joinAddress } from './composite-answers.ts'
import { type Division, divisionLevel, type Field, type Prefill, type ServiceItem } from './service-item.ts'

/** Answers that nobody has to type: from the card's chip, or from what departments share. */

export interface Prefilled {
  readonly value: string
  readonly source: Prefill['from']
}
/** Shared data by key, as the hub's adapters give it; empty offline. */
export type SharedData = Readonly<Record<string, string>>

/**
 * What an item's form starts with, by field id: only values that are good answers by themselves. The citizen sees the
 * source and may change each.
 */
export function prefillOf(
  item: ServiceItem,
  applicant: Applicant,
  shared: SharedData,
  context: AnswerContext,
): Readonly<Record<string, Prefilled>> {
  const filled: Record<string, Prefilled> = {}
  for (const field of item.fields) {
    const value = valueFor(field, applicant, shared, context.divisions)
    if (value === undefined || value.value === '') continue
    // A division or an address that is only begun is a start too: the citizen goes on from there.
    const alone: Answers = { [field.id]: value.value }
    const isStart = field.type === 'address' && value.value.endsWith(' ')
    const asked = field.when === undefined ? field : { ...field, when: undefined }
    if (isStart || checkAnswer(asked, alone, context) === undefined) filled[field.id] = value
  }
  return filled
}

function valueFor(
  field: Field,
  applicant: Applicant,
  shared: SharedData,
  divisions: readonly Division[],
): Prefilled | undefined {
  if (field.prefill?.from === 'shared') {
    const value = shared[field.prefill.key]
    if (value !== undefined) return { value, source: 'shared' }
    const start = startOf(field, applicant, divisions)
    return start === undefined ? undefined : { value: start, source: 'card' }
  }
  const value =
    field.prefill === undefined
      ? startOf(field, applicant, divisions)
      : cardPart(field, field.prefill.part, applicant, divisions)
  return value === undefined ? undefined : { value, source: 'card' }
}

function cardPart(
  field: Field,
  part: Extract<Prefill, { from: 'card' }>['part'],
  applicant: Applicant,
  divisions: readonly Division[],
): string | undefined {
  switch (part) {
    case 'name':
      return applicant.name
    case 'id-number':
      return applicant.idNumber
    case 'birth':
      return applicant.birth
    case 'address':
      if (field.type !== 'address') return applicant.address
      return joinAddress({ division: cardDivision(applicant, field.level, divisions) ?? '', detail: applicant.address })
    case 'division':
      return field.type === 'division' ? cardDivision(applicant, field.level, divisions) : undefined
  }
}

function startOf(field: Field, applicant: Applicant, divisions: readonly Division[]): string | undefined {
  if (field.type !== 'division' && field.type !== 'address') return undefined
  if (field.startsFrom !== 'card-division') return undefined
  const division = cardDivision(applicant, field.level, divisions)
  if (division === undefined || field.type === 'division') return division
  return joinAddress({ division, detail: '' })
}

/** The division of the card's number as deep as the field asks, if the catalogue has such a place. */
function cardDivision(applicant: Applicant, level: string, divisions: readonly Division[]): string | undefined {
  if (applicant.idNumber.length !== 18) return undefined
  const depth = level === 'province' ? 2 : level === 'prefecture' ? 4 : 6
  const code = applicant.idNumber.slice(0, depth).padEnd(6, '0')
  return divisions.some((place) => place.code === code && divisionLevel(code) === level) ? code : undefined
}
