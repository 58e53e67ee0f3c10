import { signHubAnswer } from '../envelope/contact.ts'
import { CodeIdentityClaimSchema } from '../protocol/code-identity.ts'
import { readClaim } from './claims.ts'
import type { CodeIdentity } from './code-adapter.ts'
import type { ContactParts, SignedAnswer } from './contact.ts'
import { instant } from './sources.ts'

/** Answers with the person sealed to the key of this very question. Nothing of it is stored, and no line of the log says it. */
export async function answerCodeIdentity(
  parts: ContactParts,
  adapter: CodeIdentity | undefined,
  jws: string,
): Promise<SignedAnswer> {
  const { store, sources, suite } = parts
  const read = await readClaim(jws, CodeIdentityClaimSchema, parts.deviceKeys, suite)
  if (!read.ok) return read
  const { terminalId, nonce, code, sealTo } = read.claim
  const found = await (adapter?.redeem(code) ?? ({ ok: false, why: 'not-offered' } as const))
  const result = found.ok
    ? {
        ok: true as const,
        sealed: await suite.encrypt(JSON.stringify(found.person), { nonce }, suite.wrapContentKey(sealTo)),
      }
    : found
  const { hubEpoch } = await store.stand()
  const answer = { kind: 'code-identity-answer' as const, terminalId, nonce, at: instant(sources), hubEpoch, result }
  return { ok: true, answer: await signHubAnswer(answer, parts.keys.current().signing.ping) }
}
