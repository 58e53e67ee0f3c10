import { BAD_LEVEL, type RateRequest } from '../../../sync/protocol/feedback.ts'
import type { RatingChange, RatingDraft } from './rating-draft.ts'
import type { SessionContext } from './session-types.ts'

export function freshRating(draftId: string): RatingDraft {
  return { draftId, step: 'level', level: null, reasons: [], words: '' }
}

/** A level leads on by itself; another one forgets why the first was bad, unless both are. */
export function rated(draft: RatingDraft, change: RatingChange): RatingDraft {
  if ('words' in change) return { ...draft, words: change.words }
  if ('step' in change) return { ...draft, step: change.step }
  if ('reason' in change) {
    const { reason } = change
    const has = draft.reasons.includes(reason)
    return { ...draft, reasons: has ? draft.reasons.filter((each) => each !== reason) : [...draft.reasons, reason] }
  }
  const { level } = change
  const isBad = level <= BAD_LEVEL
  return { ...draft, level, step: 'check', ...(isBad ? {} : { reasons: [], words: '' }) }
}

/** Where 返回 leads: from words to reasons, from there to what was said back, from that to the levels. */
export function ratingBefore({ step }: RatingDraft): RatingDraft['step'] | undefined {
  if (step === 'words') return 'reasons'
  if (step === 'reasons') return 'check'
  return step === 'check' ? 'level' : undefined
}

export function backInRating({ rating }: SessionContext): Partial<SessionContext> {
  const before = rating === null ? undefined : ratingBefore(rating)
  return rating === null || before === undefined ? {} : { rating: { ...rating, step: before } }
}

/** Where 就这样 leads: a bad level is asked why first. */
export function afterCheck({ level }: RatingDraft): 'reasons' | 'send' {
  return level !== null && level <= BAD_LEVEL ? 'reasons' : 'send'
}

/**
 * Whether the end of this visit asks for a rating: of an application that was taken in, and not in quiet mode (look.md
 * section 5). A printer that somebody must see to comes first; where there is none, nobody waits for paper.
 */
export function mayRate({ accepted, item, trouble }: SessionContext, isComplaint: boolean): boolean {
  if (accepted === null || item === null || isComplaint || item.quiet === true) return false
  return trouble === null || trouble.kind === 'no-printer'
}

/** What main is asked to keep; null while there is no level, or nothing that could be rated. */
export function rateRequest({ rating, accepted }: SessionContext): RateRequest | null {
  if (rating === null || rating.level === null || accepted === null) return null
  const { draftId, level, reasons } = rating
  const words = rating.words.trim()
  return {
    ...{ draftId, about: accepted.submissionId, level, reasons: [...reasons] },
    ...(words === '' ? {} : { words }),
  }
}
