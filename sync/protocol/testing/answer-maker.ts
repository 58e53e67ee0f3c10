import { type AnswerContext, type Answers, addDays, addMonths, checkRules, isAsked } from '../answers.ts'
import { mod11_2 } from '../check-digits.ts'
import { joinAddress, joinChoices } from '../composite-answers.ts'
import { bankCardFault } from '../plain-values.ts'
import { divisionLevel, type Field, type FieldOf, type Rule, type ServiceItem } from '../service-item.ts'

/** Good answers to any item, made from its data alone; no part of the program. */

/** A whole number 0 ≤ x < limit. */
export type Pick = (limit: number) => number

/** Small, fast, and the same for the same seed (mulberry32). */
export function pickFrom(seed: number): Pick {
  let state = seed >>> 0
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

const GLYPHS = [...'云洲南桥青石松坪春来恒盛纺织临河路甲乙丙丁一二三𠮷']
/** How often a set of answers is made anew until its rules hold. */
const TRIES = 400

export function makeAnswers(item: ServiceItem, context: AnswerContext, pick: Pick): Answers {
  for (let tries = 0; tries < TRIES; tries++) {
    const answers = fillIn(item, context, pick)
    repair(item, answers, context)
    if (checkRules(item, answers, context).length === 0) return answers
  }
  throw new Error(`${item.id}: no answers found that its rules allow`)
}

function fillIn(item: ServiceItem, context: AnswerContext, pick: Pick): Record<string, string> {
  const answers: Record<string, string> = {}
  for (const page of item.pages) {
    for (const id of page.fields) {
      const field = item.fields.find((candidate) => candidate.id === id)
      if (field === undefined || !isAsked(field, answers)) continue
      if (field.required || pick(2) === 0) answers[id] = makeValue(field, answers, context, pick)
    }
  }
  return answers
}

/** Rules that chance hardly ever meets. */
function repair(item: ServiceItem, answers: Record<string, string>, context: AnswerContext): void {
  for (const rule of item.rules ?? []) {
    if (rule.kind === 'equal' && answers[rule.field] !== undefined) {
      answers[rule.field] = context.applicant?.idNumber ?? answers[rule.to] ?? ''
      if (checkRules({ ...item, rules: [rule] }, answers, context).length > 0) continue
    }
    if (rule.kind === 'order') swapWhenWrong(item, rule, answers, context)
  }
}

function swapWhenWrong(
  item: ServiceItem,
  rule: Extract<Rule, { kind: 'order' }>,
  answers: Record<string, string>,
  context: AnswerContext,
): void {
  if (checkRules({ ...item, rules: [rule] }, answers, context).length === 0) return
  const [from, to] = [answers[rule.from], answers[rule.to]]
  if (from === undefined || to === undefined) return
  answers[rule.from] = to
  answers[rule.to] = from
}

export function makeValue(field: Field, answers: Answers, context: AnswerContext, pick: Pick): string {
  const between = (low: number, high: number) => low + pick(high - low + 1)
  const digits = (count: number) => Array.from({ length: count }, () => pick(10)).join('')
  const glyphs = (count: number) => Array.from({ length: count }, () => GLYPHS[pick(GLYPHS.length)]).join('')
  switch (field.type) {
    case 'choice':
      return field.options[pick(field.options.length)]?.value ?? ''
    case 'multi-choice': {
      const most = Math.min(field.maxChosen ?? field.options.length, field.options.length)
      const values = field.options.map(({ value }) => value).sort(() => pick(3) - 1)
      return joinChoices(values.slice(0, between(field.minChosen, most)), field.options)
    }
    case 'text':
      return glyphs(between(Math.max(1, field.minGlyphs), field.maxGlyphs))
    case 'person-name':
      return glyphs(between(2, 4))
    case 'phone':
      return `1${between(3, 9)}${digits(9)}`
    case 'date':
      return addDays(context.today, between(field.earliestDays, field.latestDays))
    case 'month':
      return addMonths(context.today, between(field.earliestMonths, field.latestMonths))
    case 'division':
      return placeFor(field, answers, context, pick)
    case 'address':
      return joinAddress({
        division: placeFor(field, answers, context, pick),
        detail: glyphs(between(field.minGlyphs, field.maxGlyphs)),
      })
    case 'id-number':
      return personNumber(between(20, 60), context, pick)
    case 'uscc':
      return ['11990100MB99000131', '12990100MB9900048G', '11990100MB990011X7'][pick(3)] ?? ''
    case 'bank-card': {
      const body = `62${digits(between(13, 16))}`
      return [...'0123456789'].map((last) => body + last).find((card) => bankCardFault(card) === undefined) ?? ''
    }
    case 'amount':
      return String(between(field.minFen, field.maxFen) / 100)
    case 'whole-number':
      return String(between(field.min, field.max))
    case 'code':
      return codeFor(field, context, pick, digits)
  }
}

function codeFor(
  field: FieldOf<'code'>,
  context: AnswerContext,
  pick: Pick,
  digits: (count: number) => string,
): string {
  switch (field.validator) {
    case 'item-code':
      return '12441500196720244T3442199806003'
    case 'case-code':
      return `12441500196720244T344219980600320220623${digits(4)}`
    case 'licence-id':
      return '1.2.156.3005.2.11100000000013338W011.11990100MB99000131.1.001.R'
    case 'birth-certificate':
      return `${'ABCDEFG'.charAt(pick(7))}${digits(9)}`
    case 'disability-certificate':
      return `${personNumber(20 + pick(60), context, pick)}${1 + pick(7)}${1 + pick(4)}`
    case 'postal-code':
      return `65${digits(4)}`
    case 'account':
      return digits(6 + pick(19))
  }
}

/** A made-up citizen of about that age. */
export function personNumber(years: number, { today }: AnswerContext, pick: Pick): string {
  const birth = addDays(today, -Math.round(years * 365.25) - pick(300)).replaceAll('-', '')
  const body = `990101${birth}${String(pick(1000)).padStart(3, '0')}`
  return body + mod11_2(body)
}

function placeFor(
  field: FieldOf<'division' | 'address'>,
  answers: Answers,
  { divisions }: AnswerContext,
  pick: Pick,
): string {
  const other = field.type === 'division' ? answers[field.otherProvinceThan ?? ''] : undefined
  const places = divisions.filter(
    ({ code }) =>
      divisionLevel(code) === field.level && (other === undefined || code.slice(0, 2) !== other.slice(0, 2)),
  )
  return places[pick(places.length)]?.code ?? ''
}
