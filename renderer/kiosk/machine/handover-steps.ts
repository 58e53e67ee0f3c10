import type { HandOverAnswer, OpenAnswer } from '../../../electron/bridge/handover.contract.ts'
import { type AnswerContext, type Answers, checkAnswer } from '../../../sync/protocol/answers.ts'
import type { HandoverDraft, SealedDraft } from '../../../sync/protocol/handover.ts'
import type { Material, ServiceItem } from '../../../sync/protocol/service-item.ts'
import { changedLook } from '../../ui/look.ts'
import { isBinding } from '../forms/binding-form.ts'
import { isComplaint } from '../forms/complaint-form.ts'
import { askedPages, firstFaultyPage } from '../forms/form-pages.ts'
import type { HandingOver, SlipShown, SlipTrouble } from './handover-draft.ts'
import { papersGiven, papersLeftOut } from './paper-steps.ts'
import { claimWithCard, resumedProxy } from './proxy-steps.ts'
import { freshVisit, itemFor } from './session-steps.ts'
import type { PaperWay, SessionContext } from './session-types.ts'

/** Giving a half-filled form away and taking it up again: plain functions, no machine in them. */

type Changes = Partial<SessionContext>

/** A complaint names nobody, so nobody could open it again; and what has no card cannot be bound to one. */
export function canHandOver(context: SessionContext): boolean {
  const { item, card, accepted, proxy } = context
  if (item === null || card === null || accepted !== null) return false
  // Whom the hub named by a binding is known to this machine in this visit only.
  return !isComplaint(item) && !isBinding(item) && (proxy === null || proxy.bound === null)
}

export function handOverFrom(from: HandingOver['from']): Changes {
  return { handingOver: { from, answer: null } }
}

/** What is filled in, as it goes to main; null without an item. What was scanned or signed stays behind. */
export function draftOf(context: SessionContext): HandoverDraft | null {
  const { item, handingOver, look } = context
  if (item === null || handingOver === null) return null
  const proxy = claimWithCard(context)
  return {
    v: 1,
    item: { id: item.id, version: item.version },
    answers: context.answers,
    step: handingOver.from === 'form' ? context.pageIndex : 'papers',
    mode: look.mode,
    language: look.language,
    papers: papersGiven(context).filter(({ by }) => by !== 'scan'),
    papersLeftOut: papersLeftOut(context),
    pagesLeftBehind: context.scanned.length,
    ...(proxy === undefined ? {} : { proxy }),
  }
}

export function handedOver({ handingOver }: SessionContext, answer: HandOverAnswer | 'lost'): Changes {
  return { handingOver: { from: handingOver?.from ?? 'form', answer } }
}

export function slipShown(code: string): Changes {
  return { slip: { code, answer: null, trouble: null, dropped: null } }
}

const changed = ({ slip }: SessionContext, change: Partial<SlipShown>): Changes => ({
  slip: slip === null ? null : { ...slip, ...change },
})

export function slipAnswered(context: SessionContext, answer: OpenAnswer | 'lost'): Changes {
  if (answer !== 'lost' && answer.outcome === 'opened') return changed(context, { answer, trouble: null })
  return changed(context, { answer, trouble: answer })
}

export function slipRefused(context: SessionContext, trouble: SlipTrouble): Changes {
  return { ...freshVisit(context), slip: { code: '', answer: null, dropped: null, ...context.slip, trouble } }
}

function openedDraft({ slip }: SessionContext): SealedDraft | undefined {
  const answer = slip?.answer
  return answer != null && answer !== 'lost' && answer.outcome === 'opened' ? answer.draft : undefined
}

/** Whose card is here is not whose form this is. */
export function isOtherPersons({ card, takenUp }: SessionContext): boolean {
  return takenUp !== null && card !== null && card.applicant.idNumber !== takenUp.ownerNumber
}

/** The card that the form waits for is here, and the hub has not been told. */
export function isOwnerHere({ card, takenUp }: SessionContext): boolean {
  return takenUp !== null && !takenUp.isHeld && card?.applicant.idNumber === takenUp.ownerNumber
}

/**
 * The form as it stood, in the item as it is now; nothing while there is no such item. Of another version what still
 * fits is kept, and counted what does not.
 */
export function takeUp(context: SessionContext, check: AnswerContext): Changes | undefined {
  const draft = openedDraft(context)
  const plain = context.catalogue?.items.find(({ id }) => id === draft?.item.id)
  if (draft === undefined || plain === undefined || context.slip === null) return undefined
  const look = changedLook(context.look, { mode: draft.mode, language: draft.language })
  const item = itemFor(plain, look)
  const isSame = plain.version === draft.item.version
  const answers = isSame ? draft.answers : fittingAnswers(item, draft.answers, check)
  const papers = fittingPapers(plain, draft)
  const proxy = resumedProxy(draft.proxy)
  // The letter and the pages come anew; so do papers that the item no longer wants.
  const lost = count(draft.answers) - count(answers) + draft.papers.length + draft.papersLeftOut.length - count(papers)
  return {
    ...freshVisit(context),
    ...{ look, elderOffered: true, item, answers, papers, proxy },
    pageIndex: isSame ? pageOf(item, draft) : firstOpenPage(item, answers, check),
    slip: { ...context.slip, dropped: isSame ? 0 : lost },
    takenUp: { ownerNumber: draft.ownerNumber, isHeld: false },
  }
}

const count = (record: object) => Object.keys(record).length

/** Where it goes on: after a question about what has changed, or at once. */
export function isUnchanged(context: SessionContext): boolean {
  const draft = openedDraft(context)
  return context.item?.version === draft?.item.version
}

export function wasAtPapers(context: SessionContext): boolean {
  return openedDraft(context)?.step === 'papers' && isUnchanged(context)
}

/** The principal's card was read in another visit; main asks for it in this one too. */
export function needsPrincipalsCard(context: SessionContext): boolean {
  return openedDraft(context)?.proxy?.authority === 'principal-present'
}

function fittingAnswers(item: ServiceItem, answers: Answers, check: AnswerContext): Answers {
  const fits = ([id]: [string, string]) => {
    const field = item.fields.find((candidate) => candidate.id === id)
    if (field === undefined) return false
    // What it depends on may come later; whether it is asked is seen then.
    return checkAnswer({ ...field, when: undefined }, answers, check) === undefined
  }
  return Object.fromEntries(Object.entries(answers).filter(fits))
}

function fittingPapers(item: ServiceItem, draft: HandoverDraft): Readonly<Record<string, PaperWay>> {
  const known = (materialId: string) => item.materials?.find(({ id }) => id === materialId)
  const mayBe = (paper: Material | undefined, way: PaperWay) =>
    paper !== undefined &&
    (way === 'none' ? !paper.required : way === 'pledge' ? paper.pledgeInstead : paper.sources.includes(way))
  return Object.fromEntries([
    ...draft.papers.flatMap(({ materialId, by }) => (mayBe(known(materialId), by) ? [[materialId, by]] : [])),
    ...draft.papersLeftOut.flatMap((materialId) => (mayBe(known(materialId), 'none') ? [[materialId, 'none']] : [])),
  ])
}

function pageOf(item: ServiceItem, { step, answers }: HandoverDraft): number {
  return step === 'papers' ? (askedPages(item, answers).at(-1) ?? 0) : Math.min(step, item.pages.length - 1)
}

function firstOpenPage(item: ServiceItem, answers: Answers, check: AnswerContext): number {
  return firstFaultyPage(item, answers, check)?.index ?? askedPages(item, answers).at(-1) ?? 0
}
