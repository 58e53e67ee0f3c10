import type { Ed25519Jwk, RsaJwk } from '../protocol/keys.ts'
import type { JsonObject } from './compact.ts'

/** Signs compact JWS texts with an Ed25519 key; the private part cannot be read back out of it. */
export interface SigningKey {
  readonly kid: string
  /** The public part. */
  readonly jwk: Ed25519Jwk
  /** Signs the JSON text of `payload`; the header carries alg, typ, kid and what `extraHeader` adds. */
  sign(payload: unknown, typ: string, extraHeader?: JsonObject): Promise<string>
}

/** A content key (32 bytes) for one sealing, and the same wrapped to a hub's key. Each is used once. */
export interface WrappedKey {
  readonly contentKey: Buffer
  readonly wrapped: Buffer
}

/**
 * All cryptography and all randomness of sync/, in one place, so that the simulation can put a seeded synchronous suite
 * in its stead: WebCrypto's threads would break the order of events. The real one is `joseSuite`; both are held to the
 * same behaviour by one contract suite. Every function of this room takes a suite as its last parameter.
 */
export interface Suite {
  readonly name: string
  /** SHA-256 of bytes, or of a text's UTF-8 bytes, as 64 lower-case hexadecimal digits. */
  sha256Hex(textOrBytes: string | Uint8Array): string
  randomBytes(count: number): Buffer
  /** RFC 9562, version 4. */
  randomUuid(): string

  /** A new Ed25519 key, and its private JWK for whoever keeps it. */
  generateSigningKey(): Promise<{ readonly key: SigningKey; readonly privateJwk: JsonObject }>
  /** @throws ZodError when it is no private Ed25519 JWK, DataError when its parts do not belong together. */
  signingKeyFromJwk(privateJwk: JsonObject, kid?: string): Promise<SigningKey>
  /** The signed text of a compact JWS (alg EdDSA), or undefined when the signature is not this key's. */
  verifiedText(jws: string, jwk: Ed25519Jwk): Promise<string | undefined>

  /** A new RSA key to seal to. */
  generateSealKey(): Promise<{ readonly jwk: RsaJwk; readonly privateJwk: JsonObject }>
  /** A fresh content key wrapped to a hub's key: half the work of sealing, and it can be done before there is a text. */
  wrapContentKey(jwk: RsaJwk): WrappedKey
  /** Compact JWE (RSA-OAEP-256, A256GCM) over a text; `header` is the protected header without alg and enc. */
  encrypt(text: string, header: JsonObject, key: WrappedKey): Promise<string>
  /**
   * The text of a compact JWE, or undefined when it is not for this key or was changed.
   * @throws ZodError when it is no private RSA JWK.
   */
  decrypt(jwe: string, privateJwk: JsonObject): Promise<string | undefined>

  /** AES-256-GCM: 12 bytes of fresh nonce, ciphertext, 16 bytes of tag. */
  sealChunk(key: Uint8Array, plain: Uint8Array, additionalData: string): Promise<Buffer>
  /** The plain bytes, or undefined when key, place or bytes are not the sealed ones. */
  openChunk(key: Uint8Array, sealed: Uint8Array, additionalData: string): Promise<Buffer | undefined>
}
