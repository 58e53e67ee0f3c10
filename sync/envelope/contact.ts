import { z } from 'zod'
import {
  type CodeIdentityAnswer,
  CodeIdentityAnswerSchema,
  type CodeIdentityClaim,
  CodeIdentityClaimSchema,
} from '../protocol/code-identity.ts'
import {
  type BundleManifest,
  BundleManifestSchema,
  type CasePullAnswer,
  CasePullAnswerSchema,
  type CasePullClaim,
  CasePullClaimSchema,
  type ChunkOffer,
  ChunkOfferSchema,
  type ContactAnswer,
  ContactAnswerSchema,
  type ContactClaim,
  ContactClaimSchema,
  type ReconcileAnswer,
  ReconcileAnswerSchema,
  type ReconcileClaim,
  ReconcileClaimSchema,
  type StaffPullClaim,
  StaffPullClaimSchema,
} from '../protocol/contact.ts'
import {
  type HandoverAnswer,
  HandoverAnswerSchema,
  type HandoverEndClaim,
  HandoverEndClaimSchema,
  type HandoverPutClaim,
  HandoverPutClaimSchema,
  type HandoverTakeClaim,
  HandoverTakeClaimSchema,
} from '../protocol/handover.ts'
import { TerminalIdSchema } from '../protocol/ids.ts'
import type { Ed25519Jwk, KeySet } from '../protocol/keys.ts'
import { type PersonQuestionClaim, PersonQuestionClaimSchema } from '../protocol/person.ts'
import { compactParts, jsonPart } from './compact.ts'
import { joseSuite } from './jose-suite.ts'
import { type JwsFault, JwsHeaderSchema, verifyJws } from './jws.ts'
import { verifyHubJws } from './key-set.ts'
import type { SigningKey, Suite } from './suite.ts'

/** A text signed for one purpose is no text for another: claims, answers and bundles differ in typ, and within in kind. */
const CLAIM_TYP = 'bm-claim+jws'
const ANSWER_TYP = 'bm-answer+jws'
const BUNDLE_TYP = 'bm-bundle+jws'

export type HandoverClaim = HandoverPutClaim | HandoverTakeClaim | HandoverEndClaim
export type DeviceClaim =
  | ContactClaim
  | ChunkOffer
  | ReconcileClaim
  | CasePullClaim
  | StaffPullClaim
  | HandoverClaim
  | CodeIdentityClaim
  | PersonQuestionClaim
export type HubAnswer = ContactAnswer | ReconcileAnswer | CasePullAnswer | HandoverAnswer | CodeIdentityAnswer

const DeviceClaimSchema = z.discriminatedUnion('kind', [
  ContactClaimSchema,
  ChunkOfferSchema,
  ReconcileClaimSchema,
  CasePullClaimSchema,
  StaffPullClaimSchema,
  HandoverPutClaimSchema,
  HandoverTakeClaimSchema,
  HandoverEndClaimSchema,
  CodeIdentityClaimSchema,
  PersonQuestionClaimSchema,
])
const HubAnswerSchema = z.discriminatedUnion('kind', [
  ContactAnswerSchema,
  ReconcileAnswerSchema,
  CasePullAnswerSchema,
  HandoverAnswerSchema,
  CodeIdentityAnswerSchema,
])
const NamedSchema = z.object({ terminalId: TerminalIdSchema })

/** The registered public key of a terminal, by the key id in its signature; undefined when unknown or revoked. */
export type DeviceKeyOf = (terminalId: string, kid: string) => Promise<Ed25519Jwk | undefined>

type Refused<F> = { readonly ok: false; readonly fault: F /** For the log: no content. */; readonly detail: string }
export type DeviceClaimResult<T> = { readonly ok: true; readonly claim: T; readonly kid: string } | Refused<JwsFault>
export type HubAnswerResult<T> =
  | { readonly ok: true; readonly answer: T }
  | Refused<JwsFault | 'wrong-nonce' | 'wrong-terminal'>
export type BundleManifestResult =
  | { readonly ok: true; readonly manifest: BundleManifest; readonly kid: string }
  | Refused<JwsFault>

/** @throws ZodError when the claim breaks its schema: this program made it, so that is a bug. */
export async function signDeviceClaim(claim: DeviceClaim, deviceKey: SigningKey): Promise<string> {
  return deviceKey.sign(DeviceClaimSchema.parse(claim), CLAIM_TYP)
}

/**
 * At the hub: a claim of the kind that `schema` describes, signed by the key that is registered for the terminal which
 * it names. A claim proves who speaks, not when: whoever acts on it must bear its being said twice.
 */
export async function verifyDeviceClaim<T extends z.ZodType<DeviceClaim>>(
  jws: string,
  schema: T,
  deviceKeyOf: DeviceKeyOf,
  suite: Suite = joseSuite,
): Promise<DeviceClaimResult<z.infer<T>>> {
  const verified = await verifyDeviceJws(jws, CLAIM_TYP, schema, deviceKeyOf, suite)
  return verified.ok ? { ok: true, claim: verified.payload, kid: verified.kid } : verified
}

/** @throws ZodError when the answer breaks its schema: the hub made it, so that is a bug. */
export async function signHubAnswer(answer: HubAnswer, pingKey: SigningKey): Promise<string> {
  return pingKey.sign(HubAnswerSchema.parse(answer), ANSWER_TYP)
}

/** At the terminal: our hub's answer to this very question, by a key of use "ping" that was valid at its `at`. */
export async function verifyHubAnswer<T extends z.ZodType<HubAnswer>>(
  jws: string,
  schema: T,
  asked: { readonly nonce: string; readonly terminalId: string },
  keySet: KeySet,
  suite: Suite = joseSuite,
): Promise<HubAnswerResult<z.infer<T>>> {
  const verified = await verifyHubJws(jws, keySet, 'ping', ANSWER_TYP, schema, (answer) => answer.at, suite)
  if (!verified.ok) return verified
  const answer = verified.payload
  if (answer.nonce !== asked.nonce) return { ok: false, fault: 'wrong-nonce', detail: 'answer to another question' }
  if (answer.terminalId !== asked.terminalId) {
    return { ok: false, fault: 'wrong-terminal', detail: 'answer for another terminal' }
  }
  return { ok: true, answer }
}

/** What a rescue bundle holds, in the terminal's own hand. @throws ZodError when it breaks its schema. */
export async function signBundleManifest(manifest: BundleManifest, deviceKey: SigningKey): Promise<string> {
  return deviceKey.sign(BundleManifestSchema.parse(manifest), BUNDLE_TYP)
}

export async function verifyBundleManifest(
  jws: string,
  deviceKeyOf: DeviceKeyOf,
  suite: Suite = joseSuite,
): Promise<BundleManifestResult> {
  const verified = await verifyDeviceJws(jws, BUNDLE_TYP, BundleManifestSchema, deviceKeyOf, suite)
  return verified.ok ? { ok: true, manifest: verified.payload, kid: verified.kid } : verified
}

/** Looks up the key by what the text says of itself, and believes nothing of it before the signature holds. */
async function verifyDeviceJws<T extends z.ZodType>(
  jws: string,
  typ: string,
  schema: T,
  deviceKeyOf: DeviceKeyOf,
  suite: Suite,
): ReturnType<typeof verifyJws<T>> {
  const parts = compactParts(jws, 3)
  const kid = jsonPart(parts?.[0], JwsHeaderSchema)?.kid
  const named = jsonPart(parts?.[1], NamedSchema)
  if (kid === undefined || named === undefined) {
    return { ok: false, fault: 'malformed', detail: 'no compact EdDSA JWS of a terminal' }
  }
  const jwk = await deviceKeyOf(named.terminalId, kid)
  return verifyJws(jws, () => jwk, typ, schema, suite)
}
