import type { BindingShown } from '../../../electron/bridge/bindings.contract.ts'
import type { Answers } from '../../../sync/protocol/answers.ts'
import {
  BINDING_CONSENT,
  BINDING_CONSENTED,
  BINDING_ITEM,
  BINDING_MONTHS,
  BINDING_RELATIONS,
  type BindingScope,
  type BindRequest,
  bindingEnd,
  type UnbindRequest,
} from '../../../sync/protocol/binding.ts'
import { consentText } from '../../../sync/protocol/consent.ts'
import type { Relation } from '../../../sync/protocol/proxy.ts'
import type { Catalogue, Field, LocalText, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { type StringKey, say } from '../../ui/strings/say.ts'
import { longDate } from './show.ts'

/**
 * 绑定家人 and 解除绑定 as the forms engine asks them: the same pages, second card and summary as 代办, in both modes. They are
 * no items of a catalogue.
 */

/** A binding with the side on which the visitor stands. */
export type MyBinding = BindingShown & { readonly side: 'agent' | 'principal' }

const [SCOPE, ITEM, MONTHS, WHICH] = ['scope', 'itemId', 'months', 'bindingId'] as const
const zh = (key: StringKey): LocalText => ({ zh: say(key) })

export function isBinding(item: Pick<ServiceItem, 'id'> | null): boolean {
  return item?.id === BINDING_ITEM.id
}
export function isUnbinding(item: Pick<ServiceItem, 'id' | 'fields'> | null): boolean {
  return isBinding(item) && item?.fields.some(({ id }) => id === WHICH) === true
}

const COMMON = {
  ...BINDING_ITEM,
  days: { legal: 0, promised: 0 },
  minutes: 3,
  crossProvince: false,
  offlinePolicy: 'A',
  needs: [],
  bring: [],
  signature: false,
} as const satisfies Partial<ServiceItem>

/** Two cards first, as with any 代办; then for what, and for how long. */
export function bindForm(catalogue: Catalogue | null): ServiceItem {
  const items = (catalogue?.items ?? []).filter(
    ({ proxy }) => proxy?.allowed === true && proxy.authorities.includes('standing-binding'),
  )
  const one: readonly Field[] = [
    {
      ...{ id: ITEM, type: 'choice', required: true, label: zh('binding.item') },
      when: { field: SCOPE, in: ['one'] },
      options: items.map(({ id, name }) => ({ value: id, label: name })),
    },
  ]
  const fields: readonly Field[] = [
    {
      ...{ id: SCOPE, type: 'choice', required: true, label: zh('binding.scope') },
      options: [
        { value: 'all', label: zh('binding.scope.all'), note: zh('binding.scope.all-note') },
        ...(items.length === 0 ? [] : [{ value: 'one', label: zh('binding.scope.one') }]),
      ],
    },
    ...(items.length === 0 ? [] : one),
    {
      ...{ id: MONTHS, type: 'choice', required: true, label: zh('binding.months') },
      options: BINDING_MONTHS.map((months) => ({ value: String(months), label: zh(`binding.months.${months}`) })),
    },
  ]
  return {
    ...COMMON,
    seal: say('binding.seal'),
    name: zh('binding.name'),
    use: zh('binding.use'),
    topic: zh('binding.name'),
    department: { name: zh('binding.receiver'), uscc: '' },
    consent: BINDING_CONSENT,
    proxy: {
      allowed: true,
      who: zh('binding.use'),
      authorities: ['principal-present'],
      relations: BINDING_RELATIONS.map((value) => ({ value, label: zh(`binding.i-am.${value}`) })),
    },
    fields: [...fields],
    pages: fields.map(({ id }) => ({ id, question: zh(`binding.question.${questionOf(id)}`), fields: [id] })),
    after: [
      { what: zh('binding.after.taken'), note: zh('binding.after.taken-note') },
      { what: zh('binding.after.checked'), note: zh('binding.after.checked-note') },
      { what: zh('binding.after.end'), note: zh('binding.after.end-note') },
    ],
  }
}

/** Which of hers ends; what she pressed is chosen already. */
export function unbindForm(bindings: readonly MyBinding[]): ServiceItem {
  return {
    ...COMMON,
    seal: say('binding.seal'),
    name: zh('unbinding.name'),
    use: zh('unbinding.name'),
    topic: zh('unbinding.name'),
    department: { name: zh('binding.receiver'), uscc: '' },
    fields: [
      {
        ...{ id: WHICH, type: 'choice', required: true, label: zh('unbinding.which') },
        options: bindings.map((each) => ({
          value: each.id,
          label: { zh: bindingWords(each) },
          note: { zh: say('binding.until', { date: longDate(each.until) }) },
        })),
      },
    ],
    pages: [{ id: WHICH, question: zh('unbinding.question'), fields: [WHICH] }],
    after: [
      { what: zh('binding.after.taken'), note: zh('binding.after.taken-note') },
      { what: zh('unbinding.after.ends'), note: zh('unbinding.after.ends-note') },
      { what: zh('unbinding.after.again'), note: zh('unbinding.after.again-note') },
    ],
  }
}

/** 赵＊厚，您可以替这位办; 周＊远，可以替您办. */
export function bindingWords({ side, maskedName }: MyBinding): string {
  return say(side === 'agent' ? 'binding.i-act' : 'binding.acts-for-me', { name: maskedName })
}

export const unbindAnswers = (id: string): Answers => ({ [WHICH]: id })

const QUESTIONS = [SCOPE, ITEM, MONTHS] as const
function questionOf(id: string): (typeof QUESTIONS)[number] {
  const question = QUESTIONS.find((each) => each === id)
  if (question === undefined) throw new Error(`binding: no question for ${id}`)
  return question
}

/** What main gets, of forms that have no faults. */
export function bindRequest(
  draftId: string,
  answers: Answers,
  relation: Relation | undefined,
  today: string,
): BindRequest {
  const { [SCOPE]: scope, [ITEM]: itemId = '', [MONTHS]: months } = answers
  const known = BINDING_RELATIONS.find((each) => each === relation)
  if (known === undefined) throw new Error('a binding without a relation')
  const of: BindingScope = scope === 'one' ? { of: 'items', ids: [itemId] } : { of: 'all' }
  const until = bindingEnd(today, Number(months))
  return { draftId, relation: known, scope: of, until, consent: consentText(BINDING_CONSENTED) }
}

export function unbindRequest(draftId: string, answers: Answers): UnbindRequest {
  return { draftId, bindingId: answers[WHICH] ?? '' }
}
