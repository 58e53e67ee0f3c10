import type { Ed25519Jwk } from '../protocol/keys.ts'
import { sha256Hex } from './sha256.ts'

/** RFC 7638 thumbprint of a public key (members in the order of RFC 8037, appendix A.3): the default key id. */
export function thumbprint({ crv, kty, x }: Ed25519Jwk): string {
  return Buffer.from(sha256Hex(JSON.stringify({ crv, kty, x })), 'hex').toString('base64url')
}
