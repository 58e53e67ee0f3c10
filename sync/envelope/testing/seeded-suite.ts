import { createCipheriv, createDecipheriv, createHmac, type Hmac, hash } from 'node:crypto'
import type { Ed25519Jwk, RsaJwk } from '../../protocol/keys.ts'
import { CHUNK_NONCE_BYTES, openedChunk, sealedChunk } from '../chunk-cipher.ts'
import { compactParts, jsonOrUndefined } from '../compact.ts'
import { PrivateRsaJwkSchema } from '../seal-key.ts'
import { PrivateEd25519JwkSchema } from '../signing-key.ts'
import type { SigningKey, Suite } from '../suite.ts'
import { thumbprint } from '../thumbprint.ts'

/**
 * Cryptography for the simulation: everything follows from `random`, every promise resolves without leaving the
 * microtask queue, and texts and sizes are those of the real suite. It keeps honest parties honest (changed bytes,
 * other keys and other places are found); it protects nothing: never outside tests. SHA-256, the JWE's AES-256-GCM and
 * chunks are real. A signature is a SHA-512 over the private key and the text, 64 bytes as Ed25519's; the suite finds the
 * private key by the public one, so one simulated world needs one suite. Key wrapping is a mask made from the public
 * modulus, opened only with its private key. Runs on Node 24 (one-shot hashes: a signature costs a few microseconds).
 */
const SECRET_BYTES = 32
/** 3072 bits. */
const MODULUS_BYTES = 384
const CONTENT_KEY_BYTES = 32
const MASK_NONCE_BYTES = 32
const GCM_IV_BYTES = 12
const GCM_TAG_BYTES = 16
const UINT32 = 0x1_0000_0000

/** @param random an even random number 0 ≤ x < 1, the same row for the same seed. */
export function seededSuite(random: () => number): Suite {
  /** Private parts by public part: what a mathematical relation does in the real suite. */
  const secrets = new Map<string, string>()

  function randomBytes(count: number): Buffer {
    const words = Buffer.allocUnsafe(Math.ceil(count / 4) * 4)
    for (let at = 0; at < count; at += 4) words.writeUInt32LE(Math.floor(random() * UINT32) >>> 0, at)
    return words.subarray(0, count)
  }

  function signingKey(privateJwk: Record<string, unknown>, kid?: string): SigningKey {
    const { d, ...jwk } = PrivateEd25519JwkSchema.parse(privateJwk)
    const secret = Buffer.from(d, 'base64url')
    if (publicPart(secret) !== jwk.x) throw new DOMException('Invalid keyData', 'DataError')
    secrets.set(jwk.x, d)
    const key: SigningKey = {
      kid: kid ?? thumbprint(jwk),
      jwk,
      async sign(payload, typ, extraHeader) {
        const head = base64url(JSON.stringify({ ...extraHeader, alg: 'EdDSA', typ, kid: key.kid }))
        const signed = `${head}.${base64url(JSON.stringify(payload))}`
        return `${signed}.${signatureOf(d, signed)}`
      },
    }
    return key
  }

  function newUuid(): string {
    const bytes = randomBytes(16)
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
    const hex = bytes.toString('hex')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }

  return {
    name: 'seeded',
    sha256Hex: (textOrBytes) => hash('sha256', textOrBytes),
    randomBytes,
    randomUuid: newUuid,
    async generateSigningKey() {
      const secret = randomBytes(SECRET_BYTES)
      const privateJwk = { kty: 'OKP', crv: 'Ed25519', x: publicPart(secret), d: secret.toString('base64url') }
      return { key: signingKey(privateJwk), privateJwk }
    },
    signingKeyFromJwk: async (privateJwk, kid) => signingKey(privateJwk, kid),
    async verifiedText(jws, jwk: Ed25519Jwk) {
      const secret = secrets.get(jwk.x)
      const signatureAt = jws.lastIndexOf('.')
      const payloadAt = jws.indexOf('.')
      if (secret === undefined || payloadAt < 0 || payloadAt === signatureAt) return undefined
      if (signatureOf(secret, jws.slice(0, signatureAt)) !== jws.slice(signatureAt + 1)) return undefined
      return Buffer.from(jws.slice(payloadAt + 1, signatureAt), 'base64url').toString('utf8')
    },

    async generateSealKey() {
      const secret = randomBytes(SECRET_BYTES)
      const jwk: RsaJwk = { kty: 'RSA', n: modulus(secret), e: 'AQAB' }
      return { jwk, privateJwk: { ...jwk, d: secret.toString('base64url') } }
    },
    wrapContentKey(jwk) {
      const contentKey = randomBytes(CONTENT_KEY_BYTES)
      return { contentKey, wrapped: wrapped(contentKey, jwk.n, randomBytes(MASK_NONCE_BYTES)) }
    },
    async encrypt(text, header, key) {
      const head = base64url(JSON.stringify({ ...header, alg: 'RSA-OAEP-256', enc: 'A256GCM' }))
      const iv = randomBytes(GCM_IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key.contentKey, iv)
      cipher.setAAD(Buffer.from(head, 'latin1'))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      const parts = [key.wrapped, iv, body, cipher.getAuthTag()]
      return [head, ...parts.map((part) => part.toString('base64url'))].join('.')
    },
    async decrypt(jwe, privateJwk) {
      const { n, d } = PrivateRsaJwkSchema.parse(withoutUse(privateJwk))
      const [head, key, iv, body, tag] = compactParts(jwe, 5) ?? []
      if (head === undefined || key === undefined || iv === undefined || body === undefined || tag === undefined) {
        return undefined
      }
      const header = jsonOrUndefined(Buffer.from(head, 'base64url').toString('utf8'))
      if (!isRecord(header) || header.alg !== 'RSA-OAEP-256' || header.enc !== 'A256GCM') return undefined
      if (modulus(Buffer.from(d, 'base64url')) !== n) return undefined
      const contentKey = unwrapped(Buffer.from(key, 'base64url'), n)
      if (contentKey === undefined) return undefined
      return decipherText(contentKey, head, iv, body, tag)
    },

    sealChunk: async (key, plain, additionalData) =>
      sealedChunk(key, randomBytes(CHUNK_NONCE_BYTES), plain, additionalData),
    openChunk: async (key, sealed, additionalData) => openedChunk(key, sealed, additionalData),
  }
}

function decipherText(key: Buffer, head: string, iv: string, body: string, tag: string): string | undefined {
  const ivBytes = Buffer.from(iv, 'base64url')
  const tagBytes = Buffer.from(tag, 'base64url')
  if (ivBytes.length !== GCM_IV_BYTES || tagBytes.length !== GCM_TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, ivBytes)
  decipher.setAAD(Buffer.from(head, 'latin1'))
  decipher.setAuthTag(tagBytes)
  const plain = decipher.update(Buffer.from(body, 'base64url'))
  try {
    decipher.final()
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
  return plain.toString('utf8')
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}

function keyed(secret: Uint8Array | string): Hmac {
  return createHmac('sha512', secret)
}

function signatureOf(secret: string, text: string): string {
  return hash('sha512', `${secret}.${text}`, 'base64url')
}

function publicPart(secret: Buffer): string {
  return keyed('public').update(secret).digest().subarray(0, SECRET_BYTES).toString('base64url')
}

function modulus(secret: Buffer): string {
  const rows = []
  for (let row = 0; row < MODULUS_BYTES / 64; row++) rows.push(keyed(`modulus ${row}`).update(secret).digest())
  return Buffer.concat(rows).toString('base64url')
}

/** 32 bytes of mask, 32 bytes of a key for the check. */
function maskOf(n: string, nonce: Buffer): Buffer {
  return hash('sha512', `${nonce.toString('hex')}.${n}`, 'buffer')
}

/** nonce | key xor mask | check | zeros: as many bytes as RSA-OAEP gives. */
function wrapped(contentKey: Buffer, n: string, nonce: Buffer): Buffer {
  const full = maskOf(n, nonce)
  const out = Buffer.alloc(MODULUS_BYTES)
  nonce.copy(out)
  for (let at = 0; at < CONTENT_KEY_BYTES; at++) {
    out.writeUInt8(contentKey.readUInt8(at) ^ full.readUInt8(at), MASK_NONCE_BYTES + at)
  }
  const checked = MASK_NONCE_BYTES + CONTENT_KEY_BYTES
  hash('sha512', Buffer.concat([full.subarray(CONTENT_KEY_BYTES), out.subarray(0, checked)]), 'buffer').copy(
    out,
    checked,
  )
  return out
}

function unwrapped(bytes: Buffer, n: string): Buffer | undefined {
  if (bytes.length !== MODULUS_BYTES) return undefined
  const nonce = bytes.subarray(0, MASK_NONCE_BYTES)
  const full = maskOf(n, nonce)
  const contentKey = Buffer.alloc(CONTENT_KEY_BYTES)
  for (let at = 0; at < CONTENT_KEY_BYTES; at++) {
    contentKey.writeUInt8(bytes.readUInt8(MASK_NONCE_BYTES + at) ^ full.readUInt8(at), at)
  }
  return wrapped(contentKey, n, nonce).equals(bytes) ? contentKey : undefined
}

function withoutUse({ key_ops: _, ext: __, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
