import { constants, createCipheriv, createPublicKey, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto'
import { type CryptoKey, compactDecrypt, errors, exportJWK, generateKeyPair, importJWK } from 'jose'
import { z } from 'zod'
import { type RsaJwk, RsaJwkSchema } from '../protocol/keys.ts'
import type { JsonObject } from './compact.ts'
import type { WrappedKey } from './suite.ts'

/**
 * The real suite's sealing. RSA, because ECDH-ES fails in Electron 25 (design.md section 4). The terminal seals with
 * node:crypto, on the spot: WebCrypto takes each of its steps to another thread and back, three times as long as the
 * work itself, while a citizen waits. The hub opens with jose, so that each reads what the other wrote.
 */
const SEAL_ALG = 'RSA-OAEP-256'
const SEAL_ENC = 'A256GCM'
const MODULUS_BITS = 3072
const CONTENT_KEY_BYTES = 32
const CONTENT_CIPHER = 'aes-256-gcm'
/** RFC 7518, section 5.3: 96 bits. */
const IV_BYTES = 12

export const PrivateRsaJwkSchema = RsaJwkSchema.extend({ d: z.string() }).catchall(z.string())

/** A new key pair to seal submissions to: the public JWK for the key set, the private one for the hub alone. */
export async function generateSealKey(): Promise<{ jwk: RsaJwk; privateJwk: JsonObject }> {
  const pair = await generateKeyPair(SEAL_ALG, { modulusLength: MODULUS_BITS, extractable: true })
  const privateJwk = await exportJWK(pair.privateKey)
  return { jwk: RsaJwkSchema.parse(privateJwk), privateJwk: { ...privateJwk } }
}

/** A fresh content key, and the same wrapped to `jwk` (RFC 7518, section 4.3). */
export function wrapContentKey(jwk: RsaJwk): WrappedKey {
  const contentKey = randomBytes(CONTENT_KEY_BYTES)
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const wrapped = publicEncrypt({ key: publicKey(jwk), padding, oaepHash: 'sha256' }, contentKey)
  return { contentKey, wrapped }
}

/** Compact JWE (RFC 7516) over a text; `header` is the protected header without alg and enc. */
export function encryptText(text: string, header: JsonObject, { contentKey, wrapped }: WrappedKey): string {
  const head = Buffer.from(JSON.stringify({ ...header, alg: SEAL_ALG, enc: SEAL_ENC }), 'utf8').toString('base64url')
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CONTENT_CIPHER, contentKey, iv)
  cipher.setAAD(Buffer.from(head, 'latin1'))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const parts = [wrapped, iv, body, cipher.getAuthTag()]
  return [head, ...parts.map((part) => part.toString('base64url'))].join('.')
}

/**
 * The text of a compact JWE, or undefined when it is not for this key or was changed.
 * @throws ZodError when it is no private RSA JWK.
 */
export async function decryptText(jwe: string, privateJwk: JsonObject): Promise<string | undefined> {
  const key = await privateKey(privateJwk)
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

/** Both once per JWK object: import costs more than the use. */
const publicKeys = new WeakMap<RsaJwk, KeyObject>()
const privateKeys = new WeakMap<JsonObject, Promise<CryptoKey>>()

function publicKey(jwk: RsaJwk): KeyObject {
  let key = publicKeys.get(jwk)
  if (key === undefined) {
    key = createPublicKey({ key: { kty: 'RSA', n: jwk.n, e: jwk.e }, format: 'jwk' })
    publicKeys.set(jwk, key)
  }
  return key
}

function privateKey(privateJwk: JsonObject): Promise<CryptoKey> {
  let key = privateKeys.get(privateJwk)
  if (key === undefined) {
    const { key_ops: _, ext: __, ...rest } = privateJwk
    key = importJWK(PrivateRsaJwkSchema.parse(rest), SEAL_ALG) as Promise<CryptoKey>
    privateKeys.set(privateJwk, key)
  }
  return key
}
