import { type CryptoKey, exportJWK, generateKeyPair, importJWK } from 'jose'
import { z } from 'zod'
import { type RsaJwk, RsaJwkSchema } from '../protocol/keys.ts'
import type { JsonObject } from './compact.ts'

/** RSA, because ECDH-ES fails in Electron 25 (design.md section 4). */
export const SEAL_ALG = 'RSA-OAEP-256'
const MODULUS_BITS = 3072

const PrivateJwkSchema = RsaJwkSchema.extend({ d: z.string() }).catchall(z.string())

/** A new key pair to seal submissions to: the public JWK for the key set, the private one for the hub alone. */
export async function generateSealKey(): Promise<{ jwk: RsaJwk; privateJwk: JsonObject }> {
  const pair = await generateKeyPair(SEAL_ALG, { modulusLength: MODULUS_BITS, extractable: true })
  const privateJwk = await exportJWK(pair.privateKey)
  return { jwk: RsaJwkSchema.parse(privateJwk), privateJwk: { ...privateJwk } }
}

const imported = new WeakMap<object, Promise<CryptoKey>>()

/** The public key to seal with, imported once per JWK object. */
export function sealPublicKey(jwk: RsaJwk): Promise<CryptoKey> {
  return importOnce(jwk, () => ({ kty: 'RSA', n: jwk.n, e: jwk.e }))
}

/**
 * The private key to open with, imported once per JWK object.
 * @throws ZodError when it is no private RSA JWK.
 */
export function sealPrivateKey(privateJwk: JsonObject): Promise<CryptoKey> {
  return importOnce(privateJwk, () => {
    const { key_ops: _, ext: __, ...rest } = privateJwk
    return PrivateJwkSchema.parse(rest)
  })
}

function importOnce(jwk: object, publicFields: () => { kty: 'RSA'; n: string; e: string }): Promise<CryptoKey> {
  let key = imported.get(jwk)
  if (key === undefined) {
    key = importJWK(publicFields(), SEAL_ALG) as Promise<CryptoKey>
    imported.set(jwk, key)
  }
  return key
}
