import { z } from 'zod'
import { ageOn } from './id-number.ts'
import { FieldIdSchema } from './local-text.ts'
import type { PersonNumberKind } from './person-numbers.ts'

/**
 * Conditions as data: of answers (when is a question asked, a paper wanted, a rule looked at) and of the citizen (may
 * this be begun at all). Both nest by all, any and not.
 */

/** Leaves of a condition of answers; `in` on several choices: one of them is enough. Numbers are those of the answer. */
export type AnswerCondition =
  | { field: string; in: string[] }
  | { field: string; isFilled: boolean }
  | { field: string; atLeast?: number | undefined; atMost?: number | undefined }
  | { all: AnswerCondition[] }
  | { any: AnswerCondition[] }
  | { not: AnswerCondition }

export const AnswerConditionSchema: z.ZodType<AnswerCondition, AnswerCondition> = z.lazy(() =>
  z.union(
    [
      z.strictObject({ field: FieldIdSchema, in: z.array(z.string()).min(1) }),
      z.strictObject({ field: FieldIdSchema, isFilled: z.boolean() }),
      z
        .strictObject({ field: FieldIdSchema, atLeast: z.number().optional(), atMost: z.number().optional() })
        .refine(isRange, 'wants atLeast, atMost or both, in this order'),
      z.strictObject({ all: z.array(AnswerConditionSchema).min(1) }),
      z.strictObject({ any: z.array(AnswerConditionSchema).min(1) }),
      z.strictObject({ not: AnswerConditionSchema }),
    ],
    'no condition of answers: {field, in}, {field, isFilled}, {field, atLeast, atMost}, {all}, {any} or {not}',
  ),
)

type AnswersSoFar = Readonly<Record<string, string>>

export function answersMeet(condition: AnswerCondition, answers: AnswersSoFar): boolean {
  if ('all' in condition) return condition.all.every((each) => answersMeet(each, answers))
  if ('any' in condition) return condition.any.some((each) => answersMeet(each, answers))
  if ('not' in condition) return !answersMeet(condition.not, answers)
  const value = (answers[condition.field] ?? '').trim()
  if ('in' in condition) return value.split(',').some((each) => condition.in.includes(each))
  if ('isFilled' in condition) return (value !== '') === condition.isFilled
  if (!/^\d+(\.\d+)?$/.test(value)) return false
  return isWithin(Number(value), condition)
}

/** The leaves of a condition, to see what it leans on. */
export type AnswerLeaf = Extract<AnswerCondition, { field: string }>
export function leavesOf(condition: AnswerCondition): readonly AnswerLeaf[] {
  if ('all' in condition) return condition.all.flatMap(leavesOf)
  if ('any' in condition) return condition.any.flatMap(leavesOf)
  return 'not' in condition ? leavesOf(condition.not) : [condition]
}

/** Leaves of a condition of the citizen, as the card says it. Age in whole years; divisions by 2, 4 or 6 digits. */
export type CitizenCondition =
  | { age: { atLeast?: number | undefined; atMost?: number | undefined } }
  | { cardType: PersonNumberKind[] }
  | { division: string[] }
  | { sex: 'male' | 'female' }
  | { all: CitizenCondition[] }
  | { any: CitizenCondition[] }
  | { not: CitizenCondition }

const AgeSchema = z
  .strictObject({ atLeast: z.int().min(0).max(130).optional(), atMost: z.int().min(0).max(130).optional() })
  .refine(isRange, 'wants atLeast, atMost or both, in this order')

export const CitizenConditionSchema: z.ZodType<CitizenCondition, CitizenCondition> = z.lazy(() =>
  z.union(
    [
      z.strictObject({ age: AgeSchema }),
      z.strictObject({ cardType: z.array(z.enum(['citizen', 'foreigner-2017', 'foreigner-2023', 'hk-mo-tw'])).min(1) }),
      z.strictObject({ division: z.array(z.string().regex(/^(\d{2}){1,3}$/)).min(1) }),
      z.strictObject({ sex: z.enum(['male', 'female']) }),
      z.strictObject({ all: z.array(CitizenConditionSchema).min(1) }),
      z.strictObject({ any: z.array(CitizenConditionSchema).min(1) }),
      z.strictObject({ not: CitizenConditionSchema }),
    ],
    'no condition of the citizen: {age}, {cardType}, {division}, {sex}, {all}, {any} or {not}',
  ),
)

/** What a condition may know of the citizen: as the chip says it. `birth` is an ISO date. */
export interface Citizen {
  readonly cardType: PersonNumberKind
  readonly idNumber: string
  readonly birth: string
  readonly sex: 'male' | 'female' | 'unknown'
}

/** `today` as ISO date. */
export function citizenMeets(condition: CitizenCondition, citizen: Citizen, today: string): boolean {
  if ('all' in condition) return condition.all.every((each) => citizenMeets(each, citizen, today))
  if ('any' in condition) return condition.any.some((each) => citizenMeets(each, citizen, today))
  if ('not' in condition) return !citizenMeets(condition.not, citizen, today)
  if ('age' in condition) return isWithin(ageOn(citizen.birth, today), condition.age)
  if ('cardType' in condition) return condition.cardType.includes(citizen.cardType)
  if ('sex' in condition) return citizen.sex === condition.sex
  return condition.division.some((prefix) => citizen.idNumber.length === 18 && citizen.idNumber.startsWith(prefix))
}

interface Range {
  readonly atLeast?: number | undefined
  readonly atMost?: number | undefined
}

export function isWithin(value: number, { atLeast, atMost }: Range): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)
}

/** A range that something can lie in, bounded on one side at least. */
export function isRange({ atLeast, atMost }: Range): boolean {
  if (atLeast === undefined) return atMost !== undefined
  return atMost === undefined || atLeast <= atMost
}
