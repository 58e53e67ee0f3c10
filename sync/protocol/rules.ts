import type { AnswerFault } from './answer-faults.ts'
import type { AnswerContext } from './answer-values.ts'
import { splitAddress } from './composite-answers.ts'
import { ageOn, isRealDate } from './id-number.ts'
import { answersMeet, isWithin } from './item-conditions.ts'
import { faultyFieldOf, type Rule, referencesOf } from './item-rules.ts'
import { fenOf } from './plain-values.ts'
import type { LocalText, ServiceItem } from './service-item.ts'

/** Rules between answers, judged. */

type AnswersSoFar = Readonly<Record<string, string>>
export interface RuleFault {
  readonly field: string
  readonly fault: AnswerFault
  /** Id of the rule: its sentence goes before the usual one. */
  readonly rule: string
}
/** An answer that is asked about once more before the summary (109 岁，对吗？). */
export interface OddAnswer {
  readonly rule: string
  readonly field: string
  /** With its `{value}` filled in, in every language. */
  readonly sentence: LocalText
}

const DAY_MS = 86_400_000

/** The faults of the item's rules. `isGood` says whether a field is asked, answered and good by itself. */
export function ruleFaults(
  item: Pick<ServiceItem, 'rules'>,
  answers: AnswersSoFar,
  context: AnswerContext,
  isGood: (field: string) => boolean,
): readonly RuleFault[] {
  return (item.rules ?? []).flatMap((rule) => {
    if (!isLookedAt(rule, answers, context, isGood)) return []
    const fault = judge(rule, (reference) => givenValue(reference, answers, context), context)
    return fault === undefined ? [] : [{ field: faultyFieldOf(rule), fault, rule: rule.id }]
  })
}

/** Good answers that are seldom right. */
export function oddAnswersOf(
  item: Pick<ServiceItem, 'rules'>,
  answers: AnswersSoFar,
  context: AnswerContext,
  isGood: (field: string) => boolean,
): readonly OddAnswer[] {
  return (item.rules ?? []).flatMap((rule) => {
    if (rule.kind !== 'odd' || !isLookedAt(rule, answers, context, isGood)) return []
    const answer = givenValue(rule.field, answers, context)
    const measured = rule.measure === 'age' ? ageOf(answer, context.today) : Number(answer)
    if (measured === undefined) return []
    const isOdd =
      (rule.below !== undefined && measured < rule.below) || (rule.above !== undefined && measured > rule.above)
    if (!isOdd) return []
    return [{ rule: rule.id, field: rule.field, sentence: filled(rule.sentence, String(measured)) }]
  })
}

function isLookedAt(
  rule: Rule,
  answers: AnswersSoFar,
  context: AnswerContext,
  isGood: (field: string) => boolean,
): boolean {
  if (rule.when !== undefined && !answersMeet(rule.when, answers)) return false
  return referencesOf(rule).every((reference) =>
    reference.startsWith('card.') ? context.applicant !== undefined : isGood(reference),
  )
}

function givenValue(reference: string, answers: AnswersSoFar, { applicant }: AnswerContext): string {
  if (reference === 'card.name') return applicant?.name ?? ''
  if (reference === 'card.idNumber') return applicant?.idNumber ?? ''
  if (reference === 'card.birth') return applicant?.birth ?? ''
  return (answers[reference] ?? '').trim()
}

function judge(rule: Rule, value: (reference: string) => string, context: AnswerContext): AnswerFault | undefined {
  switch (rule.kind) {
    case 'order': {
      const [from, to] = [value(rule.from), value(rule.to)]
      if (comesAfter(from, to)) return 'wrong-order'
      const isTooFar = rule.atMostDays !== undefined && isRealDate(from) && daysBetween(from, to) > rule.atMostDays
      return isTooFar ? 'too-far-apart' : undefined
    }
    case 'equal':
      return value(rule.field) === value(rule.to) ? undefined : 'not-equal'
    case 'differ':
      return value(rule.field) === value(rule.from) ? 'same-again' : undefined
    case 'sum': {
      const sum = rule.of.reduce((total, reference) => total + (fenOf(value(reference)) ?? 0), 0)
      const whole = fenOf(value(rule.field)) ?? 0
      if (rule.must === 'equal') return sum === whole ? undefined : 'sum-differs'
      return sum <= whole ? undefined : 'sum-too-large'
    }
    case 'age': {
      const age = ageOf(value(rule.field), rule.on === undefined ? context.today : value(rule.on))
      if (age === undefined || isWithin(age, rule)) return undefined
      return rule.atLeast !== undefined && age < rule.atLeast ? 'too-young' : 'above-age'
    }
    case 'within': {
      const { division } = splitAddress(value(rule.field))
      return rule.divisions.some((prefix) => division.startsWith(prefix)) ? undefined : 'other-place'
    }
    case 'odd':
      return undefined
  }
}

/** Dates and months compare as text, numbers as numbers. */
function comesAfter(from: string, to: string): boolean {
  const [first, second] = [fenOf(from), fenOf(to)]
  return first === undefined || second === undefined ? from > to : first > second
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS
}

/** Whole years of a birth date, or of a number that holds one; below zero before the birth. */
function ageOf(answer: string, day: string): number | undefined {
  const birth = /^\d{17}[\dX]$/.test(answer)
    ? `${answer.slice(6, 10)}-${answer.slice(10, 12)}-${answer.slice(12, 14)}`
    : answer
  return isRealDate(birth) && isRealDate(day) ? ageOn(birth, day) : undefined
}

function filled(text: LocalText, value: string): LocalText {
  const fill = (each: string | undefined) => each?.replaceAll('{value}', value)
  const { en, ug, bo } = text
  return {
    zh: text.zh.replaceAll('{value}', value),
    ...(en === undefined ? {} : { en: fill(en) }),
    ...(ug === undefined ? {} : { ug: fill(ug) }),
    ...(bo === undefined ? {} : { bo: fill(bo) }),
  }
}
