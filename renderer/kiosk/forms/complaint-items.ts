import type { Answers } from '../../../sync/protocol/answers.ts'
import { ELDER_CHOICES } from '../../../sync/protocol/elder-pages.ts'
import type { Field, LocalText, Option, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { local, say } from '../../ui/strings/say.ts'

/**
 * Which item a complaint is about. The one that was open in this visit stands first; in elder mode the rest is parted into
 * as few kinds of matters as one page holds, so that none of 18 items is more than three touches of 更多 or of a kind away.
 */

const ITEM = 'itemId'
const KIND = 'itemKind'
const IN_KIND = 'itemIn'

type Choice = Pick<ServiceItem, 'id' | 'name' | 'topic'>

export interface ItemsAsked {
  readonly items: readonly Choice[]
  readonly isElder: boolean
  /** Of this visit; null when none was opened. */
  readonly recentId: string | null
}

const isAboutItem = { field: 'what', in: ['item'] }
const text = (words: string): LocalText => ({ zh: words })

/** Nothing where there is no choice: of one, or of none. */
export function itemFields({ items, isElder, recentId }: ItemsAsked): readonly Field[] {
  if (items.length < 2) return []
  const recent = items.find(({ id }) => id === recentId)
  const first: readonly Option[] =
    recent === undefined
      ? []
      : [{ value: recent.id, label: recent.name, note: text(say('complaint.item-recent-note')) }]
  const rest = items.filter((item) => item !== recent)
  if (!isElder || items.length <= ELDER_CHOICES) {
    return [{ ...choice(ITEM, say('complaint.item'), [...first, ...rest.map(optionOf)]), when: isAboutItem }]
  }
  const kinds = partedByTopic(rest, ELDER_CHOICES - first.length)
  return [
    {
      ...choice(KIND, say('complaint.item-kind'), [
        ...first,
        ...kinds.map((kind, index) => ({ value: kindValue(index), label: text(nameOf(kind)) })),
      ]),
      when: isAboutItem,
    },
    ...kinds.map((kind, index) => ({
      ...choice(`${IN_KIND}${index}`, say('complaint.item'), kind.map(optionOf)),
      when: { all: [isAboutItem, { field: KIND, in: [kindValue(index)] }] },
    })),
  ]
}

/** The item that the answers name; empty while they name none. */
export function itemAnswered(answers: Answers): string {
  const kind = answers[KIND]
  if (kind === undefined) return answers[ITEM] ?? ''
  const index = /^kind-(\d+)$/.exec(kind)?.[1]
  return index === undefined ? kind : (answers[`${IN_KIND}${index}`] ?? '')
}

/** Of a field of this file: the question that it asks. */
export function itemQuestion(fieldId: string): 'itemId' | 'itemKind' | undefined {
  if (fieldId === KIND) return 'itemKind'
  return fieldId === ITEM || fieldId.startsWith(IN_KIND) ? 'itemId' : undefined
}

const kindValue = (index: number) => `kind-${index}`
const optionOf = ({ id, name }: Choice): Option => ({ value: id, label: name })
const choice = (id: string, label: string, options: readonly Option[]) => ({
  ...{ id, type: 'choice' as const, label: text(label), required: true },
  options: [...options],
})

function nameOf(kind: readonly Choice[]): string {
  return [...new Set(kind.map(({ topic }) => local(topic)))].join(say('list.and'))
}

/** At most `most` parts, about as long as each other; a topic is in one of them whole. Both in the order of the items. */
function partedByTopic(items: readonly Choice[], most: number): readonly (readonly Choice[])[] {
  const topics = new Map<string, Choice[]>()
  for (const item of items) topics.set(item.topic.zh, [...(topics.get(item.topic.zh) ?? []), item])
  const parts = Array.from({ length: Math.min(most, topics.size) }, (): Choice[] => [])
  const longestFirst = [...topics.values()].sort((a, b) => b.length - a.length)
  for (const topic of longestFirst) parts.reduce((a, b) => (b.length < a.length ? b : a)).push(...topic)
  return parts
}
