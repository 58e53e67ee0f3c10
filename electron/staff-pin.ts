import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/**
 * The maintainers' PIN as settings.json holds it: `scrypt:32768:8:1:salt:hash`, both in base64url. A PIN has few digits,
 * so each guess must cost: these numbers take about a tenth of a second and 32 MiB on a kiosk.
 */
const COST = 32_768
const BLOCK = 8
const LANES = 1
const SALT_BYTES = 16
const HASH_BYTES = 32
/** scrypt needs 128 × cost × block; a settings file may not ask for more than four times ours. */
const MAX_MEMORY_BYTES = 4 * 128 * COST * BLOCK + (1 << 20)

const FORM = /^scrypt:(\d{4,6}):(\d{1,2}):(\d{1,2}):([\w-]{16,64}):([\w-]{32,128})$/
export const PinScryptSchema = z
  .string()
  .regex(FORM, 'must be the line that "npm run terminal -- pin" prints: scrypt:32768:8:1:…:…')
export const PinSchema = z.string().regex(/^\d{6,12}$/, 'a PIN has 6 to 12 digits')

/** The line for settings.json. */
export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(PinSchema.parse(pin), salt, COST, BLOCK, LANES, HASH_BYTES)
  return ['scrypt', COST, BLOCK, LANES, salt.toString('base64url'), hash.toString('base64url')].join(':')
}

/** @throws for a line that is no such line: settings.ts has checked it. */
export async function isPin(pin: string, pinScrypt: string): Promise<boolean> {
  const [, cost, block, lanes, salt, hash] = FORM.exec(pinScrypt) ?? []
  if (salt === undefined || hash === undefined) throw new Error('not a pinScrypt line')
  const wanted = Buffer.from(hash, 'base64url')
  const found = await derive(
    pin,
    Buffer.from(salt, 'base64url'),
    Number(cost),
    Number(block),
    Number(lanes),
    wanted.length,
  )
  return timingSafeEqual(wanted, found)
}

function derive(pin: string, salt: Buffer, cost: number, block: number, lanes: number, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, bytes, { N: cost, r: block, p: lanes, maxmem: MAX_MEMORY_BYTES }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
