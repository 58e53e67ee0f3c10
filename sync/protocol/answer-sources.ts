import { z } from 'zod'
import type { AnswerContext, Answers } from './answers.ts'
import type { Applicant } from './applicant.ts'
import { prefillOf, type SharedData } from './prefill.ts'
import type { ServiceItem } from './service-item.ts'

/**
 * Where each answer is from, for whoever decides the case:
 * - `card`: the chip said so, and she left it;
 * - `shared`: a department said so, and she left it;
 * - `contested`: a department says otherwise, and she was shown that;
 * - `unverified`: a department could say, but was not asked or knew nothing;
 * - `typed`: she said so; nobody else could.
 */
export const AnswerSourceSchema = z.enum(['card', 'shared', 'contested', 'unverified', 'typed'])
export type AnswerSource = z.infer<typeof AnswerSourceSchema>

/** By field. */
export const AnswerSourcesSchema = z.record(z.string().max(40), AnswerSourceSchema)
export type AnswerSources = z.infer<typeof AnswerSourcesSchema>

/** @param shared what the hub told in this visit, and the page showed. */
export function answerSources(
  item: ServiceItem,
  answers: Answers,
  applicant: Applicant,
  shared: SharedData,
  context: AnswerContext,
): AnswerSources {
  const offered = prefillOf(item, applicant, shared, context)
  const byCard = prefillOf(item, applicant, {}, context)
  return Object.fromEntries(
    item.fields.flatMap(({ id, prefill }): [string, AnswerSource][] => {
      const answer = answers[id]
      if (answer === undefined || answer === '') return []
      if (prefill?.from !== 'shared') return [[id, byCard[id]?.value === answer ? 'card' : 'typed']]
      if (offered[id]?.source !== 'shared') return [[id, 'unverified']]
      return [[id, offered[id].value === answer ? 'shared' : 'contested']]
    }),
  )
}

/** A submission may not claim a department's word for what no department was asked. */
export function sourceFaults(item: ServiceItem, sources: AnswerSources): readonly string[] {
  return Object.entries(sources).flatMap(([id, source]) => {
    const field = item.fields.find((each) => each.id === id)
    if (field === undefined) return [id]
    const isShared = field.prefill?.from === 'shared'
    return isShared === (source === 'card' || source === 'typed') ? [id] : []
  })
}
