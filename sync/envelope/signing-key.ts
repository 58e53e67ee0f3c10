import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { type CryptoKey, compactVerify, errors, exportJWK, generateKeyPair, importJWK } from 'jose'
import { type Ed25519Jwk, Ed25519JwkSchema } from '../protocol/keys.ts'
import type { JsonObject } from './compact.ts'
import type { SigningKey } from './suite.ts'
import { thumbprint } from './thumbprint.ts'

export type { SigningKey } from './suite.ts'

/**
 * The real suite's signatures. Ed25519 under its RFC 8037 name: the one that Electron 25 knows. Signed with node:crypto
 * on the spot: WebCrypto's way to another thread and back takes longer than the signature, and a citizen waits for it.
 */
const ALG = 'EdDSA'

export const PrivateEd25519JwkSchema = Ed25519JwkSchema.extend({ d: Ed25519JwkSchema.shape.x })

/** A new key, and its private JWK for whoever keeps it. */
export async function generateSigningKey(): Promise<{ key: SigningKey; privateJwk: JsonObject }> {
  const pair = await generateKeyPair(ALG, { crv: 'Ed25519', extractable: true })
  const privateJwk = PrivateEd25519JwkSchema.parse(await exportJWK(pair.privateKey))
  return { key: await signingKeyFromJwk(privateJwk), privateJwk }
}

/**
 * A key from its private JWK.
 * @throws ZodError when it is no private Ed25519 JWK, DataError when its public part does not belong to its private part.
 */
export async function signingKeyFromJwk(privateJwk: JsonObject, kid?: string): Promise<SigningKey> {
  const { d, ...jwk } = PrivateEd25519JwkSchema.parse(privateJwk)
  const imported = createPrivateKey({ key: { ...jwk, d }, format: 'jwk' })
  // node:crypto takes the private part and makes the public one of it anew.
  if (createPublicKey(imported).export({ format: 'jwk' }).x !== jwk.x) {
    throw new DOMException('the public part does not belong to the private part', 'DataError')
  }
  const key: SigningKey = {
    kid: kid ?? thumbprint(jwk),
    jwk,
    async sign(payload, typ, extraHeader) {
      const head = base64url(JSON.stringify({ ...extraHeader, alg: ALG, typ, kid: key.kid }))
      const signed = `${head}.${base64url(JSON.stringify(payload))}`
      return `${signed}.${sign(null, Buffer.from(signed, 'latin1'), imported).toString('base64url')}`
    },
  }
  return key
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}

/** The signed text, or undefined when the signature is not this key's. */
export async function verifiedText(jws: string, jwk: Ed25519Jwk): Promise<string | undefined> {
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
