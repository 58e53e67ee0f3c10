import type { RatingLevel, RatingReason } from '../../../sync/protocol/feedback.ts'

/** 好差评 (look.md section 5, Rating): a level, said back; of the two lowest why, and words if somebody wants to. */
export interface RatingDraft {
  readonly draftId: string
  readonly step: 'level' | 'reasons' | 'words' | 'check'
  readonly level: RatingLevel | null
  readonly reasons: readonly RatingReason[]
  readonly words: string
}

export type RatingChange =
  | { readonly level: RatingLevel }
  | { readonly reason: RatingReason }
  | { readonly words: string }
  | { readonly step: RatingDraft['step'] }
