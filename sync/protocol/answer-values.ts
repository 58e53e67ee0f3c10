import { checkCaseCode, checkItemCode, checkLicenceId } from './affair-codes.ts'
import type { AnswerFault } from './answer-faults.ts'
import { splitAddress, splitChoices } from './composite-answers.ts'
import { isRealDate } from './id-number.ts'
import type { Citizen } from './item-conditions.ts'
import type { CodeValidator, Field, FieldOf } from './item-fields.ts'
import { checkPersonNumber, disabilityCertificateFault } from './person-numbers.ts'
import {
  bankCardFault,
  fenOf,
  isBirthCertificateNumber,
  isMobile,
  isPostalCode,
  isRealMonth,
  personNameFault,
  wholeOf,
} from './plain-values.ts'
import { type Division, divisionLevel } from './service-item.ts'
import { checkUscc } from './uscc.ts'

/** One answer by the kind of its question, alone: what it leans on is in answers.ts, what must hold between in rules.ts. */

export interface AnswerContext {
  /** ISO date of today at the terminal. */
  readonly today: string
  readonly divisions: readonly Division[]
  /** Whose card was read, for rules that compare with it; such rules are not looked at without it. */
  readonly applicant?: (Citizen & { readonly name: string }) | undefined
}

/** Han (all planes), Latin letters, digits, spaces and the signs that names and addresses use. */
const PLAIN_TEXT = /^[\p{Script=Han}\p{Script=Latin}\d ·•、，。,.()（）《》“”"'\-—/#&+:：〇]*$/u
const DAY_MS = 86_400_000
const LEVELS: readonly string[] = ['province', 'prefecture', 'county']

/** The date that lies `days` after `today`, both ISO. */
export function addDays(today: string, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00.000Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The month (YYYY-MM) that lies `months` after the one of `today`. */
export function addMonths(today: string, months: number): string {
  const count = Number(today.slice(0, 4)) * 12 + Number(today.slice(5, 7)) - 1 + months
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`
}

/** The first fault of a value that is not empty, or nothing. */
export function valueFault(field: Field, value: string, context: AnswerContext): AnswerFault | undefined {
  switch (field.type) {
    case 'choice':
      return field.options.some((option) => option.value === value) ? undefined : 'not-an-option'
    case 'multi-choice':
      return choicesFault(field, splitChoices(value))
    case 'text':
      return textFault(field, value)
    case 'person-name':
      return personNameFault(value)
    case 'phone':
      return isMobile(value) ? undefined : 'not-a-mobile-number'
    case 'date':
      if (!isRealDate(value)) return 'impossible-date'
      if (value < addDays(context.today, field.earliestDays)) return 'too-early'
      return value > addDays(context.today, field.latestDays) ? 'too-late' : undefined
    case 'month':
      if (!isRealMonth(value)) return 'impossible-date'
      if (value < addMonths(context.today, field.earliestMonths)) return 'too-early'
      return value > addMonths(context.today, field.latestMonths) ? 'too-late' : undefined
    case 'division':
      return divisionFault(field.level, value, context)
    case 'address': {
      const { division, detail } = splitAddress(value)
      return divisionFault(field.level, division, context) ?? textFault(field, detail.trim())
    }
    case 'id-number':
      return personNumberFault(field, value, context)
    case 'uscc': {
      const checked = checkUscc(value)
      return checked.ok ? undefined : checked.fault
    }
    case 'bank-card':
      return bankCardFault(value)
    case 'amount':
      return numberFault(fenOf(value), field.minFen, field.maxFen)
    case 'whole-number':
      return numberFault(wholeOf(value), field.min, field.max)
    case 'code':
      return codeFault(field.validator, value, context)
  }
}

function choicesFault(field: FieldOf<'multi-choice'>, chosen: readonly string[]): AnswerFault | undefined {
  const order = chosen.map((value) => field.options.findIndex((option) => option.value === value))
  if (order.includes(-1)) return 'not-an-option'
  // One way to write a set, so that equal answers have equal hashes.
  if (order.some((place, at) => at > 0 && place <= (order[at - 1] ?? -1))) return 'repeated'
  if (chosen.length < field.minChosen) return 'too-few'
  return chosen.length > (field.maxChosen ?? field.options.length) ? 'too-many' : undefined
}

interface GlyphRange {
  readonly minGlyphs: number
  readonly maxGlyphs: number
}

function textFault({ minGlyphs, maxGlyphs }: GlyphRange, value: string): AnswerFault | undefined {
  const glyphs = [...value].length
  if (glyphs < minGlyphs) return 'too-short'
  if (glyphs > maxGlyphs) return 'too-long'
  return PLAIN_TEXT.test(value) ? undefined : 'characters'
}

function divisionFault(level: string, value: string, { divisions }: AnswerContext): AnswerFault | undefined {
  if (!divisions.some((division) => division.code === value)) return 'unknown-division'
  return LEVELS.indexOf(divisionLevel(value)) < LEVELS.indexOf(level) ? 'division-too-coarse' : undefined
}

function personNumberFault(
  field: FieldOf<'id-number'>,
  value: string,
  { today, divisions }: AnswerContext,
): AnswerFault | undefined {
  const isOurs = (division: string) => divisions.some(({ code }) => code.slice(0, 2) === division.slice(0, 2))
  const checked = checkPersonNumber(value, today, isOurs)
  if (!checked.ok) return checked.fault
  return field.kinds.includes(checked.kind) ? undefined : 'other-kind'
}

function numberFault(value: number | undefined, min: number, max: number): AnswerFault | undefined {
  if (value === undefined) return 'not-a-number'
  if (value < min) return 'too-small'
  return value > max ? 'too-large' : undefined
}

function codeFault(validator: CodeValidator, value: string, { today }: AnswerContext): AnswerFault | undefined {
  switch (validator) {
    case 'item-code':
      return faultOf(checkItemCode(value))
    case 'case-code':
      return faultOf(checkCaseCode(value))
    case 'licence-id':
      return faultOf(checkLicenceId(value))
    case 'birth-certificate':
      return isBirthCertificateNumber(value) ? undefined : 'characters'
    case 'disability-certificate':
      return disabilityCertificateFault(value, today)
    case 'postal-code':
      return isPostalCode(value) ? undefined : 'characters'
    case 'account':
      if (!/^[0-9A-Z]*$/.test(value)) return 'characters'
      return value.length < 6 || value.length > 24 ? 'length' : undefined
  }
}

type Checked = { readonly ok: true } | { readonly ok: false; readonly fault: AnswerFault }
const faultOf = (checked: Checked): AnswerFault | undefined => (checked.ok ? undefined : checked.fault)
