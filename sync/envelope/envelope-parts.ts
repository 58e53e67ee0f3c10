import { z } from 'zod'
import { SealedHeaderSchema } from '../protocol/submission.ts'
import { compactParts, jsonPart } from './compact.ts'

export type SealedHeader = z.infer<typeof SealedHeaderSchema>

/** `zip` and `crit` change what the sealed bytes mean; no terminal of ours writes them. */
const HeaderSchema = z.looseObject({ zip: z.never().optional(), crit: z.never().optional() }).pipe(SealedHeaderSchema)

/** EnvelopeSchema's text in the one spelling that counts: no repeated names, no spaces, no other order, no escapes. */
const ENVELOPE = /^\{"summary":"([\w-]+\.[\w-]+\.[\w-]+)","sealed":"([\w-]+(?:\.[\w-]+){4})"\}$/

export interface EnvelopeParts {
  /** Compact JWS, not yet verified. */
  readonly summaryJws: string
  /** The part of it that holds the summary; trust it only after its signature was checked. */
  readonly summaryPart: string
  /** Compact JWE, not opened. */
  readonly sealed: string
  readonly header: SealedHeader
}

/** The envelope's exact text. Compact texts hold no character that JSON escapes. */
export function envelopeText(summaryJws: string, sealed: string): string {
  return `{"summary":"${summaryJws}","sealed":"${sealed}"}`
}

/** Takes an envelope's text apart, or says what is wrong with its shape. Checks no signature. */
export function envelopeParts(
  envelope: string,
): { readonly ok: true; readonly parts: EnvelopeParts } | { readonly ok: false; readonly detail: string } {
  const match = ENVELOPE.exec(envelope)
  if (match?.[1] === undefined || match[2] === undefined) {
    return { ok: false, detail: 'not the exact envelope text of two compact texts' }
  }
  const [, summaryJws, sealed] = match
  const header = jsonPart(compactParts(sealed, 5)?.[0], HeaderSchema)
  if (header === undefined) return { ok: false, detail: 'bad protected header' }
  const summaryPart = compactParts(summaryJws, 3)?.[1]
  if (summaryPart === undefined) return { ok: false, detail: 'bad summary' }
  return { ok: true, parts: { summaryJws, summaryPart, sealed, header } }
}
