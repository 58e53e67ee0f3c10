import { z } from 'zod'
import { InstantSchema, Sha256Schema } from './ids.ts'

/** Public Ed25519 key (RFC 8037). */
export const Ed25519JwkSchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[\w-]{43}$/),
})
export type Ed25519Jwk = z.infer<typeof Ed25519JwkSchema>

/** Public RSA key for sealing: RSA-OAEP-256, 3072 bits. */
export const RsaJwkSchema = z.object({ kty: z.literal('RSA'), n: z.string().min(500), e: z.string() })
export type RsaJwk = z.infer<typeof RsaJwkSchema>

const KeyCommon = { kid: z.string().min(1).max(80), from: InstantSchema, to: InstantSchema }
export const HubKeySchema = z.discriminatedUnion('use', [
  z.object({ ...KeyCommon, use: z.literal('seal'), jwk: RsaJwkSchema }),
  z.object({ ...KeyCommon, use: z.literal('receipt'), jwk: Ed25519JwkSchema }),
  z.object({ ...KeyCommon, use: z.literal('package'), jwk: Ed25519JwkSchema }),
  z.object({ ...KeyCommon, use: z.literal('ping'), jwk: Ed25519JwkSchema }),
  z.object({ ...KeyCommon, use: z.literal('release'), jwk: Ed25519JwkSchema }),
])
export type HubKey = z.infer<typeof HubKeySchema>

/**
 * The hub's keys, signed by its offline root as a compact JWS whose header carries the root's public key (`jwk`).
 * A terminal trusts it when the SHA-256 of that key's 32 raw bytes is the one in its provisioning file, and keeps the
 * highest version that it has seen.
 */
export const KeySetSchema = z.object({
  kind: z.literal('key-set'),
  version: z.int().min(1),
  keys: z.array(HubKeySchema).min(1),
})
export type KeySet = z.infer<typeof KeySetSchema>

/** What a terminal gets once, on paper or a stick, before its first start (design.md section 4, step 0). */
export const ProvisioningSchema = z.strictObject({
  hubUrl: z
    .url({ protocol: /^https?$/ })
    .refine(isHttpsOrLoopback, 'must be https:// unless the hub is on this machine'),
  terminalId: z.string().regex(/^[A-Z0-9][A-Z0-9-]{1,30}$/),
  /** SHA-256 of the 32 raw bytes of the hub's root key. */
  rootKeySha256: Sha256Schema,
  /** Good for one enrolment. */
  enrolmentCode: z.string().min(16).max(100),
})
export type Provisioning = z.infer<typeof ProvisioningSchema>

function isHttpsOrLoopback(text: string): boolean {
  const match = /^(https?):\/\/(\[[^\]]+\]|[^/:]+)/.exec(text)
  return match !== null && (match[1] === 'https' || ['127.0.0.1', 'localhost', '[::1]'].includes(match[2] ?? ''))
}
