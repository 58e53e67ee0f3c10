import { type AnswerContext, type AnswerFault, type Answers, addDays, addMonths, isAsked } from '../answers.ts'
import { splitAddress, splitChoices } from '../composite-answers.ts'
import { answersMeet } from '../item-conditions.ts'
import type { Field, Rule, ServiceItem } from '../service-item.ts'
import { makeValue, personNumber, pickFrom } from './answer-maker.ts'

/** Single changes of good answers, each with the fault that it must give; no part of the program. */
export interface Mutation {
  readonly what: string
  readonly answers: Answers
  readonly field: string
  readonly fault: AnswerFault
}

export function mutationsOf(item: ServiceItem, good: Answers, context: AnswerContext): readonly Mutation[] {
  const mutations: Mutation[] = [
    { what: 'an unknown field', answers: { ...good, nobodyAsked: 'x' }, field: 'nobodyAsked', fault: 'not-asked' },
  ]
  for (const field of item.fields) {
    const value = good[field.id]
    if (value === undefined) {
      if (isAsked(field, good)) continue
      const answers = { ...good, [field.id]: makeValue(field, good, context, pickFrom(7)) }
      mutations.push({ what: 'an answer that was not asked for', answers, field: field.id, fault: 'not-asked' })
      continue
    }
    if (field.required) {
      const { [field.id]: _, ...answers } = good
      mutations.push({ what: 'nothing', answers, field: field.id, fault: 'missing' })
    }
    for (const [wrong, fault] of wrongValues(field, value, context)) {
      mutations.push({ what: wrong, answers: { ...good, [field.id]: wrong }, field: field.id, fault })
    }
  }
  for (const rule of item.rules ?? []) {
    const broken = breakRule(rule, item, good, context)
    if (broken !== undefined) mutations.push({ what: `rule ${rule.id}`, ...broken })
  }
  return mutations
}

/** The last digit, one further. */
const bumped = (text: string) => text.slice(0, -1) + String((Number(text.slice(-1)) + 1) % 10)

function wrongValues(
  field: Field,
  value: string,
  { today }: AnswerContext,
): readonly (readonly [string, AnswerFault])[] {
  switch (field.type) {
    case 'choice':
      return [['no such option', 'not-an-option']]
    case 'multi-choice':
      return [
        [`${value},no such option`, 'not-an-option'],
        [`${value},${splitChoices(value)[0]}`, 'repeated'],
      ]
    case 'text':
      return [
        ['多'.repeat(field.maxGlyphs + 1), 'too-long'],
        ['<'.repeat(Math.max(1, field.minGlyphs)), 'characters'],
      ]
    case 'person-name':
      return [
        ['一', 'too-short'],
        ['姓名1', 'characters'],
        ['多'.repeat(51), 'too-long'],
      ]
    case 'phone':
      return [
        [value.slice(1), 'not-a-mobile-number'],
        [`2${value.slice(1)}`, 'not-a-mobile-number'],
      ]
    case 'date':
      return [
        ['2026-02-30', 'impossible-date'],
        [addDays(today, field.latestDays + 1), 'too-late'],
        [addDays(today, field.earliestDays - 1), 'too-early'],
      ]
    case 'month':
      return [
        ['2026-13', 'impossible-date'],
        [addMonths(today, field.latestMonths + 1), 'too-late'],
        [addMonths(today, field.earliestMonths - 1), 'too-early'],
      ]
    case 'division':
      return [
        ['123456', 'unknown-division'],
        ...(field.level === 'province' ? [] : [[`${value.slice(0, 2)}0000`, 'division-too-coarse'] as const]),
      ]
    case 'address':
      return [
        [`123456 ${splitAddress(value).detail}`, 'unknown-division'],
        [`${splitAddress(value).division} 路`, 'too-short'],
      ]
    case 'id-number':
      return [
        [value.slice(1), 'length'],
        [`${value.slice(0, 16)}${bumped(value.slice(16, 17))}${value.slice(17)}`, 'check-digit'],
        [`${value.slice(0, 10)}0230${value.slice(14)}`, 'impossible-date'],
      ]
    case 'uscc':
      return [
        [value.slice(1), 'length'],
        [value.replace('99', '98'), 'check-digit'],
      ]
    case 'bank-card':
      return [
        [bumped(value), 'check-digit'],
        [`${value}a`, 'characters'],
        [value.slice(0, 11), 'length'],
      ]
    case 'amount':
      return [
        ['1.234', 'not-a-number'],
        [String(field.maxFen / 100 + 1), 'too-large'],
        ...(field.minFen > 0 ? [['0', 'too-small'] as const] : []),
      ]
    case 'whole-number':
      return [
        ['1.5', 'not-a-number'],
        [String(field.max + 1), 'too-large'],
        ...(field.min > 0 ? [['0', 'too-small'] as const] : []),
      ]
    case 'code':
      return field.validator === 'account' || field.validator === 'birth-certificate'
        ? [[`${value.slice(1)}é`, 'characters']]
        : [[value.slice(1), 'length']]
  }
}

type Broken = Pick<Mutation, 'answers' | 'field' | 'fault'> | undefined

/** A rule that is looked at with these answers, and no longer holds. */
function breakRule(rule: Rule, item: ServiceItem, good: Answers, context: AnswerContext): Broken {
  if (rule.when !== undefined && !answersMeet(rule.when, good)) return undefined
  const given = (id: string) => id.startsWith('card.') || good[id] !== undefined
  const at = (id: string) => item.fields.find((field) => field.id === id)
  switch (rule.kind) {
    case 'order': {
      if (!given(rule.from) || !given(rule.to)) return undefined
      const [from, to] = [highest(at(rule.from), context), lowest(at(rule.to), context)]
      return { answers: { ...good, [rule.from]: from, [rule.to]: to }, field: rule.to, fault: 'wrong-order' }
    }
    case 'differ': {
      const same = rule.from === 'card.idNumber' ? context.applicant?.idNumber : good[rule.from]
      if (same === undefined || !given(rule.field)) return undefined
      return { answers: { ...good, [rule.field]: same }, field: rule.field, fault: 'same-again' }
    }
    case 'equal': {
      if (!given(rule.field)) return undefined
      const answers = { ...good, [rule.field]: personNumber(33, context, pickFrom(99)) }
      return { answers, field: rule.field, fault: 'not-equal' }
    }
    case 'age': {
      if (!given(rule.field) || rule.atLeast === undefined) return undefined
      const day = rule.on === undefined ? context.today : (good[rule.on] ?? context.today)
      // A day short of the birthday.
      const birth = addDays(`${Number(day.slice(0, 4)) - rule.atLeast}${day.slice(4)}`, 1)
      return { answers: { ...good, [rule.field]: birth }, field: rule.field, fault: 'too-young' }
    }
    case 'within':
      return {
        answers: { ...good, [rule.field]: `980101${(good[rule.field] ?? '').slice(6)}` },
        field: rule.field,
        fault: 'other-place',
      }
    case 'sum':
    case 'odd':
      return undefined
  }
}

function highest(field: Field | undefined, { today }: AnswerContext): string {
  if (field?.type === 'date') return addDays(today, field.latestDays)
  if (field?.type === 'month') return addMonths(today, field.latestMonths)
  if (field?.type === 'amount') return String(field.maxFen / 100)
  return field?.type === 'whole-number' ? String(field.max) : ''
}

function lowest(field: Field | undefined, { today }: AnswerContext): string {
  if (field?.type === 'date') return addDays(today, field.earliestDays)
  if (field?.type === 'month') return addMonths(today, field.earliestMonths)
  if (field?.type === 'amount') return String(field.minFen / 100)
  return field?.type === 'whole-number' ? String(field.min) : ''
}
