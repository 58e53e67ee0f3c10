import type { Field, Page, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { sayIn } from '../../ui/strings/say.ts'
import type { Language } from '../../ui/strings/texts.ts'
import { pageOfField } from './form-pages.ts'

/**
 * Elder mode asks one question a page (look.md section 1): the same item with every page of several fields taken apart.
 * Answers, checks and dependencies are the item's own, so both modes lead to the same submission.
 */
export function elderForm(item: ServiceItem, language: Language = 'zh'): ServiceItem {
  return { ...item, pages: item.pages.flatMap((page) => onePerPage(item, page, language)) }
}

function onePerPage(item: ServiceItem, page: Page, language: Language): readonly Page[] {
  if (page.fields.length === 1) return [page]
  return page.fields.flatMap((id) => {
    const field = item.fields.find((candidate) => candidate.id === id)
    return field === undefined
      ? []
      : [
          {
            id,
            question: questionOf(field, language),
            ...(field.hint === undefined ? {} : { hint: field.hint }),
            fields: [id],
          },
        ]
  })
}

/** The field's own question, else one made of a string and a label: in Chinese, and in the visitor's language where both are there. */
function questionOf({ question, label, type }: Field, language: Language): Page['question'] {
  if (question !== undefined) return question
  const key = type === 'choice' || type === 'multi-choice' ? 'elder.choose' : 'elder.fill'
  const zh = sayIn('zh', key, { label: label.zh })
  const own = label[language]
  return own === undefined || language === 'zh' ? { zh } : { zh, [language]: sayIn(language, key, { label: own }) }
}

/** Where the field that stands first on page `index` of `from` is asked in `to`. */
export function samePlace(from: ServiceItem, index: number, to: ServiceItem): number {
  const first = from.pages[index]?.fields[0]
  return first === undefined ? 0 : pageOfField(to, first)
}
