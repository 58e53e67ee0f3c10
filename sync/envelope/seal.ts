import { CompactEncrypt } from 'jose'
import type { RsaJwk } from '../protocol/keys.ts'
import { type SubmissionPayload, type SubmissionSummary, SubmissionSummarySchema } from '../protocol/submission.ts'
import { SEAL_ALG, sealPublicKey } from './seal-key.ts'
import { sha256Hex } from './sha256.ts'
import type { SigningKey } from './signing-key.ts'

export const SUMMARY_TYP = 'bm-summary+jws'

export interface SealRequest {
  readonly payload: SubmissionPayload
  readonly summary: Omit<SubmissionSummary, 'sealedSha256' | 'v'>
  readonly sealKey: { readonly kid: string; readonly jwk: RsaJwk }
  readonly deviceKey: SigningKey
}

/**
 * Seals a submission: the payload as JWE to the hub's key, the summary in the clear signed by the device. After this
 * the terminal cannot read the payload again.
 * @returns the envelope's exact text (EnvelopeSchema) and the SHA-256 of its UTF-8 bytes.
 * The payload is taken as it is: main made it from a request that the bridge checked and a card that main checked, and
 * checking all strokes of a signature again would cost the citizen a fifth of the wait.
 * @throws when the summary breaks its schema or speaks of another submission: main made both, so that is a bug.
 */
export async function sealSubmission(request: SealRequest): Promise<{ envelope: string; sha256: string }> {
  const { payload } = request
  if (!sameSubject(payload, request.summary)) throw new Error('seal: payload and summary disagree')
  const { sealKey, deviceKey } = request
  const sealed = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({
      alg: SEAL_ALG,
      enc: 'A256GCM',
      kid: sealKey.kid,
      submissionId: payload.submissionId,
      chunks: [],
    })
    .encrypt(await sealPublicKey(sealKey.jwk))
  const summary = SubmissionSummarySchema.parse({ ...request.summary, v: 1, sealedSha256: sha256Hex(sealed) })
  const envelope = JSON.stringify({ summary: await deviceKey.sign(summary, SUMMARY_TYP), sealed })
  return { envelope, sha256: sha256Hex(envelope) }
}

/** True when what stands in the clear speaks of the same submission as what is sealed. */
export function sameSubject(
  payload: SubmissionPayload,
  summary: Pick<SubmissionSummary, 'submissionId' | 'kind' | 'item' | 'acceptedAt'>,
): boolean {
  return (
    payload.submissionId === summary.submissionId &&
    payload.kind === summary.kind &&
    payload.acceptedAt === summary.acceptedAt &&
    payload.item.id === summary.item.id &&
    payload.item.code === summary.item.code &&
    payload.item.version === summary.item.version
  )
}
