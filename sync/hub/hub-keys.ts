import { calculateJwkThumbprint } from 'jose'
import { rootKeySha256, signKeySet, verifyKeySet } from '../envelope/key-set.ts'
import { generateSealKey } from '../envelope/seal-key.ts'
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from '../envelope/signing-key.ts'
import { type HubKey, HubKeySchema, type KeySet } from '../protocol/keys.ts'
import type { HubDatabase } from './database.ts'
import { createRootKey, readRootKey } from './root-key.ts'
import { type HubSources, instant } from './sources.ts'
import type { HubTable, KeyTable } from './tables.ts'

/** Keys hold from a day before they were made, so that a terminal whose clock is slow finds them valid. */
const FROM_EARLIER_MS = 86_400_000
/** Changing keys is not built yet; until then they must outlive the hub's first years. */
const VALID_YEARS = 10
/** Names the advisory lock that two processes on one PostgreSQL take before they found a hub. */
const FOUNDING_LOCK = 7_400_001

const SIGNING_USES = ['receipt', 'package', 'ping'] as const
type SigningUse = (typeof SIGNING_USES)[number]

/** The hub's online signing keys. None of them can open an envelope. */
export type HubSigningKeys = Readonly<Record<SigningUse, SigningKey>>

export interface HubIdentity {
  readonly name: string
  readonly epoch: string
  readonly rootKeySha256: string
}

/**
 * Reads who this hub is; on an empty database founds it: root key file, keys, key set version 1.
 * @throws when the root key file belongs to another hub than the database.
 */
export async function openOrFoundHub(
  db: HubDatabase,
  rootPath: string,
  name: string,
  sources: HubSources,
): Promise<HubIdentity> {
  const known = await db.selectFrom('hub').selectAll().executeTakeFirst()
  const root = await readRootKey(rootPath)
  const row = known ?? (await found(db, root ?? (await createRootKey(rootPath)), name, sources))
  const rootInFolder = root ?? (await readRootKey(rootPath))
  if (rootInFolder !== undefined && rootKeySha256(rootInFolder.jwk) !== row.root_key_sha256) {
    throw new Error(
      `${rootPath} is the root key of another hub than the one in the database. ` +
        'Take that file away, or name the data folder (or DATABASE_URL) that belongs to it.',
    )
  }
  return { name: row.name, epoch: row.epoch, rootKeySha256: row.root_key_sha256 }
}

async function found(db: HubDatabase, root: SigningKey, name: string, sources: HubSources): Promise<HubTable> {
  const keys = await makeKeys(sources)
  const keySet: KeySet = { kind: 'key-set', version: 1, keys: keys.map(publicPart) }
  const jws = await signKeySet(keySet, root)
  const row: HubTable = {
    id: 1,
    name,
    epoch: sources.randomUuid(),
    root_key_sha256: rootKeySha256(root.jwk),
    last_hub_sequence: 0,
    created_at: instant(sources),
  }
  return db.transaction().execute(async (trx) => {
    await trx
      .selectNoFrom((eb) => eb.fn('pg_advisory_xact_lock', [eb.lit(FOUNDING_LOCK)]).as('locked'))
      .executeTakeFirst()
    const other = await trx.selectFrom('hub').selectAll().executeTakeFirst()
    if (other !== undefined) return other
    await trx.insertInto('hub').values(row).execute()
    await trx.insertInto('keys').values(keys).execute()
    await trx.insertInto('key_sets').values({ version: 1, jws }).execute()
    return row
  })
}

async function makeKeys(sources: HubSources): Promise<KeyTable[]> {
  const now = sources.now()
  const until = new Date(now)
  until.setUTCFullYear(until.getUTCFullYear() + VALID_YEARS)
  const validity = { valid_from: new Date(now - FROM_EARLIER_MS).toISOString(), valid_to: until.toISOString() }
  const seal = await generateSealKey()
  const keys: KeyTable[] = [
    {
      kid: await calculateJwkThumbprint({ ...seal.jwk }),
      use: 'seal',
      public_jwk: JSON.stringify(seal.jwk),
      private_jwk: JSON.stringify(seal.privateJwk),
      ...validity,
    },
  ]
  for (const use of SIGNING_USES) {
    const { key, privateJwk } = await generateSigningKey()
    const jwks = { public_jwk: JSON.stringify(key.jwk), private_jwk: JSON.stringify(privateJwk) }
    keys.push({ kid: key.kid, use, ...jwks, ...validity })
  }
  return keys
}

function publicPart(key: KeyTable): HubKey {
  const { kid, use, valid_from: from, valid_to: to } = key
  return HubKeySchema.parse({ kid, use, from, to, jwk: JSON.parse(key.public_jwk) })
}

/** The signing key of each use whose validity began last. Seal keys are not read here (see seal-keys.ts). */
export async function loadSigningKeys(db: HubDatabase, nowIso: string): Promise<HubSigningKeys> {
  const load = async (use: SigningUse): Promise<SigningKey> => {
    const row = await db
      .selectFrom('keys')
      .select(['kid', 'private_jwk'])
      .where('use', '=', use)
      .where('valid_from', '<=', nowIso)
      .where('valid_to', '>', nowIso)
      .orderBy('valid_from', 'desc')
      .executeTakeFirst()
    if (row === undefined) throw new Error(`the hub has no valid ${use} key at ${nowIso}`)
    return signingKeyFromJwk(JSON.parse(row.private_jwk), row.kid)
  }
  return { receipt: await load('receipt'), package: await load('package'), ping: await load('ping') }
}

/** The newest key set as handed out, and its content checked against the root. */
export async function loadKeySet(
  db: HubDatabase,
  rootSha256: string,
): Promise<{ readonly jws: string; readonly keySet: KeySet }> {
  const { jws } = await db.selectFrom('key_sets').select('jws').orderBy('version', 'desc').executeTakeFirstOrThrow()
  const verified = await verifyKeySet(jws, rootSha256)
  if (!verified.ok) throw new Error(`the stored key set does not verify: ${verified.fault} ${verified.detail}`)
  return { jws, keySet: verified.keySet }
}

/** After a restore from a backup: the hub may have lost what it signed for, and terminals are to offer it again. */
export async function startNewEpoch(db: HubDatabase, sources: HubSources): Promise<string> {
  const epoch = sources.randomUuid()
  const changed = await db.updateTable('hub').set({ epoch }).where('id', '=', 1).executeTakeFirst()
  if (changed.numUpdatedRows !== 1n) throw new Error('there is no hub in this database yet')
  return epoch
}
