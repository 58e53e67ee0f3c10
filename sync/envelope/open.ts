import { type CryptoKey, compactDecrypt, errors } from 'jose'
import { type SubmissionPayload, SubmissionPayloadSchema } from '../protocol/submission.ts'
import { firstIssue, type JsonObject, jsonOrUndefined } from './compact.ts'
import { envelopeParts, type SealedHeader } from './envelope-parts.ts'
import { sameSubject } from './seal.ts'
import { SEAL_ALG, sealPrivateKey } from './seal-key.ts'

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
 * @param privateKeyOfKid the private JWK (or an imported key) of a key id; old ones are kept for envelopes that waited.
 */
export async function openEnvelope(
  envelope: string,
  privateKeyOfKid: (kid: string) => JsonObject | CryptoKey | undefined,
): Promise<OpenEnvelopeResult> {
  const taken = envelopeParts(envelope)
  if (!taken.ok) return { ok: false, fault: 'malformed', detail: taken.detail }
  const { sealed, header, claimed } = taken.parts
  const found = privateKeyOfKid(header.kid)
  if (found === undefined) return { ok: false, fault: 'key-unknown', detail: `kid ${header.kid.slice(0, 80)}` }
  const text = await decrypted(sealed, 'kty' in found ? await sealPrivateKey(found) : (found as CryptoKey))
  if (text === undefined) return { ok: false, fault: 'cannot-decrypt', detail: `kid ${header.kid.slice(0, 80)}` }
  const parsed = SubmissionPayloadSchema.safeParse(jsonOrUndefined(text))
  if (!parsed.success) return { ok: false, fault: 'bad-payload', detail: firstIssue(parsed.error) }
  if (parsed.data.submissionId !== header.submissionId || !sameSubject(parsed.data, claimed)) {
    return { ok: false, fault: 'mismatch', detail: 'payload, header and summary do not speak of one submission' }
  }
  return { ok: true, payload: parsed.data, header }
}

async function decrypted(sealed: string, key: CryptoKey): Promise<string | undefined> {
  try {
    const opened = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: [SEAL_ALG],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    return new TextDecoder().decode(opened.plaintext)
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}
