import { z } from 'zod'
import {
  EnvelopeSchema,
  SealedHeaderSchema,
  type SubmissionSummary,
  SubmissionSummarySchema,
} from '../protocol/submission.ts'
import { compactParts, jsonOrUndefined, jsonPart } from './compact.ts'

export type SealedHeader = z.infer<typeof SealedHeaderSchema>

/** `zip` and `crit` change what the sealed bytes mean; no terminal of ours writes them. */
const HeaderSchema = z.looseObject({ zip: z.never().optional(), crit: z.never().optional() }).pipe(SealedHeaderSchema)

export interface EnvelopeParts {
  /** Compact JWS, not yet verified. */
  readonly summaryJws: string
  /** Compact JWE, not opened. */
  readonly sealed: string
  readonly header: SealedHeader
  /** What the summary claims; trust it only after its signature was checked. */
  readonly claimed: SubmissionSummary
}

/** Takes an envelope's text apart, or says what is wrong with its shape. Checks no signature. */
export function envelopeParts(
  envelope: string,
): { readonly ok: true; readonly parts: EnvelopeParts } | { readonly ok: false; readonly detail: string } {
  const parsed = EnvelopeSchema.safeParse(jsonOrUndefined(envelope))
  if (!parsed.success) return { ok: false, detail: 'no envelope of two compact texts' }
  const { summary, sealed } = parsed.data
  // One spelling only: no repeated names, no spaces, no other order.
  if (JSON.stringify({ summary, sealed }) !== envelope) return { ok: false, detail: 'not the exact envelope text' }
  const header = jsonPart(compactParts(sealed, 5)?.[0], HeaderSchema)
  if (header === undefined) return { ok: false, detail: 'bad protected header' }
  const claimed = jsonPart(compactParts(summary, 3)?.[1], SubmissionSummarySchema)
  if (claimed === undefined) return { ok: false, detail: 'bad summary' }
  return { ok: true, parts: { summaryJws: summary, sealed, header, claimed } }
}
