import { randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import { CompactEncrypt, CompactSign, generateKeyPair, importJWK } from 'jose'
import type { RsaJwk } from '../../sync/protocol/keys.ts'

/**
 * The work that no safe submission can do without, and nothing else: seal bytes that are ready, sign bytes that are
 * ready, append the result and wait until it is durable. The yardstick of the submit bench.
 */
export interface BareTimes {
  readonly sealMs: number
  readonly signMs: number
  readonly writeMs: number
  readonly syncMs: number
  readonly totalMs: number
}

export interface Bare {
  /** Writes exactly `frameBytes` bytes, so that both sides hand the disk the same amount. */
  once(frameBytes: number): Promise<BareTimes>
  close(): Promise<void>
}

export async function openBare(options: {
  /** A new file beside the journal's. */
  readonly file: string
  readonly sealKey: { readonly kid: string; readonly jwk: RsaJwk }
  /** What is sealed and what is signed, as long as in a real submission. */
  readonly payload: string
  readonly summary: string
}): Promise<Bare> {
  const { n, e } = options.sealKey.jwk
  const sealTo = await importJWK({ kty: 'RSA', n, e }, 'RSA-OAEP-256')
  const device = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  const payload = new TextEncoder().encode(options.payload)
  const summary = new TextEncoder().encode(options.summary)
  const sealHeader = {
    alg: 'RSA-OAEP-256',
    enc: 'A256GCM',
    kid: options.sealKey.kid,
    submissionId: randomUUID(),
    chunks: [],
  }
  // As long as a real one: a thumbprint of 43 characters.
  const signHeader = { alg: 'EdDSA', typ: 'bm-summary+jws', kid: 'k'.repeat(43) }
  const file = await open(options.file, 'w', 0o600)
  let place = 0

  return {
    async once(frameBytes) {
      const beganMs = performance.now()
      const sealed = await new CompactEncrypt(payload).setProtectedHeader(sealHeader).encrypt(sealTo)
      const sealedMs = performance.now()
      const signed = await new CompactSign(summary).setProtectedHeader(signHeader).sign(device.privateKey)
      const signedMs = performance.now()
      const bytes = Buffer.alloc(frameBytes)
      bytes.write(signed, bytes.write(sealed, 'latin1'), 'latin1')
      await file.write(bytes, 0, frameBytes, place)
      const writtenMs = performance.now()
      await file.datasync()
      const durableMs = performance.now()
      place += frameBytes
      return {
        sealMs: sealedMs - beganMs,
        signMs: signedMs - sealedMs,
        writeMs: writtenMs - signedMs,
        syncMs: durableMs - writtenMs,
        totalMs: durableMs - beganMs,
      }
    },
    close: () => file.close(),
  }
}
