import type { Answers } from '../../../sync/protocol/answers.ts'
import { splitAddress, splitChoices } from '../../../sync/protocol/composite-answers.ts'
import { groupsOf } from '../../../sync/protocol/grouping.ts'
import { materialsWanted } from '../../../sync/protocol/materials.ts'
import type { Division, Field, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { local, say } from '../../ui/strings/say.ts'
import type { PaperWay } from '../machine/session-types.ts'
import { placeName } from './divisions.ts'
import { askedFields } from './form-pages.ts'
import { longDate, longMonth, maskIdNumber, maskMobile } from './show.ts'

export interface SummaryRow {
  readonly field: string
  readonly label: string
  /** Groups that are parted by layout; one for plain text. */
  readonly value: readonly string[]
}

/** All that was answered, in the order of the pages, as the citizen reads it. */
export function summaryRows(
  item: ServiceItem,
  answers: Answers,
  divisions: readonly Division[],
): readonly SummaryRow[] {
  return item.pages.flatMap((page) =>
    askedFields(item, page, answers).flatMap((field) => {
      const answer = answers[field.id]
      if (answer === undefined || answer === '') return []
      return [{ field: field.id, label: local(field.label), value: shownAnswer(field, answer, divisions) }]
    }),
  )
}

/** The papers that are wanted, and how each is given. */
export function paperRows(
  item: ServiceItem,
  answers: Answers,
  papers: Readonly<Record<string, PaperWay>>,
  scanned: readonly { readonly materialId: string }[],
): readonly SummaryRow[] {
  return materialsWanted(item, answers).flatMap(({ id, name }) => {
    const way = papers[id]
    if (way === undefined) return []
    const pages = scanned.filter(({ materialId }) => materialId === id).length
    return [{ field: id, label: local(name), value: [say(`confirm.paper.${way}`, { pages })] }]
  })
}

function shownAnswer(field: Field, answer: string, divisions: readonly Division[]): readonly string[] {
  switch (field.type) {
    case 'choice': {
      const option = field.options.find((candidate) => candidate.value === answer)
      return [option === undefined ? answer : local(option.label)]
    }
    case 'multi-choice': {
      const chosen = splitChoices(answer)
      return [
        field.options
          .flatMap(({ value, label }) => (chosen.includes(value) ? [local(label)] : []))
          .join(say('list.and')),
      ]
    }
    case 'phone':
      return maskMobile(answer)
    case 'month':
      return [longMonth(answer)]
    case 'address': {
      const { division, detail } = splitAddress(answer)
      return [`${placeName(divisions, division)} ${detail}`]
    }
    case 'id-number':
      return maskIdNumber(answer)
    case 'whole-number':
      return field.unit === undefined ? [answer] : [say('form.counted', { count: answer, unit: local(field.unit) })]
    case 'amount':
      return [say('form.amount', { amount: groupsOf(field.type, answer).join('') })]
    case 'date':
      return [longDate(answer)]
    case 'division':
      return [placeName(divisions, answer)]
    default:
      return groupsOf(field.type, answer)
  }
}
