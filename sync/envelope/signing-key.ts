import {
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  compactVerify,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
} from 'jose'
import { z } from 'zod'
import { type Ed25519Jwk, Ed25519JwkSchema } from '../protocol/keys.ts'
import { compactParts, firstIssue, type JsonObject, jsonOrUndefined, jsonPart } from './compact.ts'

/** Ed25519 under its RFC 8037 name: the one that Electron 25's crypto knows. */
const ALG = 'EdDSA'

/** Signs compact JWS texts with an Ed25519 key; the private part cannot be read back out of it. */
export interface SigningKey {
  readonly kid: string
  /** The public part. */
  readonly jwk: Ed25519Jwk
  /** Signs the JSON text of `payload`; the header carries alg, typ, kid and what `extraHeader` adds. */
  sign(payload: unknown, typ: string, extraHeader?: JsonObject): Promise<string>
}

const PrivateJwkSchema = Ed25519JwkSchema.extend({ d: z.string().regex(/^[\w-]{43}$/) })

/** RFC 7638 thumbprint: the default key id. */
export function thumbprint(jwk: Ed25519Jwk): Promise<string> {
  return calculateJwkThumbprint({ kty: jwk.kty, crv: jwk.crv, x: jwk.x })
}

/** A new key, and its private JWK for whoever keeps it. */
export async function generateSigningKey(): Promise<{ key: SigningKey; privateJwk: JsonObject }> {
  const pair = await generateKeyPair(ALG, { crv: 'Ed25519', extractable: true })
  const privateJwk = PrivateJwkSchema.parse(await exportJWK(pair.privateKey))
  return { key: await signingKeyFromJwk(privateJwk), privateJwk }
}

/**
 * A key from its private JWK.
 * @throws ZodError when it is no private Ed25519 JWK, DataError when its public part does not belong to its private part.
 */
export async function signingKeyFromJwk(privateJwk: JsonObject, kid?: string): Promise<SigningKey> {
  const { d, ...jwk } = PrivateJwkSchema.parse(privateJwk)
  const imported = (await importJWK({ ...jwk, d }, ALG)) as CryptoKey
  const key: SigningKey = {
    kid: kid ?? (await thumbprint(jwk)),
    jwk,
    sign(payload, typ, extraHeader) {
      return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
        .setProtectedHeader({ ...extraHeader, alg: ALG, typ, kid: key.kid })
        .sign(imported)
    },
  }
  return key
}

export type JwsFault = 'malformed' | 'key-unknown' | 'bad-signature' | 'bad-content'
export type JwsResult<T> =
  | { readonly ok: true; readonly payload: T; readonly kid: string }
  | { readonly ok: false; readonly fault: JwsFault; readonly detail: string }

/** `crit` is refused: it names header fields that we would have to understand. */
export const JwsHeaderSchema = z.looseObject({
  alg: z.literal(ALG),
  typ: z.string(),
  kid: z.string().min(1),
  crit: z.never().optional(),
})

/**
 * Checks a compact JWS: shape, alg EdDSA, typ, a key that `jwkOfKid` knows, signature, content, in this order.
 * `detail` is for the log: no content.
 */
export async function verifyJws<T extends z.ZodType>(
  jws: string,
  jwkOfKid: (kid: string) => Ed25519Jwk | undefined,
  typ: string,
  schema: T,
): Promise<JwsResult<z.infer<T>>> {
  const header = jsonPart(compactParts(jws, 3)?.[0], JwsHeaderSchema)
  if (header === undefined) return { ok: false, fault: 'malformed', detail: 'no compact EdDSA JWS with typ and kid' }
  if (header.typ !== typ) return { ok: false, fault: 'malformed', detail: `typ is not ${typ}` }
  const jwk = jwkOfKid(header.kid)
  if (jwk === undefined) return { ok: false, fault: 'key-unknown', detail: `kid ${header.kid.slice(0, 80)}` }
  const text = await verifiedText(jws, jwk)
  if (text === undefined) return { ok: false, fault: 'bad-signature', detail: `kid ${header.kid.slice(0, 80)}` }
  const parsed = schema.safeParse(jsonOrUndefined(text))
  if (!parsed.success) return { ok: false, fault: 'bad-content', detail: firstIssue(parsed.error) }
  return { ok: true, payload: parsed.data, kid: header.kid }
}

/** The signed text, or undefined when the signature is not this key's. */
async function verifiedText(jws: string, jwk: Ed25519Jwk): Promise<string | undefined> {
  try {
    const verified = await compactVerify(jws, await publicKey(jwk), { algorithms: [ALG] })
    return new TextDecoder().decode(verified.payload)
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

const imported = new WeakMap<Ed25519Jwk, Promise<CryptoKey>>()

/** Imports once per JWK object: import costs more than the check itself. */
function publicKey(jwk: Ed25519Jwk): Promise<CryptoKey> {
  let key = imported.get(jwk)
  if (key === undefined) {
    key = importJWK({ kty: jwk.kty, crv: jwk.crv, x: jwk.x }, ALG) as Promise<CryptoKey>
    imported.set(jwk, key)
  }
  return key
}
