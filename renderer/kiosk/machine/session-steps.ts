import type { CardEvent } from '../../../electron/bridge/identity.contract.ts'
import type { PrintReceiptAnswer } from '../../../electron/bridge/printing.contract.ts'
import type { Snapshot } from '../../../electron/bridge/session.contract.ts'
import { type AnswerContext, type Answers, checkAnswer, checkRules } from '../../../sync/protocol/answers.ts'
import { prefillOf } from '../../../sync/protocol/prefill.ts'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { changedLook, type Look, USUAL_LOOK } from '../../ui/look.ts'
import { bindForm, isBinding, isUnbinding, type MyBinding, unbindAnswers, unbindForm } from '../forms/binding-form.ts'
import { complaintForm, isComplaint } from '../forms/complaint-form.ts'
import { elderForm, samePlace } from '../forms/elder-form.ts'
import {
  askedPages,
  countingAnswers,
  type Faults,
  firstFaultyPage,
  neighbourPage,
  pageFaults,
  pageOfField,
} from '../forms/form-pages.ts'
import { consentKey, isAgreed } from './consent-steps.ts'
import { papersGiven, papersLeftOut } from './paper-steps.ts'
import { beginFor, claimWithCard, resumedProxy, subjectOf } from './proxy-steps.ts'
import type { PrintTrouble, SessionContext } from './session-types.ts'
import { NO_SIGN_IN } from './sign-in-steps.ts'

/** What the session machine's transitions do to its context: plain functions, no machine in them. */

type Changes = Partial<SessionContext>

/** Nothing chosen, nothing filled in. What the machine itself knows stays, and so does the card. */
export function freshVisit(before?: SessionContext): SessionContext {
  return {
    look: before?.look ?? USUAL_LOOK,
    elderOffered: before?.elderOffered ?? false,
    catalogue: before?.catalogue ?? null,
    connected: before?.connected ?? false,
    reader: before?.reader ?? { kind: 'none' },
    isHelped: before?.isHelped ?? false,
    card: before?.card ?? null,
    otherCard: null,
    signingIn: NO_SIGN_IN,
    item: null,
    itemBefore: before === undefined ? null : itemOpened(before),
    proxy: null,
    principalSeen: before?.principalSeen ?? { kind: 'none' },
    query: null,
    pageIndex: 0,
    answers: {},
    answersBefore: null,
    faults: {},
    changing: false,
    agreed: before?.agreed ?? [],
    told: null,
    draftId: null,
    signature: null,
    papers: {},
    paperIndex: 0,
    scanned: [],
    dropped: [],
    unchecked: [],
    scanning: false,
    paperTrouble: null,
    problem: null,
    accepted: null,
    delivery: null,
    printing: false,
    printAgain: false,
    trouble: null,
    troubleAt: null,
    submitting: false,
    found: null,
    rating: null,
    handingOver: null,
    slip: null,
    takenUp: null,
    secondsLeft: 0,
    why: 'left',
  }
}

/** The item as this mode asks it. */
export function itemFor(item: ServiceItem, { mode, language }: Look): ServiceItem {
  return mode === 'elder' ? elderForm(item, language) : item
}

/** Another look; in another mode the same question is asked on another page. */
export function lookChanged(context: SessionContext, change: Partial<Look>): Changes {
  const look = changedLook(context.look, change)
  // Whoever chose a mode by hand is not asked about it.
  const elderOffered = context.elderOffered || change.mode !== undefined
  const { item, catalogue, pageIndex } = context
  const isSameForm = look.mode === context.look.mode && look.language === context.look.language
  if (item === null || isSameForm) return { look, elderOffered }
  const plain =
    ownForm(context, item, look) ??
    catalogue?.items.find(({ id, version }) => id === item.id && version === item.version)
  if (plain === undefined) return { look, elderOffered }
  const next = itemFor(plain, look)
  return { look, elderOffered, item: next, pageIndex: samePlace(item, pageIndex, next) }
}

/** The item that was open last in this visit, also when its form is gone. */
function itemOpened({ item, itemBefore }: SessionContext): string | null {
  return item === null || isComplaint(item) || isBinding(item) || isUnbinding(item) ? itemBefore : item.id
}

/** What no catalogue has: made anew by the look, but for what the hub named once. */
function ownForm(context: SessionContext, item: ServiceItem, look: Look): ServiceItem | undefined {
  if (isComplaint(item)) return complaintFor(context, look)
  if (isUnbinding(item)) return item
  return isBinding(item) ? bindForm(context.catalogue) : undefined
}

/** 绑定家人 begins as a 代办 does: the card of whoever stands there is the agent's. */
export function beginBinding(context: SessionContext): Changes {
  const fresh = freshVisit(context)
  return { ...fresh, item: itemFor(bindForm(context.catalogue), context.look), ...beginFor(fresh, true) }
}

/** One of hers is chosen; all of them stay to choose from. */
export function beginUnbinding(context: SessionContext, bindings: readonly MyBinding[], id: string): Changes {
  return { ...freshVisit(context), item: itemFor(unbindForm(bindings), context.look), answers: unbindAnswers(id) }
}

/** A complaint begins: what was filled in before is gone, as with another item. */
export function beginComplaint(context: SessionContext): Changes {
  const visit = freshVisit(context)
  return { ...visit, item: itemFor(complaintFor(visit, context.look), context.look) }
}

type Complaining = Pick<SessionContext, 'catalogue' | 'card' | 'itemBefore'>

function complaintFor({ catalogue, card, itemBefore }: Complaining, { mode }: Look): ServiceItem {
  return complaintForm({ catalogue, hasCard: card !== null, isElder: mode === 'elder', recentId: itemBefore })
}

/** A second person's card never mixes with what the first has filled in: it is asked about. */
export function cardSeen(context: SessionContext, event: CardEvent): Changes {
  if (event.kind !== 'card') return { reader: event }
  const isSamePerson = context.card?.applicant.idNumber === event.applicant.idNumber
  const hasData = context.draftId !== null || context.accepted !== null || Object.keys(context.answers).length > 0
  if (context.card !== null && !isSamePerson && hasData) return { reader: event, otherCard: 'instead' }
  // What one person said yes to is not said by another.
  const agreed = context.card === null || isSamePerson ? context.agreed : []
  return { reader: event, card: event, agreed, otherCard: event.otherCard ? 'beside' : null }
}

/** The same item in the same version again: what was filled in is still there. */
export function choose(context: SessionContext, item: ServiceItem, query: string | undefined): Changes {
  const isSame = context.item?.id === item.id && context.item.version === item.version
  const changes = isSame ? { faults: {}, problem: null } : { ...freshVisit(context), item: itemFor(item, context.look) }
  return { ...changes, query: query ?? null }
}

/** Staff comes or goes: what was signed before she came is signed again, alone, after she left. */
export function helpChanged({ signature, problem }: SessionContext, isHelping: boolean): Changes {
  if (isHelping) return { isHelped: true, signature: null }
  return { isHelped: false, signature, problem: problem === 'staff-helping' ? null : problem }
}

export function snapshotOf(context: SessionContext, step?: 'papers' | 'confirm'): Snapshot | null {
  const { draftId, item } = context
  // A complaint is not bound to a card, so it cannot come back with one.
  if (draftId === null || item === null || context.card === null || isComplaint(item)) return null
  // Whom main knows by the hub's word alone is chosen anew; so is what is not in the catalogue.
  if (isBinding(item) || (context.proxy !== null && context.proxy.bound !== null)) return null
  const proxy = claimWithCard(context)
  return {
    draftId,
    item: { id: item.id, version: item.version },
    mode: context.look.mode,
    step: step ?? context.pageIndex,
    answers: context.answers,
    ...(isAgreed(context) ? { agreed: true } : {}),
    ...(context.signature === null ? {} : { signature: context.signature }),
    ...(item.materials === undefined ? {} : { papers: papersGiven(context), papersLeftOut: papersLeftOut(context) }),
    ...(proxy === undefined ? {} : { proxy }),
  }
}

/** Back to where a lost page stood; null when its item is no longer offered in that version. */
export function resumeAt(context: SessionContext): Changes | null {
  const { found, catalogue } = context
  if (found === null || catalogue === null) return null
  const plain = catalogue.items.find(
    (candidate) => candidate.id === found.item.id && candidate.version === found.item.version,
  )
  if (plain === undefined) return null
  const look = changedLook(context.look, { mode: found.mode ?? 'standard' })
  const item = itemFor(plain, look)
  return {
    item,
    look,
    agreed: found.agreed === true ? [consentKey(item)] : [],
    draftId: found.draftId,
    answers: found.answers,
    signature: found.signature ?? null,
    papers: Object.fromEntries([
      ...(found.papers ?? []).map(({ materialId, by }) => [materialId, by]),
      ...(found.papersLeftOut ?? []).map((materialId) => [materialId, 'none']),
    ]),
    proxy: resumedProxy(found.proxy),
    pageIndex: typeof found.step === 'string' ? lastPage(context, item) : Math.min(found.step, item.pages.length - 1),
  }
}

function lastPage(context: SessionContext, item = context.item): number {
  return item === null ? 0 : (askedPages(item, context.answers).at(-1) ?? 0)
}

/** The first page that asks something, unless the citizen has been further already. */
export function beginForm(context: SessionContext, check: AnswerContext): Changes {
  if (context.item === null || context.draftId !== null) return {}
  return {
    pageIndex: askedPages(context.item, context.answers)[0] ?? 0,
    answers: startingAnswers(context, context.item, check),
  }
}

/** What the card already answers, as a start that can be changed. */
function startingAnswers(context: SessionContext, item: ServiceItem, check: AnswerContext): Answers {
  const applicant = subjectOf(context)
  if (applicant === null) return context.answers
  const start = Object.entries(prefillOf(item, applicant, {}, check)).map(([id, { value }]) => [id, value])
  return { ...Object.fromEntries(start), ...context.answers }
}

export function backToForm(context: SessionContext): Changes {
  return { pageIndex: lastPage(context), changing: false, problem: null, faults: {} }
}

/** A fault that is shown follows the typing: it goes as soon as the answer is good. New ones wait for 下一步. */
export function afterAnswer(context: SessionContext, field: string, value: string, check: AnswerContext): Changes {
  const answers = { ...context.answers, [field]: value }
  if (value === '') delete answers[field]
  const faults: Record<string, Faults[string]> = {}
  for (const id of Object.keys(context.faults)) {
    const asked = context.item?.fields.find((candidate) => candidate.id === id)
    const fault =
      asked === undefined ? undefined : (checkAnswer(asked, answers, check) ?? ruleFault(context, id, answers, check))
    if (fault !== undefined && fault !== 'not-asked') faults[id] = fault
  }
  return { answers, faults }
}

function ruleFault({ item }: SessionContext, field: string, answers: Answers, check: AnswerContext) {
  return item === null ? undefined : checkRules(item, answers, check).find((each) => each.field === field)?.fault
}

/** What 下一步 leads to: this page's faults, the next page, or what comes after the form. */
export type Next = { readonly kind: 'confirm' } | { readonly kind: 'page'; readonly changes: Changes }

/** What 下一步 leads to: this page's faults, the next page, or the summary. */
export function afterNext(context: SessionContext, check: AnswerContext): Next {
  const { item, pageIndex } = context
  if (item === null) return { kind: 'confirm' }
  const answers = countingAnswers(item, context.answers)
  const here = pageFaults(item, pageIndex, answers, check)
  if (Object.keys(here).length > 0) return { kind: 'page', changes: { faults: here } }
  const next = context.changing ? undefined : neighbourPage(item, answers, pageIndex, 1)
  if (next !== undefined) return { kind: 'page', changes: { pageIndex: next, faults: {} } }
  const elsewhere = firstFaultyPage(item, answers, check)
  if (elsewhere === undefined) return { kind: 'confirm' }
  // Only shown as faults when the citizen has seen the question before.
  return { kind: 'page', changes: { pageIndex: elsewhere.index, faults: context.changing ? {} : elsewhere.faults } }
}

export function previousPage(context: SessionContext): number | undefined {
  return context.item === null ? undefined : neighbourPage(context.item, context.answers, context.pageIndex, -1)
}

export function openConfirm(context: SessionContext): Changes {
  return {
    answers: context.item === null ? {} : countingAnswers(context.item, context.answers),
    answersBefore: null,
    faults: {},
    changing: false,
  }
}

export function changeField(context: SessionContext, field: string, check: AnswerContext): Changes {
  const pageIndex = context.item === null ? 0 : pageOfField(context.item, field)
  return {
    pageIndex,
    changing: true,
    answersBefore: context.answers,
    problem: null,
    faults: context.item === null ? {} : pageFaults(context.item, pageIndex, context.answers, check),
  }
}

/** 返回 out of a change: as if it had not been begun. */
export function dropChange(context: SessionContext): Changes {
  return { answers: context.answersBefore ?? context.answers, answersBefore: null }
}

export function troubleOf(answer: PrintReceiptAnswer): PrintTrouble | null {
  if (answer.kind !== 'settled') return { kind: answer.kind }
  return answer.result.ok ? null : { kind: 'fault', result: answer.result }
}
