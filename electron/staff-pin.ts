import { randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { deriveScrypt, SCRYPT } from '../sync/envelope/scrypt.ts'

/**
 * The maintainers' PIN as settings.json holds it: `scrypt:32768:8:1:salt:hash`, both in base64url. A PIN has few digits,
 * so each guess must cost (scrypt.ts).
 */
const SALT_BYTES = 16
const HASH_BYTES = 32

const FORM = /^scrypt:(\d{4,6}):(\d{1,2}):(\d{1,2}):([\w-]{16,64}):([\w-]{32,128})$/
export const PinScryptSchema = z
  .string()
  .regex(FORM, 'must be the line that "npm run terminal -- pin" prints: scrypt:32768:8:1:…:…')
export const PinSchema = z.string().regex(/^\d{6,12}$/, 'a PIN has 6 to 12 digits')

/** The line for settings.json. */
export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await deriveScrypt(PinSchema.parse(pin), salt, SCRYPT, HASH_BYTES)
  const { cost, blockSize, lanes } = SCRYPT
  return ['scrypt', cost, blockSize, lanes, salt.toString('base64url'), hash.toString('base64url')].join(':')
}

/** @throws for a line that is no such line: settings.ts has checked it. */
export async function isPin(pin: string, pinScrypt: string): Promise<boolean> {
  const [, cost, block, lanes, salt, hash] = FORM.exec(pinScrypt) ?? []
  if (salt === undefined || hash === undefined) throw new Error('not a pinScrypt line')
  const wanted = Buffer.from(hash, 'base64url')
  const numbers = { cost: Number(cost), blockSize: Number(block), lanes: Number(lanes) }
  const found = await deriveScrypt(pin, Buffer.from(salt, 'base64url'), numbers, wanted.length)
  return timingSafeEqual(wanted, found)
}
