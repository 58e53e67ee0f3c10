import type { z } from 'zod'
import { type DeviceClaim, verifyDeviceClaim } from '../envelope/contact.ts'
import type { Suite } from '../envelope/suite.ts'
import type { DeviceKeys } from './device-keys.ts'
import { revokedWords } from './ingest-check.ts'

export type ClaimFault = { readonly ok: false; readonly fault: 'bad-claim' | 'key-unknown'; readonly why: string }
export type ReadClaim<T> = { readonly ok: true; readonly claim: T; readonly kid: string } | ClaimFault

/** Checks what a terminal says of itself against the key that is registered and not revoked at this moment. */
export async function readClaim<T extends z.ZodType<DeviceClaim>>(
  jws: string,
  schema: T,
  deviceKeys: DeviceKeys,
  suite: Suite,
): Promise<ReadClaim<z.infer<T>>> {
  let unknownBecause = 'no such terminal, or not its key'
  const keyOf = async (terminalId: string, kid: string) => {
    const key = await deviceKeys.findNow(terminalId, kid)
    if (key === undefined || key.revokedAt === null) return key?.jwk
    unknownBecause = revokedWords(key.revokedAt)
    return undefined
  }
  const verified = await verifyDeviceClaim(jws, schema, keyOf, suite)
  if (verified.ok) return verified
  if (verified.fault === 'key-unknown') return { ok: false, fault: 'key-unknown', why: unknownBecause }
  return { ok: false, fault: 'bad-claim', why: `${verified.fault}: ${verified.detail}` }
}
