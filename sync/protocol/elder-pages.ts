import { type Answers, isAsked } from './answers.ts'
import type { Field, LocalText, Option, ServiceItem } from './service-item.ts'

/** Choices that stand on a page of elder mode at once; the next ones come with 更多 (domain.md section 4). */
export const ELDER_CHOICES = 4
/** Pages of an elder's journey beside the questions: card, what this is, check and sign, receipt. */
export const ELDER_FIXED_PAGES = 4

/** One question of elder mode. */
export interface ElderPage {
  readonly field: Field
  /** Index into item.pages of the page that it stands on in the standard form. */
  readonly pageIndex: number
  readonly question: LocalText
  readonly hint: LocalText | undefined
  /** For choices: rows of at most four, shown one after the other by 更多; empty for other questions. */
  readonly choices: readonly (readonly Option[])[]
}

/**
 * An item's questions one by one, in the order of its pages, as they are asked with these answers. A page of one field
 * lends its own question; a field on a fuller page has its `question`, or its label.
 */
export function elderPages(item: ServiceItem, answers: Answers): readonly ElderPage[] {
  return item.pages.flatMap((page, pageIndex) =>
    page.fields.flatMap((id) => {
      const field = item.fields.find((candidate) => candidate.id === id)
      if (field === undefined || !isAsked(field, answers)) return []
      const isAlone = page.fields.length === 1
      const question = field.question ?? (isAlone ? page.question : field.label)
      return [
        { field, pageIndex, question, hint: field.hint ?? (isAlone ? page.hint : undefined), choices: groups(field) },
      ]
    }),
  )
}

/** Pages of the whole journey from the card to the receipt. */
export function elderPageCount(item: ServiceItem, answers: Answers): number {
  return elderPages(item, answers).length + ELDER_FIXED_PAGES
}

function groups(field: Field): readonly (readonly Option[])[] {
  if (field.type !== 'choice' && field.type !== 'multi-choice') return []
  const rows: Option[][] = []
  for (let at = 0; at < field.options.length; at += ELDER_CHOICES) {
    rows.push(field.options.slice(at, at + ELDER_CHOICES))
  }
  return rows
}
