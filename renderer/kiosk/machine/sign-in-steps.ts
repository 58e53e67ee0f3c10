import { type AnswerContext, type Answers, checkAnswer } from '../../../sync/protocol/answers.ts'
import type { Field, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { assuranceNeeded, suffices } from '../../../sync/protocol/sign-in.ts'
import { say } from '../../ui/strings/say.ts'
import type { Faults } from '../forms/form-pages.ts'
import type { SessionContext, SignInDraft } from './session-types.ts'

/** Signing in other than by resident card; plain functions, no machine in them. */

/** No item's field has a hyphen in its id. */
const [NUMBER, NAME] = ['witness-number', 'witness-name'] as const

export const NO_SIGN_IN: SignInDraft = { codeRefused: null, answers: {}, faults: {}, page: 0, witnessRefused: null }

/** Somebody signed in, in a way that is enough for the item; for one that is not chosen yet any way is. */
export function isSignedIn({ card, item }: Pick<SessionContext, 'card' | 'item'>): boolean {
  return card !== null && (item === null || suffices(card.signIn.assurance, assuranceNeeded(item)))
}

/** What staff types off the papers, as a form of one question a page; the item's pages follow, so that steps are counted. */
export function witnessForm(item: ServiceItem): ServiceItem {
  const fields = witnessFields()
  return {
    ...item,
    rules: undefined,
    fields: [...fields, ...item.fields],
    pages: [
      ...fields.map((field) => ({ id: field.id, question: field.question ?? field.label, fields: [field.id] })),
      ...item.pages,
    ],
  }
}

function witnessFields(): readonly Field[] {
  return [
    {
      ...{ id: NUMBER, type: 'id-number', required: true, kinds: ['citizen', 'hk-mo-tw', 'foreigner-2023'] },
      ...{ label: { zh: say('witness.number') }, question: { zh: say('witness.number-question') } },
    },
    {
      ...{ id: NAME, type: 'person-name', required: true },
      ...{ label: { zh: say('witness.name') }, question: { zh: say('witness.name-question') } },
    },
  ]
}

type Changes = Partial<SessionContext>

export function changedSignIn({ signingIn }: SessionContext, change: Partial<SignInDraft>): Changes {
  return { signingIn: { ...signingIn, ...change } }
}

export function witnessAnswer(context: SessionContext, field: string, value: string): Changes {
  const answers: Answers = { ...context.signingIn.answers, [field]: value }
  const faults = Object.fromEntries(Object.entries(context.signingIn.faults).filter(([id]) => id !== field))
  return changedSignIn(context, { answers, faults })
}

/** What 下一步 leads to: this page's faults, the next page, or main. */
export function nextWitnessPage(
  context: SessionContext,
  check: AnswerContext,
): { readonly isDone: boolean; readonly changes: Changes } {
  const { answers, page } = context.signingIn
  const fields = witnessFields()
  const field = fields[page]
  const fault = field === undefined ? undefined : checkAnswer(field, answers, check)
  if (field !== undefined && fault !== undefined) {
    const faults: Faults = { [field.id]: fault }
    return { isDone: false, changes: changedSignIn(context, { faults }) }
  }
  if (page + 1 < fields.length)
    return { isDone: false, changes: changedSignIn(context, { page: page + 1, faults: {} }) }
  return { isDone: true, changes: {} }
}

/** Whom she vouches for. */
export function witnessed({ signingIn: { answers } }: SessionContext) {
  return { name: answers[NAME]?.trim() ?? '', idNumber: answers[NUMBER] ?? '' }
}

/** After a refusal: to the page of what was refused, with what was typed. */
export function refusedPage(context: SessionContext): Changes {
  return changedSignIn(context, {
    page: context.signingIn.witnessRefused === 'bad-number' ? 0 : 1,
    witnessRefused: null,
  })
}
