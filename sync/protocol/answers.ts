import { z } from 'zod'
import type { AnswerFault } from './answer-faults.ts'
import { type AnswerContext, valueFault } from './answer-values.ts'
import { answersMeet } from './item-conditions.ts'
import { type OddAnswer, oddAnswersOf, ruleFaults } from './rules.ts'
import type { Field, ServiceItem } from './service-item.ts'

export type { AnswerFault } from './answer-faults.ts'
export { type AnswerContext, addDays, addMonths } from './answer-values.ts'
export type { OddAnswer } from './rules.ts'

/**
 * What the citizen gave, by field id. Dates as ISO, months as YYYY-MM, choices as option values (several: commas
 * between), divisions as six digits, addresses as division, space, detail; amounts in yuan.
 */
export const AnswersSchema = z.record(z.string(), z.string().max(400))
export type Answers = z.infer<typeof AnswersSchema>

export interface FieldFault {
  readonly field: string
  readonly fault: AnswerFault
  /** Id of the item's rule that does not hold; nothing when the answer is wrong by itself. */
  readonly rule?: string
}

/** True when the field is asked, given the answers to the fields that it leans on. */
export function isAsked(field: Field, answers: Answers): boolean {
  return field.when === undefined || answersMeet(field.when, answers)
}

/** The first fault of one answer by itself, or nothing when it is good. The same at the screen, in main and at the hub. */
export function checkAnswer(field: Field, answers: Answers, context: AnswerContext): AnswerFault | undefined {
  const value = (answers[field.id] ?? '').trim()
  if (!isAsked(field, answers)) return value === '' ? undefined : 'not-asked'
  if (value === '') return field.required ? 'missing' : undefined
  const fault = valueFault(field, value, context)
  if (fault !== undefined || field.type !== 'division' || field.otherProvinceThan === undefined) return fault
  const other = answers[field.otherProvinceThan]
  return other !== undefined && other.slice(0, 2) === value.slice(0, 2) ? 'same-province' : undefined
}

/**
 * The faults of the rules between answers: only where every answer that a rule names is there and good by itself, so
 * that nobody reads two sentences for one slip.
 */
export function checkRules(item: ServiceItem, answers: Answers, context: AnswerContext): readonly FieldFault[] {
  if (item.rules === undefined) return []
  return ruleFaults(item, answers, context, (id) => isGoodAnswer(item, id, answers, context))
}

/** Good answers that are asked about once more before the summary, in the order of the item's rules. */
export function oddAnswers(item: ServiceItem, answers: Answers, context: AnswerContext): readonly OddAnswer[] {
  if (item.rules === undefined) return []
  return oddAnswersOf(item, answers, context, (id) => isGoodAnswer(item, id, answers, context))
}

function isGoodAnswer(item: ServiceItem, id: string, answers: Answers, context: AnswerContext): boolean {
  const field = item.fields.find((candidate) => candidate.id === id)
  return field !== undefined && (answers[id] ?? '').trim() !== '' && checkAnswer(field, answers, context) === undefined
}

/**
 * All faults of a form: of answers in the order of its pages, then of answers to unknown fields (not asked), then of
 * rules in their order.
 */
export function checkAnswers(item: ServiceItem, answers: Answers, context: AnswerContext): readonly FieldFault[] {
  const faults: FieldFault[] = []
  for (const page of item.pages) {
    for (const id of page.fields) {
      const field = item.fields.find((candidate) => candidate.id === id)
      const fault = field === undefined ? undefined : checkAnswer(field, answers, context)
      if (fault !== undefined) faults.push({ field: id, fault })
    }
  }
  for (const id of Object.keys(answers)) {
    if (!item.fields.some((field) => field.id === id)) faults.push({ field: id, fault: 'not-asked' })
  }
  faults.push(...checkRules(item, answers, context))
  return faults
}
