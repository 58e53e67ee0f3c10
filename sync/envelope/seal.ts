import type { RsaJwk } from '../protocol/keys.ts'
import {
  type Chunk,
  type SubmissionPayload,
  type SubmissionSummary,
  SubmissionSummarySchema,
} from '../protocol/submission.ts'
import { envelopeText } from './envelope-parts.ts'
import { joseSuite } from './jose-suite.ts'
import type { SigningKey, Suite, WrappedKey } from './suite.ts'

export const SUMMARY_TYP = 'bm-summary+jws'

export interface SealRequest {
  readonly payload: SubmissionPayload
  readonly summary: Omit<SubmissionSummary, 'sealedSha256' | 'v'>
  readonly sealKey: { readonly kid: string; readonly jwk: RsaJwk }
  /** A content key that was wrapped to that key before; a fresh one when not given. */
  readonly wrapped?: WrappedKey
  readonly deviceKey: SigningKey
  /** All sealed chunks of the payload's attachments, in their order; none when there are no attachments. */
  readonly chunks?: readonly Chunk[]
}

/**
 * Seals a submission: the payload as JWE to the hub's key, the summary in the clear signed by the device. After this
 * the terminal cannot read the payload again.
 * @returns the envelope's exact text (EnvelopeSchema) and the SHA-256 of its UTF-8 bytes.
 * The payload is taken as it is: main made it from a request that the bridge checked and a card that main checked, and
 * checking all strokes of a signature again would cost the citizen a fifth of the wait.
 * @throws when the summary breaks its schema or speaks of another submission, or the chunks are not those of the
 * payload's attachments: main made them all, so that is a bug.
 */
export async function sealSubmission(
  { payload, summary, sealKey, wrapped, deviceKey, chunks = [] }: SealRequest,
  suite: Suite = joseSuite,
): Promise<{ envelope: string; sha256: string }> {
  if (!sameSubject(payload, summary)) throw new Error('seal: payload and summary disagree')
  if (!sameChunks(payload, chunks)) throw new Error('seal: attachments and chunks disagree')
  const sealed = await suite.encrypt(
    JSON.stringify(payload),
    {
      kid: sealKey.kid,
      submissionId: payload.submissionId,
      chunks: chunks.map(({ sha256, bytes }) => ({ sha256, bytes })),
    },
    wrapped ?? suite.wrapContentKey(sealKey.jwk),
  )
  const signed = await deviceKey.sign(
    SubmissionSummarySchema.parse({ ...summary, v: 1, sealedSha256: suite.sha256Hex(sealed) }),
    SUMMARY_TYP,
  )
  const envelope = envelopeText(signed, sealed)
  return { envelope, sha256: suite.sha256Hex(envelope) }
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

/** True when the chunks that are listed in the clear are those of the sealed attachments, one by one. */
export function sameChunks(payload: SubmissionPayload, chunks: readonly Chunk[]): boolean {
  const attachments = payload.kind === 'application' ? payload.attachments : undefined
  const sealed = attachments?.flatMap((attachment) => attachment.chunks) ?? []
  return sealed.length === chunks.length && sealed.every((sha256, at) => sha256 === chunks[at]?.sha256)
}
