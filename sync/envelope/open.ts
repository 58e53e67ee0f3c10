import { type SubmissionPayload, SubmissionPayloadSchema, SubmissionSummarySchema } from '../protocol/submission.ts'
import { firstIssue, type JsonObject, jsonOrUndefined, jsonPart } from './compact.ts'
import { envelopeParts, type SealedHeader } from './envelope-parts.ts'
import { joseSuite } from './jose-suite.ts'
import { sameChunks, sameSubject } from './seal.ts'
import type { Suite } from './suite.ts'

export type OpenEnvelopeResult =
  | { readonly ok: true; readonly payload: SubmissionPayload; readonly header: SealedHeader }
  | {
      readonly ok: false
      readonly fault: 'malformed' | 'key-unknown' | 'cannot-decrypt' | 'bad-payload' | 'mismatch'
      /** For the log: no content. */
      readonly detail: string
    }

/**
 * Opens a sealed submission; the hub's validation job does this after ingest. The device's signature is
 * readEnvelope's business, not checked here.
 * @param privateKeyOfKid the private JWK of a key id; old ones are kept for envelopes that waited.
 */
export async function openEnvelope(
  envelope: string,
  privateKeyOfKid: (kid: string) => JsonObject | undefined,
  suite: Suite = joseSuite,
): Promise<OpenEnvelopeResult> {
  const taken = envelopeParts(envelope)
  if (!taken.ok) return { ok: false, fault: 'malformed', detail: taken.detail }
  const { sealed, header, summaryPart } = taken.parts
  const claimed = jsonPart(summaryPart, SubmissionSummarySchema)
  if (claimed === undefined) return { ok: false, fault: 'malformed', detail: 'bad summary' }
  const found = privateKeyOfKid(header.kid)
  if (found === undefined) return { ok: false, fault: 'key-unknown', detail: `kid ${header.kid.slice(0, 80)}` }
  const text = await suite.decrypt(sealed, found)
  if (text === undefined) return { ok: false, fault: 'cannot-decrypt', detail: `kid ${header.kid.slice(0, 80)}` }
  const parsed = SubmissionPayloadSchema.safeParse(jsonOrUndefined(text))
  if (!parsed.success) return { ok: false, fault: 'bad-payload', detail: firstIssue(parsed.error) }
  if (parsed.data.submissionId !== header.submissionId || !sameSubject(parsed.data, claimed)) {
    return { ok: false, fault: 'mismatch', detail: 'payload, header and summary do not speak of one submission' }
  }
  if (!sameChunks(parsed.data, header.chunks)) {
    return { ok: false, fault: 'mismatch', detail: 'the header lists other chunks than the attachments have' }
  }
  return { ok: true, payload: parsed.data, header }
}
