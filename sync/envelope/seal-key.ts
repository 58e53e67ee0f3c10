import { CompactEncrypt, type CryptoKey, compactDecrypt, errors, exportJWK, generateKeyPair, importJWK } from 'jose'
import { z } from 'zod'
import { type RsaJwk, RsaJwkSchema } from '../protocol/keys.ts'
import type { JsonObject } from './compact.ts'

/** The real suite's sealing (jose over WebCrypto). RSA, because ECDH-ES fails in Electron 25 (design.md section 4). */
const SEAL_ALG = 'RSA-OAEP-256'
const SEAL_ENC = 'A256GCM'
const MODULUS_BITS = 3072

export const PrivateRsaJwkSchema = RsaJwkSchema.extend({ d: z.string() }).catchall(z.string())

/** A new key pair to seal submissions to: the public JWK for the key set, the private one for the hub alone. */
export async function generateSealKey(): Promise<{ jwk: RsaJwk; privateJwk: JsonObject }> {
  const pair = await generateKeyPair(SEAL_ALG, { modulusLength: MODULUS_BITS, extractable: true })
  const privateJwk = await exportJWK(pair.privateKey)
  return { jwk: RsaJwkSchema.parse(privateJwk), privateJwk: { ...privateJwk } }
}

/** Compact JWE over a text; `header` is the protected header without alg and enc. */
export async function encryptText(text: string, header: JsonObject, jwk: RsaJwk): Promise<string> {
  const key = await importOnce(jwk, () => ({ kty: 'RSA', n: jwk.n, e: jwk.e }))
  return new CompactEncrypt(Buffer.from(text, 'utf8'))
    .setProtectedHeader({ ...header, alg: SEAL_ALG, enc: SEAL_ENC })
    .encrypt(key)
}

/**
 * The text of a compact JWE, or undefined when it is not for this key or was changed.
 * @throws ZodError when it is no private RSA JWK.
 */
export async function decryptText(jwe: string, privateJwk: JsonObject): Promise<string | undefined> {
  const key = await importOnce(privateJwk, () => {
    const { key_ops: _, ext: __, ...rest } = privateJwk
    return PrivateRsaJwkSchema.parse(rest)
  })
  try {
    const opened = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: [SEAL_ALG],
      contentEncryptionAlgorithms: [SEAL_ENC],
    })
    return new TextDecoder().decode(opened.plaintext)
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

const imported = new WeakMap<object, Promise<CryptoKey>>()

/** Once per JWK object: import costs more than the use. */
function importOnce(jwk: object, fields: () => { kty: 'RSA'; n: string; e: string }): Promise<CryptoKey> {
  let key = imported.get(jwk)
  if (key === undefined) {
    key = importJWK(fields(), SEAL_ALG) as Promise<CryptoKey>
    imported.set(jwk, key)
  }
  return key
}
