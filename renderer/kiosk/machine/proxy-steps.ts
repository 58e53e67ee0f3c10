import type { PrincipalShown } from '../../../electron/bridge/bindings.contract.ts'
import type { AnswerContext, Answers } from '../../../sync/protocol/answers.ts'
import { peopleFaults } from '../../../sync/protocol/binding.ts'
import { ageOn } from '../../../sync/protocol/id-number.ts'
import { unmetPreconditions } from '../../../sync/protocol/preconditions.ts'
import {
  type Authority,
  proxyOf,
  type Relation,
  typedApplicant,
  withAuthorityPaper,
} from '../../../sync/protocol/proxy.ts'
import { principalKind, proxyFaults, relationsWith } from '../../../sync/protocol/proxy-rules.ts'
import type { Field, ServiceItem } from '../../../sync/protocol/service-item.ts'
import type { Applicant, SubmitRequest } from '../../../sync/protocol/submission.ts'
import { say } from '../../ui/strings/say.ts'
import { isBinding } from '../forms/binding-form.ts'
import { pageFaults } from '../forms/form-pages.ts'
import type { ProxyDraft } from './proxy-draft.ts'
import type { SessionContext } from './session-types.ts'

/** 为家人代办: for whom, what the agent is to that person, and by what authority; plain functions, no machine in them. */

const NOTHING: ProxyDraft = {
  ...{ answers: {}, faults: {}, page: 0, principal: null, bound: null, begunFor: null, refused: null },
}

/** No item's field has a hyphen in its id. */
const [RELATION, AUTHORITY, NAME, NUMBER] = ['proxy-relation', 'proxy-authority', 'proxy-name', 'proxy-number'] as const

/** What this machine can see for itself, or ask the hub for. */
const SEEN_HERE: readonly Authority[] = ['principal-present', 'scanned-authority', 'standing-binding', 'legal-guardian']
/** One more page tells the principal. */
const BY_PAGE: ReadonlySet<Authority | undefined> = new Set([undefined, 'principal-present', 'standing-binding'])
/** Whose card lies at home is typed. */
const TYPED: ReadonlySet<Authority | undefined> = new Set(['scanned-authority', 'legal-guardian'])

function authoritiesFor(item: ServiceItem, relation?: Relation): readonly Authority[] {
  const hasPaper = item.proxy?.allowed === true && item.proxy.paper !== undefined
  return SEEN_HERE.filter((authority) => {
    if (authority === 'scanned-authority' && !hasPaper) return false
    const relations = relationsWith(item, authority)
    return relation === undefined ? relations.length > 0 : relations.includes(relation)
  })
}

/** Whether this machine can take the item from somebody else at all. */
export function takesProxy(item: ServiceItem): boolean {
  return authoritiesFor(item).length > 0
}

function relationsOf(item: ServiceItem) {
  const all = item.proxy?.allowed === true ? item.proxy.relations : []
  return all.filter(({ value }) => authoritiesFor(item, value).length > 0)
}

/** What was answered, or goes without saying where there is but one. */
export function relationOf(item: ServiceItem, answers: Answers): Relation | undefined {
  const open = relationsOf(item)
  return (open.find(({ value }) => value === answers[RELATION]) ?? (open.length === 1 ? open[0] : undefined))?.value
}

export function authorityOf(item: ServiceItem, answers: Answers): Authority | undefined {
  const relation = relationOf(item, answers)
  if (relation === undefined) return undefined
  const open = authoritiesFor(item, relation)
  return open.find((each) => each === answers[AUTHORITY]) ?? (open.length === 1 ? open[0] : undefined)
}

/** The questions before the item's own, as a form of one question a page. The item's pages follow, so that steps are counted. */
export function proxyForm(item: ServiceItem, answers: Answers): ServiceItem {
  const fields = questionsOf(item, answers)
  return {
    ...item,
    rules: undefined,
    fields: [...fields, ...item.fields],
    pages: [
      ...fields.map((field) => ({
        id: field.id,
        question: field.question ?? field.label,
        ...(field.hint === undefined ? {} : { hint: field.hint }),
        fields: [field.id],
      })),
      ...item.pages,
    ],
  }
}

function questionsOf(item: ServiceItem, answers: Answers): readonly Field[] {
  const text = (key: Parameters<typeof say>[0]) => ({ zh: say(key) })
  const relations = relationsOf(item)
  const relation = relationOf(item, answers)
  const authorities = relation === undefined ? [] : authoritiesFor(item, relation)
  const fields: Field[] = []
  if (relations.length > 1) {
    fields.push({
      ...{ id: RELATION, type: 'choice', required: true, options: relations },
      ...{ label: text('proxy.relation'), question: text('proxy.relation-question') },
    })
  }
  if (authorities.length > 1) {
    fields.push({
      ...{ id: AUTHORITY, type: 'choice', required: true },
      ...{ label: text('proxy.authority'), question: text('proxy.authority-question') },
      options: authorities.map((value) => ({
        value,
        label: text(`proxy.authority.${value}` as Parameters<typeof say>[0]),
        note: text(`proxy.authority-note.${value}` as Parameters<typeof say>[0]),
      })),
    })
  }
  if (TYPED.has(authorityOf(item, answers))) {
    fields.push(
      {
        ...{ id: NAME, type: 'person-name', required: true },
        ...{ label: text('proxy.name'), question: text('proxy.name-question') },
      },
      {
        ...{ id: NUMBER, type: 'id-number', required: true, kinds: ['citizen', 'hk-mo-tw', 'foreigner-2023'] },
        ...{ label: text('proxy.number'), question: text('proxy.number-question') },
      },
    )
  }
  return fields
}

export const questionCount = (item: ServiceItem, answers: Answers): number => questionsOf(item, answers).length

/** Steps that a visit for somebody else has more than one's own: the questions, and the second card. */
export function proxyStepCount(item: ServiceItem, { answers }: ProxyDraft): number {
  const authority = authorityOf(item, answers)
  return questionCount(item, answers) + (BY_PAGE.has(authority) ? 1 : 0)
}

/**
 * The same as the progress shows it, beside what a form counts by itself: that of the questions while they are asked, the
 * item's own before and after.
 */
export function proxyStepsShown(item: ServiceItem, proxy: ProxyDraft, at: 'card' | 'questions' | 'form') {
  const steps = proxyStepCount(item, proxy)
  if (at === 'form') return { behind: steps, ahead: 0 }
  return { behind: 0, ahead: at === 'card' ? steps : steps - questionCount(item, proxy.answers) }
}

type Changes = Partial<SessionContext>

/** What was filled in for somebody else is nobody's now. */
const FORM_ANEW = {
  ...{ answers: {}, draftId: null, signature: null, pageIndex: 0, faults: {}, problem: null },
  ...{ papers: {}, paperIndex: 0, scanned: [], dropped: [], unchecked: [], paperTrouble: null },
}

/** 我自己办 or 为家人代办. Who only went back a step finds everything as it was. */
export function beginFor(context: SessionContext, forSomebodyElse: boolean): Changes {
  if (!forSomebodyElse) return context.proxy === null ? {} : { ...FORM_ANEW, proxy: null }
  return context.proxy === null
    ? { ...FORM_ANEW, proxy: NOTHING }
    : { proxy: { ...context.proxy, page: 0, faults: {}, refused: null } }
}

/** Whose answers the form holds: the principal, or whoever's card is in the visit; nobody that the page knows, by a binding. */
export function subjectOf({ proxy, card }: Pick<SessionContext, 'proxy' | 'card'>): Applicant | null {
  return proxy === null ? (card?.applicant ?? null) : proxy.principal
}

const changed = ({ proxy }: SessionContext, change: Partial<ProxyDraft>): Changes => ({
  proxy: { ...(proxy ?? NOTHING), ...change },
})

export function proxyAnswer(context: SessionContext, field: string, value: string): Changes {
  const answers = { ...context.proxy?.answers, [field]: value }
  if (value === '') delete answers[field]
  const faults = Object.fromEntries(Object.entries(context.proxy?.faults ?? {}).filter(([id]) => id !== field))
  return changed(context, { answers, faults })
}

export type ProxyNext = {
  readonly kind: 'page' | 'card' | 'bound' | 'known' | 'refused'
  readonly changes: Changes
}

/** What 下一步 leads to: this page's faults, the next question, the second card, or the item's form. */
export function nextQuestion(context: SessionContext, check: AnswerContext): ProxyNext {
  const { item, proxy, card } = context
  if (item === null || proxy === null || card === null) return { kind: 'page', changes: {} }
  const { answers, page } = proxy
  const faults = questionCount(item, answers) === 0 ? {} : pageFaults(proxyForm(item, answers), page, answers, check)
  if (Object.keys(faults).length > 0) return { kind: 'page', changes: changed(context, { faults }) }
  if (page + 1 < questionCount(item, answers)) return { kind: 'page', changes: changed(context, { page: page + 1 }) }
  const authority = authorityOf(item, answers)
  if (authority === 'principal-present') return { kind: 'card', changes: {} }
  if (authority === 'standing-binding') return { kind: 'bound', changes: {} }
  const principal = { name: answers[NAME]?.trim() ?? '', idNumber: answers[NUMBER] ?? '' }
  const kind = principalKind(principal.idNumber, check)
  const readAt = card.applicant.readAt
  return knownPrincipal(
    context,
    kind === undefined ? undefined : typedApplicant(principal, kind, readAt, check.today),
    check,
  )
}

/** The one before, or nothing on the first. */
export function previousQuestion(context: SessionContext): Changes | undefined {
  const page = context.proxy?.page ?? 0
  return page === 0 ? undefined : changed(context, { page: page - 1, faults: {} })
}

/** From the item's form back to where the principal became known. */
export function lastQuestion(context: SessionContext): Changes {
  if (context.item === null || context.proxy === null) return {}
  return changed(context, { page: Math.max(0, questionCount(context.item, context.proxy.answers) - 1), faults: {} })
}

/** What the second card leads to; nothing while main has not read one. */
export function secondCard(context: SessionContext, check: AnswerContext): ProxyNext {
  const seen = context.principalSeen
  return seen.kind === 'card' ? knownPrincipal(context, seen.applicant, check) : { kind: 'page', changes: {} }
}

/** Where everything goes without saying, only the card, or the binding, is left to ask for. */
export function asksOnly(authority: 'principal-present' | 'standing-binding', context: SessionContext): boolean {
  const { item, proxy } = context
  if (item === null || proxy === null || questionCount(item, proxy.answers) > 0) return false
  return authorityOf(item, proxy.answers) === authority
}

/** One of those whom the hub named is chosen. */
export function boundChosen(context: SessionContext, bound: PrincipalShown, today: string): ProxyNext {
  const { item, proxy, card } = context
  if (item === null || proxy === null || card === null) return { kind: 'page', changes: {} }
  const atLeast = item.proxy?.allowed === true ? item.proxy.agentAtLeast : undefined
  if (atLeast !== undefined && ageOn(card.applicant.birth, today) < atLeast)
    return { kind: 'refused', changes: changed(context, { refused: 'agent-too-young' }) }
  return {
    kind: 'known',
    changes: {
      ...(proxy.begunFor === bound.id ? {} : FORM_ANEW),
      ...changed(context, { principal: null, bound, begunFor: bound.id, refused: null }),
    },
  }
}

/** What of the item's preconditions is not met by whoever it is for. */
export function unmetHere(item: ServiceItem, { proxy, card }: Pick<SessionContext, 'proxy' | 'card'>, today: string) {
  const bound = proxy?.bound ?? null
  if (bound !== null) {
    return (item.preconditions ?? []).flatMap((precondition) =>
      bound.unmet.includes(precondition.id) ? [{ precondition, reachedOn: null }] : [],
    )
  }
  const subject = subjectOf({ proxy, card })
  return subject === null ? [] : unmetPreconditions(item, subject, today)
}

/** All rules at once, as main and the hub will look at them. */
function knownPrincipal(context: SessionContext, principal: Applicant | undefined, check: AnswerContext): ProxyNext {
  const { item, proxy, card } = context
  const relation = item === null || proxy === null ? undefined : relationOf(item, proxy.answers)
  const authority = item === null || proxy === null ? undefined : authorityOf(item, proxy.answers)
  if (item === null || proxy === null || card === null || relation === undefined || authority === undefined)
    return { kind: 'page', changes: {} }
  if (isBinding(item)) return boundCards(context, principal, check)
  const block = principal && proxyOf({ relation, authority }, card.applicant, principal, item)
  const fault =
    principal === undefined || block === undefined
      ? 'principal-number'
      : proxyFaults(item, block, principal, check)[0]?.fault
  if (fault !== undefined || principal === undefined)
    return { kind: 'refused', changes: changed(context, { refused: fault ?? 'principal-number' }) }
  return {
    kind: 'known',
    changes: {
      ...(proxy.begunFor === principal.idNumber ? {} : FORM_ANEW),
      ...changed(context, { principal, bound: null, begunFor: principal.idNumber, refused: null }),
    },
  }
}

/** The two whose cards are to be bound, as main and the hub will look at them. */
function boundCards(context: SessionContext, principal: Applicant | undefined, check: AnswerContext): ProxyNext {
  const { proxy, card } = context
  if (proxy === null || card === null || principal === undefined) return { kind: 'page', changes: {} }
  const [fault] = peopleFaults(card.applicant, principal, check.today)
  if (fault !== undefined) return { kind: 'refused', changes: changed(context, { refused: fault }) }
  const isSame = proxy.begunFor === principal.idNumber
  return {
    kind: 'known',
    changes: {
      ...(isSame ? {} : FORM_ANEW),
      ...changed(context, { principal, bound: null, begunFor: principal.idNumber, refused: null }),
    },
  }
}

export function refusedBy(context: SessionContext, refused: ProxyDraft['refused']): Changes {
  return changed(context, { refused })
}

/** What main is asked for, and what a lost page is told of. */
export function claimOf(context: SessionContext): NonNullable<SubmitRequest['proxy']> | undefined {
  const { item, proxy } = context
  const bound = proxy?.bound ?? null
  if (item !== null && proxy !== null && bound !== null) {
    const relation = relationOf(item, proxy.answers)
    return relation === undefined ? undefined : { bindingId: bound.id, relation, authority: 'standing-binding' }
  }
  const found = claimWithCard(context)
  if (found === undefined) return undefined
  const { name, idNumber } = found.principal
  return { ...found, principal: { name, idNumber } }
}

export function claimWithCard({ item, proxy }: SessionContext) {
  if (item === null || proxy === null || proxy.principal === null) return undefined
  const relation = relationOf(item, proxy.answers)
  const authority = authorityOf(item, proxy.answers)
  if (relation === undefined || authority === undefined) return undefined
  return { relation, authority, principal: proxy.principal }
}

/** A lost page goes on for whom it was begun. */
export function resumedProxy(claim: ReturnType<typeof claimWithCard>): ProxyDraft | null {
  if (claim === undefined) return null
  const { relation, authority, principal } = claim
  const typed = principal.source === 'typed' ? { [NAME]: principal.name, [NUMBER]: principal.idNumber } : {}
  return {
    ...NOTHING,
    answers: { [RELATION]: relation, [AUTHORITY]: authority, ...typed },
    principal,
    begunFor: principal.idNumber,
  }
}

/** The item as it is handed in: with the letter of authority among its papers, where that is what the agent comes with. */
export function itemInHand({ item, proxy }: Pick<SessionContext, 'item' | 'proxy'>): ServiceItem | null {
  if (item === null || proxy === null) return item
  return withAuthorityPaper(item, authorityOf(item, proxy.answers))
}

/** The relation in the agent's own words: 我是儿女. */
export function relationLabel(item: ServiceItem, proxy: ProxyDraft) {
  const relation = relationOf(item, proxy.answers)
  return item.proxy?.allowed === true ? item.proxy.relations.find(({ value }) => value === relation)?.label : undefined
}
