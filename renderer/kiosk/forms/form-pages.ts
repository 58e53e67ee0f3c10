import {
  type AnswerContext,
  type AnswerFault,
  type Answers,
  checkAnswer,
  checkRules,
  isAsked,
} from '../../../sync/protocol/answers.ts'
import { materialsWanted } from '../../../sync/protocol/materials.ts'
import type { Field, Page, ServiceItem } from '../../../sync/protocol/service-item.ts'

/** Pages and fields of a form as they are asked now: dependencies may take fields, or whole pages, out. */

export type Faults = Readonly<Record<string, AnswerFault>>

export function askedFields(item: ServiceItem, page: Page, answers: Answers): readonly Field[] {
  return page.fields.flatMap((id) => {
    const field = item.fields.find((candidate) => candidate.id === id)
    return field !== undefined && isAsked(field, answers) ? [field] : []
  })
}

/** Indexes into item.pages of the pages that ask something. */
export function askedPages(item: ServiceItem, answers: Answers): readonly number[] {
  return item.pages.flatMap((page, index) => (askedFields(item, page, answers).length > 0 ? [index] : []))
}

/** The asked page after (+1) or before (-1) `index`, or nothing when there is none. */
export function neighbourPage(
  item: ServiceItem,
  answers: Answers,
  index: number,
  direction: 1 | -1,
): number | undefined {
  const pages = askedPages(item, answers)
  return direction === 1 ? pages.find((page) => page > index) : pages.findLast((page) => page < index)
}

/** The first fault of every asked field of one page, by itself or beside other answers. */
export function pageFaults(item: ServiceItem, index: number, answers: Answers, context: AnswerContext): Faults {
  const page = item.pages[index]
  const faults: Record<string, AnswerFault> = {}
  for (const field of page === undefined ? [] : askedFields(item, page, answers)) {
    const fault = checkAnswer(field, answers, context)
    if (fault !== undefined) faults[field.id] = fault
  }
  for (const { field, fault } of checkRules(item, answers, context)) {
    if (page?.fields.includes(field)) faults[field] ??= fault
  }
  return faults
}

/** The first page that has a fault, with its faults. */
export function firstFaultyPage(
  item: ServiceItem,
  answers: Answers,
  context: AnswerContext,
): { readonly index: number; readonly faults: Faults } | undefined {
  for (const index of askedPages(item, answers)) {
    const faults = pageFaults(item, index, answers, context)
    if (Object.keys(faults).length > 0) return { index, faults }
  }
  return undefined
}

export function pageOfField(item: ServiceItem, fieldId: string): number {
  return Math.max(
    0,
    item.pages.findIndex((page) => page.fields.includes(fieldId)),
  )
}

/**
 * The answers that count: those of asked fields, without spaces around and without empty ones. Runs again until
 * nothing changes, since an answer that falls away may take another with it.
 */
export function countingAnswers(item: ServiceItem, answers: Answers): Answers {
  let kept: Answers = Object.fromEntries(
    Object.entries(answers).flatMap(([id, value]) => (value.trim() === '' ? [] : [[id, value.trim()]])),
  )
  for (;;) {
    const next = Object.fromEntries(
      Object.entries(kept).filter(([id]) => {
        const field = item.fields.find((candidate) => candidate.id === id)
        return field !== undefined && isAsked(field, kept)
      }),
    )
    if (Object.keys(next).length === Object.keys(kept).length) return kept
    kept = next
  }
}

/** Card, form pages, papers, confirm, receipt. */
export function stepCount(item: ServiceItem, answers: Answers): number {
  return askedPages(item, answers).length + materialsWanted(item, answers).length + 3
}
