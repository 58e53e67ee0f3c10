import { randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import { joseSuite } from '../../sync/envelope/jose-suite.ts'
import { SUMMARY_TYP } from '../../sync/envelope/seal.ts'
import type { RsaJwk } from '../../sync/protocol/keys.ts'

/**
 * The work that no safe submission can do without, and nothing else: seal a text that is ready, sign a summary that is
 * ready, append the result and wait until it is durable. Seal and signature are the terminal's own functions, so that
 * both sides gain alike when these become faster; but a key that is wrapped ahead of time is the terminal's own gain:
 * here all of the seal is made when it is needed. The yardstick of the submit bench.
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
  readonly summary: Readonly<Record<string, unknown>>
}): Promise<Bare> {
  const { sealKey, payload, summary } = options
  const { key: device } = await joseSuite.generateSigningKey()
  const sealHeader = { kid: sealKey.kid, submissionId: randomUUID(), chunks: [] }
  const file = await open(options.file, 'w', 0o600)
  let place = 0

  return {
    async once(frameBytes) {
      const beganMs = performance.now()
      const sealed = await joseSuite.encrypt(payload, sealHeader, joseSuite.wrapContentKey(sealKey.jwk))
      const sealedMs = performance.now()
      const signed = await device.sign(summary, SUMMARY_TYP)
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
