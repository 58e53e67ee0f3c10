import type { Field, Page, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { say } from '../../ui/strings/say.ts'
import { pageOfField } from './form-pages.ts'

/**
 * Elder mode asks one question a page (look.md section 1): the same item with every page of several fields taken apart.
 * Answers, checks and dependencies are the item's own, so both modes lead to the same submission.
 */
export function elderForm(item: ServiceItem): ServiceItem {
  return { ...item, pages: item.pages.flatMap((page) => onePerPage(item, page)) }
}

function onePerPage(item: ServiceItem, page: Page): readonly Page[] {
  if (page.fields.length === 1) return [page]
  return page.fields.flatMap((id) => {
    const field = item.fields.find((candidate) => candidate.id === id)
    return field === undefined
      ? []
      : [{ id, question: questionOf(field), ...(field.hint === undefined ? {} : { hint: field.hint }), fields: [id] }]
  })
}

function questionOf({ question, label, type }: Field): Page['question'] {
  if (question !== undefined) return question
  const key = type === 'choice' || type === 'multi-choice' ? 'elder.choose' : 'elder.fill'
  return { zh: say(key, { label: label.zh }) }
}

/** Where the field that stands first on page `index` of `from` is asked in `to`. */
export function samePlace(from: ServiceItem, index: number, to: ServiceItem): number {
  const first = from.pages[index]?.fields[0]
  return first === undefined ? 0 : pageOfField(to, first)
}
