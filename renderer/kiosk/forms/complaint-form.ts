import type { Answers } from '../../../sync/protocol/answers.ts'
import {
  COMPLAINT_MAX_GLYPHS,
  COMPLAINT_MIN_GLYPHS,
  COMPLAINT_SORTS,
  type ComplainRequest,
  type ComplaintAbout,
  FEEDBACK_ITEM,
} from '../../../sync/protocol/feedback.ts'
import type { Catalogue, Field, LocalText, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { type StringKey, say } from '../../ui/strings/say.ts'
import { itemAnswered, itemFields, itemQuestion } from './complaint-items.ts'

/**
 * 投诉和建议 as the forms engine asks it: the same pages, keyboards and summary as any service item, in both modes. It is no
 * item of a catalogue: nobody needs a card for it.
 */

const [COMPLAINT, SUGGESTION] = COMPLAINT_SORTS

/** Opens the keyboard at its figures. */
export const STAFF_NUMBER = 'staffNumber'
const STAFF_NUMBER_GLYPHS = 12

const zh = (key: StringKey): LocalText => ({ zh: say(key) })
const common = { required: true } as const

export function isComplaint(item: Pick<ServiceItem, 'id'> | null): boolean {
  return item?.id === FEEDBACK_ITEM.complaint.id
}

export interface ComplaintAsked {
  readonly catalogue: Catalogue | null
  /** Somebody's card is in the session: then a name needs no number to be reached by. */
  readonly hasCard: boolean
  readonly isElder: boolean
  /** The item that was open in this visit; null when there was none. */
  readonly recentId: string | null
}

export function complaintForm({ catalogue, hasCard, isElder, recentId }: ComplaintAsked): ServiceItem {
  const aboutItem = itemFields({ items: catalogue?.items ?? [], isElder, recentId })
  const whats =
    aboutItem.length === 0 ? (['hall', 'staff', 'else'] as const) : (['item', 'hall', 'staff', 'else'] as const)
  const fields: readonly Field[] = [
    {
      ...common,
      ...{ id: 'what', type: 'choice', label: zh('complaint.what') },
      options: whats.map((what) => ({ value: what, label: zh(`complaint.what.${what}`) })),
    },
    ...aboutItem,
    {
      ...common,
      ...{ id: STAFF_NUMBER, type: 'text', label: zh('complaint.staff') },
      ...{ minGlyphs: 1, maxGlyphs: STAFF_NUMBER_GLYPHS, when: { field: 'what', in: ['staff'] } },
    },
    {
      ...common,
      ...{ id: 'sort', type: 'choice', label: zh('complaint.sort') },
      options: [
        { value: COMPLAINT, label: zh('complaint.sort.complaint'), note: zh('complaint.sort.complaint-note') },
        { value: SUGGESTION, label: zh('complaint.sort.suggestion'), note: zh('complaint.sort.suggestion-note') },
      ],
    },
    {
      ...common,
      ...{ id: 'words', type: 'text', label: zh('complaint.words') },
      ...{ minGlyphs: COMPLAINT_MIN_GLYPHS, maxGlyphs: COMPLAINT_MAX_GLYPHS },
    },
    {
      ...common,
      ...{ id: 'named', type: 'choice', label: zh('complaint.named') },
      options: [
        { value: 'no', label: zh('complaint.named.no'), note: zh('complaint.named.no-note') },
        {
          value: 'yes',
          label: zh(hasCard ? 'complaint.named.card' : 'complaint.named.phone'),
          note: zh(hasCard ? 'complaint.named.card-note' : 'complaint.named.phone-note'),
        },
      ],
    },
    {
      ...{ id: 'contact', type: 'phone', label: zh('complaint.contact'), required: !hasCard },
      when: { field: 'named', in: ['yes'] },
    },
  ]
  return {
    ...FEEDBACK_ITEM.complaint,
    name: zh('complaint.name'),
    use: zh('complaint.use'),
    seal: say('complaint.seal'),
    topic: zh('complaint.name'),
    department: { name: zh('complaint.name'), uscc: '' },
    days: { legal: 0, promised: 0 },
    minutes: 3,
    crossProvince: false,
    offlinePolicy: 'A',
    needs: [],
    bring: [],
    pages: fields.map((field) => ({
      id: field.id,
      question: zh(`complaint.question.${questionOf(field.id)}`),
      fields: [field.id],
    })),
    fields: [...fields],
    signature: false,
    after: [
      { what: zh('complaint.after.taken'), note: zh('complaint.after.taken-note') },
      { what: zh('complaint.after.answer'), note: zh('complaint.after.answer-note') },
    ],
  }
}

const QUESTIONS = ['what', 'staffNumber', 'sort', 'words', 'named', 'contact'] as const

function questionOf(id: string): (typeof QUESTIONS)[number] | 'itemId' | 'itemKind' {
  const question = itemQuestion(id) ?? QUESTIONS.find((each) => each === id)
  if (question === undefined) throw new Error(`complaint: no question for ${id}`)
  return question
}

/** What main gets, of a form that has no faults. */
export function complainRequest(draftId: string, answers: Answers): ComplainRequest {
  const { sort, words = '', named, contact = '' } = answers
  const anonymous = named !== 'yes'
  return {
    draftId,
    about: aboutOf(answers),
    sort: sort === SUGGESTION ? SUGGESTION : COMPLAINT,
    words: words.trim(),
    anonymous,
    ...(anonymous || contact === '' ? {} : { contact }),
  }
}

function aboutOf(answers: Answers): ComplaintAbout {
  const { what, [STAFF_NUMBER]: staffNumber = '' } = answers
  if (what === 'item') return { what, itemId: itemAnswered(answers) }
  if (what === 'staff') return { what, staffNumber: staffNumber.trim() }
  return what === 'hall' ? { what } : { what: 'else' }
}
