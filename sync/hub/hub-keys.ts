import { joseSuite } from '../envelope/jose-suite.ts'
import { rootKeySha256, verifyKeySet } from '../envelope/key-set.ts'
import type { SigningKey } from '../envelope/signing-key.ts'
import type { KeySet } from '../protocol/keys.ts'
import type { HubDatabase } from './database.ts'
import type { HubKeys, HubSigningKeys, KeyRing } from './key-ring.ts'
import { firstKeys, keySetOf, signingKeysOf } from './new-keys.ts'
import { createRootKey, readRootKey } from './root-key.ts'
import { type HubSources, instant } from './sources.ts'

/** Names the advisory lock that two processes on one PostgreSQL take before they found a hub. */
const FOUNDING_LOCK = 7_400_001

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
  const known = await hubRow(db)
  const root = await readRootKey(rootPath)
  const row = known ?? (await found(db, root ?? (await createRootKey(rootPath)), name, sources))
  const rootInFolder = root ?? (await readRootKey(rootPath))
  if (rootInFolder !== undefined && rootKeySha256(rootInFolder.jwk) !== row.rootKeySha256) {
    throw new Error(
      `${rootPath} is the root key of another hub than the one in the database. ` +
        'Take that file away, or name the data folder (or DATABASE_URL) that belongs to it.',
    )
  }
  return row
}

function hubRow(db: HubDatabase): Promise<HubIdentity | undefined> {
  return db
    .selectFrom('hub')
    .select(['name', 'epoch', 'root_key_sha256 as rootKeySha256'])
    .where('id', '=', 1)
    .executeTakeFirst()
}

async function found(db: HubDatabase, root: SigningKey, name: string, sources: HubSources): Promise<HubIdentity> {
  const keys = await firstKeys(sources, joseSuite)
  const { jws } = await keySetOf(keys, 1, root)
  const identity = { name, epoch: sources.randomUuid(), rootKeySha256: rootKeySha256(root.jwk) }
  const { epoch } = identity
  const at = instant(sources)
  return db.transaction().execute(async (trx) => {
    await trx
      .selectNoFrom((eb) => eb.fn('pg_advisory_xact_lock', [eb.lit(FOUNDING_LOCK)]).as('locked'))
      .executeTakeFirst()
    const other = await hubRow(trx)
    if (other !== undefined) return other
    const row = { id: 1, name, epoch, root_key_sha256: identity.rootKeySha256, last_hub_sequence: 0, created_at: at }
    await trx.insertInto('hub').values(row).execute()
    await trx.insertInto('epochs').values({ epoch, opened_at: at, after_sequence: 0, why: 'founded' }).execute()
    await trx.insertInto('keys').values(keys).execute()
    await trx.insertInto('key_sets').values({ version: 1, jws }).execute()
    return identity
  })
}

export async function loadSigningKeys(db: HubDatabase, nowIso: string): Promise<HubSigningKeys> {
  const rows = await db
    .selectFrom('keys')
    .select(['kid', 'use', 'private_jwk', 'valid_from', 'valid_to'])
    .where('use', '!=', 'seal')
    .execute()
  return signingKeysOf(rows, nowIso, joseSuite)
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

/** The keys of the database. `refresh` asks for the newest version and loads only when that changed. */
export async function openKeyRing(db: HubDatabase, rootSha256: string, sources: HubSources): Promise<KeyRing> {
  const load = async (): Promise<HubKeys> => ({
    ...(await loadKeySet(db, rootSha256)),
    signing: await loadSigningKeys(db, instant(sources)),
  })
  let keys = await load()
  return {
    current: () => keys,
    async refresh() {
      const { newest } = await db
        .selectFrom('key_sets')
        .select((eb) => eb.fn.max('version').as('newest'))
        .executeTakeFirstOrThrow()
      if (newest !== keys.keySet.version) keys = await load()
    },
  }
}

/** The fingerprint of the root of the hub in this database. @throws when there is none yet. */
export async function rootOf(db: HubDatabase): Promise<string> {
  const row = await hubRow(db)
  if (row === undefined) throw new Error('there is no hub in this database yet')
  return row.rootKeySha256
}
