import { z } from 'zod'
import { TerminalIdSchema } from '../protocol/ids.ts'
import { type Chunk, type SubmissionSummary, SubmissionSummarySchema } from '../protocol/submission.ts'
import { jsonPart } from './compact.ts'
import type { DeviceKeyOf } from './contact.ts'
import { envelopeParts, type SealedHeader } from './envelope-parts.ts'
import { joseSuite } from './jose-suite.ts'
import { jwsHeader, verifySigned } from './jws.ts'
import { SUMMARY_TYP } from './seal.ts'
import type { Suite } from './suite.ts'

export type ReadEnvelopeResult =
  | {
      readonly ok: true
      readonly summary: SubmissionSummary
      readonly header: SealedHeader
      /** Every sealed chunk that must be held before this is committed, in order. */
      readonly chunks: readonly Chunk[]
      /** SHA-256 of the envelope's UTF-8 bytes: what a receipt covers. */
      readonly sha256: string
    }
  | {
      readonly ok: false
      readonly fault: 'malformed' | 'key-unknown' | 'bad-signature' | 'mismatch'
      /** For the log: no content. */
      readonly detail: string
    }

/** Enough to find the key; the whole is read only after its signature was checked. */
const NamedSchema = z.object({ terminalId: TerminalIdSchema })

/**
 * What the hub's ingest checks without opening anything: shape, device signature over the summary, that the summary
 * covers exactly this sealed text, and that both name the same submission.
 * @param deviceKeyOf the registered public key of a terminal, by the key id in the signature.
 */
export async function readEnvelope(
  envelope: string,
  deviceKeyOf: DeviceKeyOf,
  suite: Suite = joseSuite,
): Promise<ReadEnvelopeResult> {
  const taken = envelopeParts(envelope)
  if (!taken.ok) return { ok: false, fault: 'malformed', detail: taken.detail }
  const { summaryJws, summaryHeader, summaryPart, sealed, header } = taken.parts
  const signed = jwsHeader(summaryHeader)
  const named = jsonPart(summaryPart, NamedSchema)
  if (signed === undefined || named === undefined) return { ok: false, fault: 'malformed', detail: 'bad summary' }
  const jwk = await deviceKeyOf(named.terminalId, signed.kid)
  const verified = await verifySigned(summaryJws, signed, jwk, SUMMARY_TYP, SubmissionSummarySchema, suite)
  if (!verified.ok) {
    const fault = verified.fault === 'bad-content' ? 'malformed' : verified.fault
    return { ok: false, fault, detail: verified.detail }
  }
  const summary = verified.payload
  if (summary.sealedSha256 !== suite.sha256Hex(sealed)) {
    return { ok: false, fault: 'mismatch', detail: 'the summary covers another sealed text' }
  }
  if (summary.submissionId !== header.submissionId) {
    return { ok: false, fault: 'mismatch', detail: 'summary and protected header name two submissions' }
  }
  return {
    ok: true,
    summary,
    header,
    chunks: header.chunks,
    // Counted when somebody asks: ingest has counted it before.
    get sha256() {
      return suite.sha256Hex(envelope)
    },
  }
}
