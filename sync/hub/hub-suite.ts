import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { joseSuite } from '../envelope/jose-suite.ts'
import type { Suite } from '../envelope/suite.ts'
import type { Ed25519Jwk } from '../protocol/keys.ts'

/**
 * The real suite, with signatures checked by node:crypto in its thread pool and hashes in one call: a third less work
 * than through WebCrypto and a hash object, and this is most of what ingest does. Callers check alg, typ and spelling first
 * (verifyJws). The terminal has its own: it runs on older Nodes too.
 */
export const hubSuite: Suite = {
  ...joseSuite,
  name: 'jose, node:crypto for signatures',
  sha256Hex: (textOrBytes) => hash('sha256', textOrBytes),
  verifiedText: async (jws, jwk) => {
    const end = jws.lastIndexOf('.')
    const signed = Buffer.from(jws.slice(0, end))
    const signature = Buffer.from(jws.slice(end + 1), 'base64url')
    if (!(await isSignedBy(signed, signature, publicKey(jwk)))) return undefined
    return Buffer.from(jws.slice(jws.indexOf('.') + 1, end), 'base64url').toString('utf8')
  },
}

function isSignedBy(signed: Uint8Array, signature: Uint8Array, key: KeyObject): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(null, signed, key, signature, (error, holds) => (error === null ? resolve(holds) : reject(error)))
  })
}

const imported = new WeakMap<Ed25519Jwk, KeyObject>()

/** Imports once per JWK object. */
function publicKey(jwk: Ed25519Jwk): KeyObject {
  let key = imported.get(jwk)
  if (key === undefined) {
    key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, format: 'jwk' })
    imported.set(jwk, key)
  }
  return key
}
