import type { JsonObject } from '../envelope/compact.ts'
import { joseSuite } from '../envelope/jose-suite.ts'
import { rootKeySha256, signKeySet } from '../envelope/key-set.ts'
import type { SigningKey } from '../envelope/signing-key.ts'
import type { Suite } from '../envelope/suite.ts'
import { type HubKey, HubKeySchema, type KeySet } from '../protocol/keys.ts'
import type { HubKeys, HubSigningKeys } from './key-ring.ts'
import type { HubSources } from './sources.ts'
import type { KeyTable } from './tables.ts'

/** Keys hold from a day before they were made, so that a terminal whose clock is slow finds them valid. */
export const FROM_EARLIER_MS = 86_400_000
/** Long enough that nobody is forced to change keys in a hurry. */
const VALID_YEARS = 10

export const SIGNING_USES = ['receipt', 'package', 'ping'] as const
export type SigningUse = (typeof SIGNING_USES)[number]
export type HubKeyUse = 'seal' | SigningUse

/** A fresh key of a use, valid from `fromMs` for years. */
export async function newKey(use: HubKeyUse, fromMs: number, suite: Suite): Promise<KeyTable> {
  const until = new Date(fromMs)
  until.setUTCFullYear(until.getUTCFullYear() + VALID_YEARS)
  const validity = { valid_from: new Date(fromMs).toISOString(), valid_to: until.toISOString() }
  if (use === 'seal') {
    const { jwk, privateJwk } = await suite.generateSealKey()
    const jwks = { public_jwk: JSON.stringify(jwk), private_jwk: JSON.stringify(privateJwk) }
    return { kid: suite.sha256Hex(jwk.n).slice(0, 43), use, ...jwks, ...validity }
  }
  const { key, privateJwk } = await suite.generateSigningKey()
  const jwks = { public_jwk: JSON.stringify(key.jwk), private_jwk: JSON.stringify(privateJwk) }
  return { kid: key.kid, use, ...jwks, ...validity }
}

/** The first keys of a hub, one of each use. */
export async function firstKeys(sources: HubSources, suite: Suite): Promise<readonly KeyTable[]> {
  const fromMs = sources.now() - FROM_EARLIER_MS
  const keys: KeyTable[] = []
  for (const use of ['seal', ...SIGNING_USES] as const) keys.push(await newKey(use, fromMs, suite))
  return keys
}

/** The public side of keys as a key set, signed by the root. */
export async function keySetOf(
  keys: readonly KeyTable[],
  version: number,
  root: SigningKey,
): Promise<{ readonly keySet: KeySet; readonly jws: string }> {
  const keySet: KeySet = { kind: 'key-set', version, keys: keys.map(publicPart) }
  return { keySet, jws: await signKeySet(keySet, root) }
}

function publicPart(key: KeyTable): HubKey {
  const { kid, use, valid_from: from, valid_to: to } = key
  return HubKeySchema.parse({ kid, use, from, to, jwk: JSON.parse(key.public_jwk) })
}

/** The signing key of each use whose validity began last. Seal keys are left alone (see seal-keys.ts). */
export async function signingKeysOf(
  keys: readonly Pick<KeyTable, 'kid' | 'use' | 'private_jwk' | 'valid_from' | 'valid_to'>[],
  nowIso: string,
  suite: Suite,
): Promise<HubSigningKeys> {
  const load = (use: SigningUse): Promise<SigningKey> => {
    const valid = keys.filter((key) => key.use === use && key.valid_from <= nowIso && nowIso < key.valid_to)
    const newest = valid.sort((a, b) => (a.valid_from < b.valid_from ? 1 : -1))[0]
    if (newest === undefined) throw new Error(`the hub has no valid ${use} key at ${nowIso}`)
    return suite.signingKeyFromJwk(JSON.parse(newest.private_jwk) as JsonObject, newest.kid)
  }
  return { receipt: await load('receipt'), package: await load('package'), ping: await load('ping') }
}

/** A whole set of keys without a database: for the simulation. */
export async function keysInMemory(
  sources: HubSources,
  suite: Suite = joseSuite,
): Promise<{
  readonly keys: HubKeys
  readonly rootKeySha256: string
  /** Private seal keys by id, for the opener. */
  readonly sealKeys: ReadonlyMap<string, JsonObject>
}> {
  const { key: root } = await suite.generateSigningKey()
  const rows = await firstKeys(sources, suite)
  const signing = await signingKeysOf(rows, new Date(sources.now()).toISOString(), suite)
  const seal = rows.filter((row) => row.use === 'seal')
  return {
    keys: { ...(await keySetOf(rows, 1, root)), signing },
    rootKeySha256: rootKeySha256(root.jwk, suite),
    sealKeys: new Map(seal.map((row) => [row.kid, JSON.parse(row.private_jwk) as JsonObject])),
  }
}
