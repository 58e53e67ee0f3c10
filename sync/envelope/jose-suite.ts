import { randomBytes, randomUUID } from 'node:crypto'
import { CHUNK_NONCE_BYTES, openedChunk, sealedChunk } from './chunk-cipher.ts'
import { decryptText, encryptText, generateSealKey, wrapContentKey } from './seal-key.ts'
import { sha256Hex } from './sha256.ts'
import { generateSigningKey, signingKeyFromJwk, verifiedText } from './signing-key.ts'
import type { Suite } from './suite.ts'

/** The real cryptography: node:crypto for all that a terminal makes, jose for key pairs and for what the hub opens. */
export const joseSuite: Suite = {
  name: 'jose',
  sha256Hex,
  randomBytes: (count) => randomBytes(count),
  randomUuid: () => randomUUID(),
  generateSigningKey,
  signingKeyFromJwk,
  verifiedText,
  generateSealKey,
  wrapContentKey,
  encrypt: async (text, header, key) => encryptText(text, header, key),
  decrypt: decryptText,
  sealChunk: async (key, plain, additionalData) =>
    sealedChunk(key, randomBytes(CHUNK_NONCE_BYTES), plain, additionalData),
  openChunk: async (key, sealed, additionalData) => openedChunk(key, sealed, additionalData),
}
