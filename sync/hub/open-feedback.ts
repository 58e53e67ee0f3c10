import type { ComplaintPayload, RatingPayload } from '../protocol/feedback.ts'
import type { HubStore } from './store.ts'
import type { Verdict } from './verdict.ts'

type FeedbackStore = Pick<HubStore, 'held' | 'keepRating' | 'keepComplaint'>

/**
 * What becomes of an opened rating or complaint. Its words stay in the sealed envelope: the tables hold what is counted.
 * Done twice (the opener fell in between) it comes to the same. A rating may be opened before the application that it is
 * about has arrived; of one that is here, only the terminal that took it in may hand in a rating.
 */
export async function keepFeedback(payload: RatingPayload | ComplaintPayload, store: FeedbackStore): Promise<Verdict> {
  const { submissionId, acceptedAt: at } = payload
  if (payload.kind === 'complaint') {
    const { about, sort, anonymous, assistedBy } = payload
    const itemId = about.what === 'item' ? about.itemId : null
    await store.keepComplaint({ submissionId, what: about.what, itemId, sort, anonymous, at })
    return { state: '已受理', faults: [], ...(assistedBy === undefined ? {} : { helpers: assistedBy }) }
  }
  const { about, level, reasons, words } = payload
  const held = await store.held([about, submissionId])
  const [rated, rating] = [held.get(about), held.get(submissionId)]
  if (rated !== undefined && rating !== undefined && rated.terminalId !== rating.terminalId) {
    return { state: '不予受理', faults: [{ field: 'about', fault: 'of-another-terminal' }] }
  }
  const kept = await store.keepRating({
    caseId: about,
    submissionId,
    level,
    reasons,
    hasWords: words !== undefined,
    at,
  })
  if (kept) return { state: '已受理', faults: [] }
  return { state: '不予受理', faults: [{ field: 'about', fault: 'rated-already' }] }
}
