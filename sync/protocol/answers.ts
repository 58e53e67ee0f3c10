import { z } from 'zod'
import { isRealDate } from './id-number.ts'
import { type Division, divisionLevel, type Field, type ServiceItem } from './service-item.ts'

/** What the citizen gave, by field id. Dates as ISO, choices as option values, divisions as six digits. */
export const AnswersSchema = z.record(z.string(), z.string().max(400))
export type Answers = z.infer<typeof AnswersSchema>

export type AnswerFault =
  | 'missing'
  | 'too-short'
  | 'too-long'
  | 'characters'
  | 'not-a-mobile-number'
  | 'not-an-option'
  | 'impossible-date'
  | 'too-early'
  | 'too-late'
  | 'unknown-division'
  | 'division-too-coarse'
  | 'same-province'
  | 'not-asked'

export interface FieldFault {
  readonly field: string
  readonly fault: AnswerFault
}

export interface AnswerContext {
  /** ISO date of today at the terminal. */
  readonly today: string
  readonly divisions: readonly Division[]
}

const MOBILE = /^1[3-9]\d{9}$/
/** Han (all planes), Latin letters, digits, spaces and the signs that names and addresses use. */
const PLAIN_TEXT = /^[\p{Script=Han}\p{Script=Latin}\d ·•、，。,.()（）《》“”"'\-—/#&+:：〇]*$/u
const DAY_MS = 86_400_000

/** True when the field is asked, given the answers to the fields that it leans on. */
export function isAsked(field: Field, answers: Answers): boolean {
  return field.when === undefined || field.when.in.includes(answers[field.when.field] ?? '')
}

/** The date that lies `days` after `today`, both ISO. */
export function addDays(today: string, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00.000Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The first fault of one answer, or nothing when it is good. The same at the screen, in main and at the hub. */
export function checkAnswer(field: Field, answers: Answers, context: AnswerContext): AnswerFault | undefined {
  const value = (answers[field.id] ?? '').trim()
  if (!isAsked(field, answers)) return value === '' ? undefined : 'not-asked'
  if (value === '') return field.required ? 'missing' : undefined
  switch (field.type) {
    case 'choice':
      return field.options.some((option) => option.value === value) ? undefined : 'not-an-option'
    case 'text': {
      const glyphs = [...value].length
      if (glyphs < field.minGlyphs) return 'too-short'
      if (glyphs > field.maxGlyphs) return 'too-long'
      return PLAIN_TEXT.test(value) ? undefined : 'characters'
    }
    case 'phone':
      return MOBILE.test(value) ? undefined : 'not-a-mobile-number'
    case 'date':
      if (!isRealDate(value)) return 'impossible-date'
      if (value < addDays(context.today, field.earliestDays)) return 'too-early'
      return value > addDays(context.today, field.latestDays) ? 'too-late' : undefined
    case 'division': {
      if (!context.divisions.some((division) => division.code === value)) return 'unknown-division'
      const order = ['province', 'prefecture', 'county']
      if (order.indexOf(divisionLevel(value)) < order.indexOf(field.level)) return 'division-too-coarse'
      const other = field.otherProvinceThan === undefined ? undefined : answers[field.otherProvinceThan]
      return other !== undefined && other.slice(0, 2) === value.slice(0, 2) ? 'same-province' : undefined
    }
  }
}

/** All faults of a form, in the order of its pages; answers to unknown fields count as not asked. */
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
  return faults
}
