import type { PersonData, PersonItem } from '../../../electron/bridge/person.contract.ts'
import type { AnswerContext, Answers } from '../../../sync/protocol/answers.ts'
import { asksHub, consentText } from '../../../sync/protocol/consent.ts'
import { licenceFor, licenceUse } from '../../../sync/protocol/licences.ts'
import type { Licence, SharedValue } from '../../../sync/protocol/person.ts'
import { prefillOf } from '../../../sync/protocol/prefill.ts'
import type { Field, Material } from '../../../sync/protocol/service-item.ts'
import { consentKey, isAgreed } from './consent-steps.ts'
import type { SessionContext } from './session-types.ts'

/** What the hub told about the person whose card is in the visit, in the form; plain functions, no machine in them. */

type Context = Pick<SessionContext, 'item' | 'told'>

/** Nothing is asked without her yes, for somebody else, or twice. */
export function wantsTold(context: SessionContext): boolean {
  const { item, card, proxy, told } = context
  if (item === null || card === null || proxy !== null) return false
  return isAgreed(context) && asksHub(item) && told?.key !== consentKey(item)
}

export function toldRequest({ item }: Pick<SessionContext, 'item'>): PersonItem {
  if (item === null) throw new Error('nothing is asked without an item')
  return { item: { id: item.id, version: item.version }, consent: consentText(item) }
}

/** What came fills in what she has not answered herself; another item may stand here by now. */
export function toldCame(
  context: SessionContext,
  asked: PersonItem['item'],
  data: PersonData,
  check: AnswerContext,
): Partial<SessionContext> {
  const { item, card } = context
  if (item === null || card === null || context.proxy !== null || consentKey(item) !== consentKey(asked)) return {}
  const told = { key: consentKey(item), data, today: check.today }
  const shared = Object.fromEntries(sharedOf({ item, told }).map(({ key, value }) => [key, value]))
  const begun = prefillOf(item, card.applicant, {}, check)
  const offered = prefillOf(item, card.applicant, shared, check)
  const answers: Record<string, string> = { ...context.answers }
  for (const [id, { value, source }] of Object.entries(offered)) {
    const isUntouched = answers[id] === undefined || answers[id] === begun[id]?.value
    if (source === 'shared' && isUntouched) answers[id] = value
  }
  return { told, answers }
}

function dataOf({ item, told }: Context): PersonData | undefined {
  return item !== null && told?.key === consentKey(item) ? told.data : undefined
}

export function sharedOf(context: Context): readonly SharedValue[] {
  const data = dataOf(context)
  return data?.outcome === 'told' ? data.shared : []
}

/** How a field stands to what a department says: nothing while nobody knows, or where no department is named. */
export type FieldTold =
  | { readonly kind: 'shared' | 'contested'; readonly value: SharedValue }
  | { readonly kind: 'unverified' }

export function fieldTold(context: Context, field: Field, answers: Answers): FieldTold | undefined {
  const data = dataOf(context)
  if (field.prefill?.from !== 'shared' || data === undefined) return undefined
  const { key } = field.prefill
  const value = sharedOf(context).find((each) => each.key === key)
  if (value === undefined) return { kind: 'unverified' }
  return { kind: answers[field.id] === value.value ? 'shared' : 'contested', value }
}

/** The e-licence that could stand for this paper, and whether it may. */
export function licenceToldFor(
  context: Context,
  paper: Material,
): { readonly licence: Licence; readonly isUsable: boolean } | undefined {
  const data = dataOf(context)
  const { told } = context
  if (data?.outcome !== 'told' || told === null) return undefined
  const { today } = told
  const licence = licenceFor(paper, data.licences, today)
  return licence === undefined ? undefined : { licence, isUsable: licenceUse(licence, today) === 'usable' }
}
