import { z } from 'zod'
import { SealedHeaderSchema } from '../protocol/submission.ts'
import { compactParts, jsonPart } from './compact.ts'

export type SealedHeader = z.infer<typeof SealedHeaderSchema>

/** `zip` and `crit` change what the sealed bytes mean; no terminal of ours writes them. */
const HeaderSchema = z.looseObject({ zip: z.never().optional(), crit: z.never().optional() }).pipe(SealedHeaderSchema)

/** EnvelopeSchema's text in the one spelling that counts: no repeated names, no spaces, no other order, no escapes. */
const HEAD = '{"summary":"'
const MIDDLE = '","sealed":"'
const TAIL = '"}'

export interface EnvelopeParts {
  /** Compact JWS, not yet verified. */
  readonly summaryJws: string
  /** The part of it that says who signed it. */
  readonly summaryHeader: string
  /** The part of it that holds the summary; trust it only after its signature was checked. */
  readonly summaryPart: string
  /** Compact JWE, not opened. */
  readonly sealed: string
  readonly header: SealedHeader
}

/** The envelope's exact text. Compact texts hold no character that JSON escapes. */
export function envelopeText(summaryJws: string, sealed: string): string {
  return HEAD + summaryJws + MIDDLE + sealed + TAIL
}

/** Takes an envelope's text apart, or says what is wrong with its shape. Checks no signature. */
export function envelopeParts(
  envelope: string,
): { readonly ok: true; readonly parts: EnvelopeParts } | { readonly ok: false; readonly detail: string } {
  const middle = envelope.indexOf(MIDDLE, HEAD.length)
  if (middle < 0 || !envelope.startsWith(HEAD) || !envelope.endsWith(TAIL)) return NOT_ONE
  const summaryJws = envelope.slice(HEAD.length, middle)
  const sealed = envelope.slice(middle + MIDDLE.length, -TAIL.length)
  const summary = filledParts(summaryJws, 3)
  const sealedParts = filledParts(sealed, 5)
  const [summaryHeader, summaryPart] = summary ?? []
  if (summaryHeader === undefined || summaryPart === undefined || sealedParts === undefined) return NOT_ONE
  const header = jsonPart(sealedParts[0], HeaderSchema)
  if (header === undefined) return { ok: false, detail: 'bad protected header' }
  return { ok: true, parts: { summaryJws, summaryHeader, summaryPart, sealed, header } }
}

const NOT_ONE = { ok: false, detail: 'not the exact envelope text of two compact texts' } as const

/** The parts are base64url, so what lies between head, middle and tail holds no quote and no second field. */
function filledParts(text: string, count: number): readonly string[] | undefined {
  const parts = compactParts(text, count)
  return parts?.every((part) => part !== '') === true ? parts : undefined
}
