import type { ScanAnswer, ScannedPage, ScanRequest } from '../../../electron/bridge/scanning.contract.ts'
import { type MaterialsGiven, materialsWanted } from '../../../sync/protocol/materials.ts'
import type { Material } from '../../../sync/protocol/service-item.ts'
import { countingAnswers } from '../forms/form-pages.ts'
import { itemInHand } from './proxy-steps.ts'
import type { PaperWay, SessionContext } from './session-types.ts'
import { licenceToldFor } from './told-steps.ts'

/** What the papers' transitions do to the context: plain functions, no machine in them. */

type Changes = Partial<SessionContext>

type InHand = Pick<SessionContext, 'item' | 'proxy' | 'answers'>

export function wantedPapers({ item: chosen, proxy, answers }: InHand): readonly Material[] {
  const item = itemInHand({ item: chosen, proxy })
  return item === null ? [] : materialsWanted(item, countingAnswers(item, answers))
}

/** The paper that is asked for now. */
export function paperNow(context: SessionContext): Material | undefined {
  return wantedPapers(context)[context.paperIndex]
}

export function pagesOf({ scanned }: Pick<SessionContext, 'scanned'>, materialId: string): readonly ScannedPage[] {
  return scanned.filter((page) => page.materialId === materialId)
}

export function isFull(context: SessionContext): boolean {
  const paper = paperNow(context)
  return paper !== undefined && pagesOf(context, paper.id).length >= paper.maxPages
}

function isSettled(context: SessionContext, paper: Material): boolean {
  const { id } = paper
  const way = context.papers[id]
  // The hub names it anew after a lost page, or does not.
  if (way === 'licence') return licenceId(context, paper) !== undefined
  return way === 'scan' ? pagesOf(context, id).length > 0 : way !== undefined
}

export function areSettled(context: SessionContext): boolean {
  return wantedPapers(context).every((paper) => isSettled(context, paper))
}

/** After a change or a lost page: where something is still missing. */
export function firstUnsettled(context: SessionContext): Changes {
  const index = wantedPapers(context).findIndex((paper) => !isSettled(context, paper))
  return { paperIndex: Math.max(0, index) }
}

export function lastPaper(context: SessionContext): Changes {
  return { paperIndex: Math.max(0, wantedPapers(context).length - 1), paperTrouble: null }
}

export function paperOf(context: SessionContext, materialId: string): Changes {
  const index = wantedPapers(context).findIndex(({ id }) => id === materialId)
  return { paperIndex: Math.max(0, index), paperTrouble: null, problem: null }
}

export function scanRequest(context: SessionContext): ScanRequest {
  const paper = paperNow(context)
  if (paper === undefined || context.draftId === null) throw new Error('scan without a paper or a draft')
  const { id: materialId, maxPages, maxBytes } = paper
  return {
    ...{ draftId: context.draftId, materialId, maxBytes },
    atMost: Math.max(1, maxPages - pagesOf(context, materialId).length),
  }
}

export function afterScan(answer: ScanAnswer): Changes {
  if (answer.ok) return { paperTrouble: answer.more ? 'more-sheets' : null }
  return { paperTrouble: answer.fault === 'cancelled' ? null : answer.fault }
}

/** As main's tray is now: a page that was not known is one that nobody has looked at. */
export function pagesSeen(context: SessionContext, pages: readonly ScannedPage[]): Changes {
  const wanted = new Set(wantedPapers(context).map(({ id }) => id))
  const scanned = pages.filter(({ materialId }) => wanted.has(materialId))
  const known = new Set(context.scanned.map(({ pageId }) => pageId))
  const isOpen = ({ pageId }: ScannedPage) => !known.has(pageId) || context.unchecked.includes(pageId)
  return { scanned, unchecked: scanned.filter(isOpen).map(({ pageId }) => pageId) }
}

/** The page that is looked at, and the paper that it belongs to. */
export function pageShown({ scanned, unchecked }: SessionContext): ScannedPage | undefined {
  return scanned.find(({ pageId }) => pageId === unchecked[0])
}

export function toPaperShown(context: SessionContext): Changes {
  const page = pageShown(context)
  if (page === undefined) return {}
  return {
    paperIndex: Math.max(
      0,
      wantedPapers(context).findIndex(({ id }) => id === page.materialId),
    ),
  }
}

export function pageGood({ unchecked }: SessionContext): Changes {
  return { unchecked: unchecked.slice(1) }
}

export function withoutPages({ scanned, unchecked }: SessionContext, gone: readonly string[]): Changes {
  return {
    scanned: scanned.filter(({ pageId }) => !gone.includes(pageId)),
    unchecked: unchecked.filter((pageId) => !gone.includes(pageId)),
  }
}

/** The pages of the paper that is asked for. */
export function pagesHere(context: SessionContext): readonly string[] {
  const paper = paperNow(context)
  return paper === undefined ? [] : pagesOf(context, paper.id).map(({ pageId }) => pageId)
}

/** All pages of the paper that is asked for, until they are taken back or the page is left. */
export function dropPages(context: SessionContext): Changes {
  const gone = pagesHere(context)
  return {
    ...withoutPages(context, gone),
    dropped: [...context.dropped, ...context.scanned.filter(({ pageId }) => gone.includes(pageId))],
  }
}

export function undropPages({ scanned, dropped }: SessionContext): Changes {
  return { scanned: [...scanned, ...dropped], dropped: [] }
}

/** A paper that is given another way than before changes what is signed: the signature goes. */
export function given(context: SessionContext, way: PaperWay): Changes {
  const paper = paperNow(context)
  if (paper === undefined) return {}
  const isSame = context.papers[paper.id] === way
  return {
    papers: { ...context.papers, [paper.id]: way },
    paperTrouble: null,
    ...(isSame ? {} : { signature: null }),
  }
}

/** Whether the paper that is asked for may be given this way. */
export function mayGive(context: SessionContext, way: Exclude<PaperWay, 'scan'>): boolean {
  const paper = paperNow(context)
  if (paper === undefined) return false
  if (way === 'none') return !paper.required
  if (way === 'licence') return licenceId(context, paper) !== undefined
  return way === 'pledge' ? paper.pledgeInstead : paper.sources.includes(way)
}

export function isLastPaper(context: SessionContext): boolean {
  return context.paperIndex + 1 >= wantedPapers(context).length
}

/** For the submission: each wanted paper that is given, and how. */
export function papersGiven(context: InHand & Pick<SessionContext, 'papers' | 'told'>): MaterialsGiven {
  return wantedPapers(context).flatMap((paper): MaterialsGiven => {
    const { id: materialId } = paper
    const by = context.papers[materialId]
    if (by === undefined || by === 'none') return []
    const licence = by === 'licence' ? licenceId(context, paper) : undefined
    return [licence === undefined ? { materialId, by } : { materialId, by, licenceId: licence }]
  })
}

/** Of the licence that may stand for it today. */
function licenceId(context: Pick<SessionContext, 'item' | 'told'>, paper: Material): string | undefined {
  const offered = licenceToldFor(context, paper)
  return offered?.isUsable === true ? offered.licence.id : undefined
}

export function papersLeftOut({ papers }: SessionContext): string[] {
  return Object.entries(papers).flatMap(([id, way]) => (way === 'none' ? [id] : []))
}
