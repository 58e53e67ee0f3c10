import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { Badge, ScryptVerifier } from '../protocol/staff.ts'

/** A PIN has few digits, so each guess must cost: these numbers take about a tenth of a second and 32 MiB on a kiosk. */
export const SCRYPT = { cost: 32_768, blockSize: 8, lanes: 1 } as const
/** scrypt needs 128 × cost × block; nothing that is checked may ask for more than four times ours. */
const MAX_MEMORY_BYTES = 4 * 128 * SCRYPT.cost * SCRYPT.blockSize + (1 << 20)
const SALT_BYTES = 16
const HASH_BYTES = 32

/** @throws when the numbers ask for more memory than is allowed, or are none of scrypt's. */
export function deriveScrypt(
  text: string,
  salt: Uint8Array,
  { cost, blockSize, lanes }: { readonly cost: number; readonly blockSize: number; readonly lanes: number },
  bytes: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(text, salt, bytes, { N: cost, r: blockSize, p: lanes, maxmem: MAX_MEMORY_BYTES }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

/** PIN and badge in one text: neither is of use without the other. */
const together = (pin: string, { secret }: Pick<Badge, 'secret'>) => `${pin}:${secret}`

/** What a staff list says of a PIN and a badge. */
export async function makeVerifier(pin: string, badge: Pick<Badge, 'secret'>): Promise<ScryptVerifier> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await deriveScrypt(together(pin, badge), salt, SCRYPT, HASH_BYTES)
  return { ...SCRYPT, salt: salt.toString('base64url'), hash: hash.toString('base64url') }
}

/** True when PIN and badge are the ones that the verifier was made of. */
export async function isVerified(
  pin: string,
  badge: Pick<Badge, 'secret'>,
  verifier: ScryptVerifier,
): Promise<boolean> {
  const wanted = Buffer.from(verifier.hash, 'base64url')
  const found = await deriveScrypt(
    together(pin, badge),
    Buffer.from(verifier.salt, 'base64url'),
    verifier,
    wanted.length,
  )
  return timingSafeEqual(wanted, found)
}
