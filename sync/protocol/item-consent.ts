import { z } from 'zod'
import { LocalTextSchema } from './local-text.ts'

/**
 * What the citizen is told, and says yes to, before her data is used for an item: what for, which data, who gets it,
 * how long it is kept (look.md, Consent). Screen, terminal and hub make the same words of the same item.
 */
export const ConsentSchema = z.strictObject({
  purpose: LocalTextSchema,
  fields: LocalTextSchema,
  receiver: LocalTextSchema,
  keeping: LocalTextSchema,
})
export type Consent = z.infer<typeof ConsentSchema>
export const CONSENT_PARTS = ['purpose', 'fields', 'receiver', 'keeping'] as const

/** Glyphs of the Chinese words of all four parts together. */
export const CONSENT_MAX_GLYPHS = 80
export function consentGlyphs(consent: Consent): number {
  return CONSENT_PARTS.reduce((sum, part) => sum + [...consent[part].zh].length, 0)
}
