import { createCipheriv, createDecipheriv } from 'node:crypto'

/** AES-256-GCM as attachments use it: nonce, ciphertext, tag in one piece (NIST SP 800-38D). */
const CIPHER = 'aes-256-gcm'
export const CHUNK_NONCE_BYTES = 12
const TAG_BYTES = 16
/** What sealing adds to the plain bytes. */
export const CHUNK_OVERHEAD_BYTES = CHUNK_NONCE_BYTES + TAG_BYTES

/** Seals under a nonce that this key has never seen. */
export function sealedChunk(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, additionalData: string): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce)
  cipher.setAAD(Buffer.from(additionalData, 'utf8'))
  const body = cipher.update(plain)
  const rest = cipher.final()
  return Buffer.concat([nonce, body, rest, cipher.getAuthTag()])
}

/** The plain bytes, or undefined when key, place or bytes are not the sealed ones. */
export function openedChunk(key: Uint8Array, sealed: Uint8Array, additionalData: string): Buffer | undefined {
  if (sealed.byteLength < CHUNK_OVERHEAD_BYTES) return undefined
  const tagAt = sealed.byteLength - TAG_BYTES
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, CHUNK_NONCE_BYTES))
  decipher.setAAD(Buffer.from(additionalData, 'utf8'))
  decipher.setAuthTag(sealed.subarray(tagAt))
  const plain = decipher.update(sealed.subarray(CHUNK_NONCE_BYTES, tagAt))
  try {
    decipher.final()
  } catch (error) {
    // OpenSSL's and BoringSSL's one complaint here: the tag does not belong to these bytes, this key and this place.
    if (error instanceof Error) return undefined
    throw error
  }
  return plain
}
