import { FORMS_LEVEL, levelNeeded } from './forms-level.ts'
import { type AnswerCondition, leavesOf } from './item-conditions.ts'
import { CONSENT_MAX_GLYPHS, consentGlyphs } from './item-consent.ts'
import type { Field, FieldType } from './item-fields.ts'
import { MAX_ATTACHMENTS, MAX_PLEDGE } from './item-parts.ts'
import { type Rule, referencesOf } from './item-rules.ts'
import type { ItemShape } from './item-shape.ts'

/** How the parts of an item must fit together: no dangling reference, no circle, no range that nothing can lie in. */

/** Where in the item, and what is wrong there. */
export type Report = (message: string, path: readonly (string | number)[]) => void

/**
 * Items of level 1 were once taken with less care and must stay readable, so what came with level 2 is not asked of them
 * unless `isStrict`: a hub asks it of all that is published anew.
 */
export function checkItemShape(item: ItemShape, report: Report, isStrict: boolean = (item.needsForms ?? 1) > 1): void {
  const byId = new Map(item.fields.map((field) => [field.id, field]))
  checkLevel(item, report)
  checkPages(item, byId, report)
  item.fields.forEach((field, at) => {
    const path = ['fields', at]
    if (isStrict) checkRange(field, report, path)
    if (field.when !== undefined) checkCondition(field.when, byId, report, [...path, 'when'], isStrict)
    const other = field.type === 'division' ? field.otherProvinceThan : undefined
    if (other !== undefined && (isStrict ? byId.get(other)?.type !== 'division' : !byId.has(other))) {
      report(
        `field ${field.id} leans on ${byId.has(other) ? 'a field that is no division' : 'an unknown field'}: ${other}`,
        path,
      )
    }
  })
  if (isStrict) checkCircles(item, report)
  checkRules(item, byId, report)
  checkParts(item, byId, report)
}

type Fields = ReadonlyMap<string, Field>
type Path = readonly (string | number)[]

function checkLevel(item: ItemShape, report: Report): void {
  const said = item.needsForms ?? 1
  const needed = levelNeeded(item)
  if (said > FORMS_LEVEL) report(`needs forms of level ${said}, this program has ${FORMS_LEVEL}`, ['needsForms'])
  if (said < needed) report(`must be ${needed}: the item uses forms of that level`, ['needsForms'])
}

function checkPages(item: ItemShape, byId: Fields, report: Report): void {
  if (byId.size !== item.fields.length) report('two fields share an id', ['fields'])
  const placed = new Set<string>()
  item.pages.forEach((page, at) => {
    for (const id of page.fields) {
      if (placed.has(id)) report(`a field stands on two pages: ${id}`, ['pages', at])
      if (!byId.has(id)) report(`page names an unknown field: ${id}`, ['pages', at])
      placed.add(id)
    }
  })
  item.fields.forEach((field, at) => {
    if (!placed.has(field.id)) report(`field is on no page: ${field.id}`, ['fields', at])
  })
}

function checkRange(field: Field, report: Report, path: Path): void {
  const bounds = boundsOf(field)
  if (bounds !== undefined && bounds[0] > bounds[1]) {
    report(`nothing lies between ${bounds[0]} and ${bounds[1]}`, path)
  }
  if (field.type === 'choice' || field.type === 'multi-choice') {
    const values = field.options.map((option) => option.value)
    if (new Set(values).size !== values.length) report('two options share a value', [...path, 'options'])
    // Commas part the answers of several choices.
    if (values.some((value) => value.includes(',')))
      report('the value of an option holds a comma', [...path, 'options'])
  }
}

function boundsOf(field: Field): readonly [number, number] | undefined {
  switch (field.type) {
    case 'text':
    case 'address':
      return [field.minGlyphs, field.maxGlyphs]
    case 'date':
      return [field.earliestDays, field.latestDays]
    case 'month':
      return [field.earliestMonths, field.latestMonths]
    case 'amount':
      return [field.minFen, field.maxFen]
    case 'whole-number':
      return [field.min, field.max]
    case 'multi-choice':
      return [field.minChosen, Math.min(field.maxChosen ?? field.options.length, field.options.length)]
    default:
      return undefined
  }
}

const NUMBERS: readonly FieldType[] = ['amount', 'whole-number']

function checkCondition(condition: AnswerCondition, byId: Fields, report: Report, path: Path, isStrict = true): void {
  for (const leaf of leavesOf(condition)) {
    const field = byId.get(leaf.field)
    if (field === undefined) {
      report(`leans on an unknown field: ${leaf.field}`, path)
    } else if (isStrict && 'in' in leaf && (field.type === 'choice' || field.type === 'multi-choice')) {
      const unknown = leaf.in.filter((value) => !field.options.some((option) => option.value === value))
      for (const value of unknown) report(`field ${leaf.field} has no option ${value}`, path)
    } else if (isStrict && ('atLeast' in leaf || 'atMost' in leaf) && !NUMBERS.includes(field.type)) {
      report(`field ${leaf.field} is no number`, path)
    }
  }
}

/** A question that is asked only when it was answered is never asked. */
function checkCircles(item: ItemShape, report: Report): void {
  const leansOn = new Map(
    item.fields.map((field) => [
      field.id,
      field.when === undefined ? [] : leavesOf(field.when).map((leaf) => leaf.field),
    ]),
  )
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    (leansOn.get(from) ?? []).some((next) => {
      if (next === target) return true
      if (seen.has(next)) return false
      seen.add(next)
      return reaches(next, target, seen)
    })
  item.fields.forEach((field, at) => {
    if (reaches(field.id, field.id, new Set())) {
      report(`field ${field.id} leans on itself in a circle`, ['fields', at, 'when'])
    }
  })
}

/** Which types a rule may name, by its kind; the references of `order`, `equal` and `differ` must be of one type. */
const RULE_TYPES: Partial<Record<Rule['kind'], readonly FieldType[]>> = {
  order: ['date', 'month', 'amount', 'whole-number'],
  sum: NUMBERS,
  age: ['date', 'id-number'],
  within: ['division', 'address'],
}

function checkRules(item: ItemShape, byId: Fields, report: Report): void {
  const ids = new Set<string>()
  for (const [at, rule] of (item.rules ?? []).entries()) {
    const path = ['rules', at]
    if (ids.has(rule.id)) report(`two rules share an id: ${rule.id}`, path)
    ids.add(rule.id)
    if (rule.when !== undefined) checkCondition(rule.when, byId, report, [...path, 'when'])
    const types = new Set<FieldType>()
    for (const id of referencesOf(rule)) {
      if (id.startsWith('card.')) continue
      const field = byId.get(id)
      if (field === undefined) report(`rule ${rule.id} names an unknown field: ${id}`, path)
      else {
        types.add(field.type)
        const allowed = rule.kind === 'odd' ? oddTypes(rule.measure) : RULE_TYPES[rule.kind]
        if (allowed?.includes(field.type) === false) report(`rule ${rule.id} cannot judge a ${field.type}: ${id}`, path)
      }
    }
    if (types.size > 1 && rule.kind !== 'age') report(`rule ${rule.id} compares fields of several types`, path)
    if (rule.kind === 'age') checkAgeRule(rule, byId, report, path)
    if (rule.kind === 'odd' && rule.below === undefined && rule.above === undefined) {
      report(`rule ${rule.id} wants below, above or both`, path)
    }
  }
}

const oddTypes = (measure: 'value' | 'age'): readonly FieldType[] =>
  measure === 'value' ? NUMBERS : ['date', 'id-number']

function checkAgeRule(rule: Extract<Rule, { kind: 'age' }>, byId: Fields, report: Report, path: Path): void {
  if (rule.on !== undefined && byId.get(rule.on)?.type !== 'date')
    report(`rule ${rule.id}: ${rule.on} is no date`, path)
  const { atLeast, atMost } = rule
  if (atLeast === undefined && atMost === undefined) report(`rule ${rule.id} wants atLeast, atMost or both`, path)
  if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
    report(`no age lies between ${atLeast} and ${atMost}`, path)
  }
}

function checkParts(item: ItemShape, byId: Fields, report: Report): void {
  const paper = item.proxy?.allowed === true ? item.proxy.paper : undefined
  const materials = item.materials ?? []
  if (materials.some(({ id }) => id === paper?.id)) report('the letter of authority is a material already', ['proxy'])
  if (new Set(materials.map((material) => material.id)).size !== materials.length) {
    report('two materials share an id', ['materials'])
  }
  const pages = materials.reduce((sum, material) => sum + material.maxPages, paper?.maxPages ?? 0)
  if (pages > MAX_ATTACHMENTS) report(`${pages} pages in all; a submission holds ${MAX_ATTACHMENTS}`, ['materials'])
  materials.forEach((material, at) => {
    if (material.when !== undefined) checkCondition(material.when, byId, report, ['materials', at, 'when'])
    if (material.pledgeInstead && (item.pledge === undefined || !item.signature)) {
      report(`material ${material.id} may be pledged, but the item has no pledge to sign`, ['materials', at])
    }
    if (material.notHandedIn !== undefined && !material.pledgeInstead) {
      report(`material ${material.id} may not be pledged, so nobody says that it is not handed in`, ['materials', at])
    }
  })
  const signed = [...materials.map(({ notHandedIn }) => notHandedIn), item.pledge?.text]
  const glyphs = signed.reduce((sum, words) => sum + (words?.zh.length ?? 0), 0)
  if (glyphs > MAX_PLEDGE) report(`the pledge may come to ${glyphs} characters; ${MAX_PLEDGE} are sealed`, ['pledge'])
  const said = item.consent === undefined ? 0 : consentGlyphs(item.consent)
  if (said > CONSENT_MAX_GLYPHS) report(`has ${said} characters, at most ${CONSENT_MAX_GLYPHS} are read`, ['consent'])
  if (item.offlinePolicy === 'D' && item.offline?.decision === undefined && item.offline !== undefined) {
    report('policy D wants the sentence of its provisional decision', ['offline', 'decision'])
  }
  ;(item.members ?? []).forEach((member, at) => {
    for (const id of member.fields ?? []) {
      if (!byId.has(id)) report(`member names an unknown field: ${id}`, ['members', at, 'fields'])
    }
  })
}
