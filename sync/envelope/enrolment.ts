import type { z } from 'zod'
import { EnrolmentClaimSchema } from '../protocol/hub-api.ts'
import { compactParts, jsonPart } from './compact.ts'
import { joseSuite } from './jose-suite.ts'
import { type JwsFault, verifyJws } from './jws.ts'
import type { SigningKey, Suite } from './suite.ts'
import { thumbprint } from './thumbprint.ts'

const TYP = 'bm-enrolment+jws'

export type EnrolmentClaim = z.infer<typeof EnrolmentClaimSchema>
export type ClaimResult =
  | { readonly ok: true; readonly claim: EnrolmentClaim; readonly kid: string }
  | { readonly ok: false; readonly fault: JwsFault; readonly detail: string }

export interface ClaimRequest {
  readonly terminalId: string
  /** The one-time code of the provisioning file. */
  readonly code: string
  readonly deviceKey: SigningKey
}

/** A terminal's request to register its key, signed with that key: proof that it holds it. */
export function makeClaim({ terminalId, code, deviceKey }: ClaimRequest): Promise<string> {
  const claim = EnrolmentClaimSchema.parse({ kind: 'enrolment', terminalId, code, jwk: deviceKey.jwk })
  return deviceKey.sign(claim, TYP)
}

/**
 * Checks that the claim was signed by the key that it names. Whether the code is good is the hub's to know. The key id
 * must be the key's thumbprint, so that no terminal can choose an id at will.
 */
export async function verifyClaim(jws: string, suite: Suite = joseSuite): Promise<ClaimResult> {
  const named = jsonPart(compactParts(jws, 3)?.[1], EnrolmentClaimSchema)
  if (named === undefined) return { ok: false, fault: 'malformed', detail: 'no claim' }
  const verified = await verifyJws(jws, () => named.jwk, TYP, EnrolmentClaimSchema, suite)
  if (!verified.ok) return verified
  if (verified.kid !== thumbprint(named.jwk)) {
    return { ok: false, fault: 'bad-content', detail: "the key id is not the key's thumbprint" }
  }
  return { ok: true, claim: verified.payload, kid: verified.kid }
}
