import type { Ed25519Jwk } from '../protocol/keys.ts'
import { type SubmissionSummary, SubmissionSummarySchema } from '../protocol/submission.ts'
import { compactParts, jsonPart } from './compact.ts'
import { envelopeParts, type SealedHeader } from './envelope-parts.ts'
import { SUMMARY_TYP } from './seal.ts'
import { sha256Hex } from './sha256.ts'
import { JwsHeaderSchema, verifyJws } from './signing-key.ts'

export type ReadEnvelopeResult =
  | {
      readonly ok: true
      readonly summary: SubmissionSummary
      readonly header: SealedHeader
      /** SHA-256 of the envelope's UTF-8 bytes: what a receipt covers. */
      readonly sha256: string
    }
  | {
      readonly ok: false
      readonly fault: 'malformed' | 'key-unknown' | 'bad-signature' | 'mismatch'
      /** For the log: no content. */
      readonly detail: string
    }

/**
 * What the hub's ingest checks without opening anything: shape, device signature over the summary, that the summary
 * covers exactly this sealed text, and that both name the same submission.
 * @param deviceKeyOf the registered public key of a terminal, by the key id in the signature.
 */
export async function readEnvelope(
  envelope: string,
  deviceKeyOf: (terminalId: string, kid: string) => Promise<Ed25519Jwk | undefined>,
): Promise<ReadEnvelopeResult> {
  const taken = envelopeParts(envelope)
  if (!taken.ok) return { ok: false, fault: 'malformed', detail: taken.detail }
  const { summaryJws, sealed, header, claimed } = taken.parts
  const kid = jsonPart(compactParts(summaryJws, 3)?.[0], JwsHeaderSchema)?.kid
  if (kid === undefined) return { ok: false, fault: 'malformed', detail: 'bad summary header' }
  const jwk = await deviceKeyOf(claimed.terminalId, kid)
  const verified = await verifyJws(summaryJws, () => jwk, SUMMARY_TYP, SubmissionSummarySchema)
  if (!verified.ok) {
    const fault = verified.fault === 'bad-content' ? 'malformed' : verified.fault
    return { ok: false, fault, detail: verified.detail }
  }
  const summary = verified.payload
  if (summary.sealedSha256 !== sha256Hex(sealed)) {
    return { ok: false, fault: 'mismatch', detail: 'the summary covers another sealed text' }
  }
  if (summary.submissionId !== header.submissionId) {
    return { ok: false, fault: 'mismatch', detail: 'summary and protected header name two submissions' }
  }
  return { ok: true, summary, header, sha256: sha256Hex(envelope) }
}
