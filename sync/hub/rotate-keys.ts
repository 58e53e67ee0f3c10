import { joseSuite } from '../envelope/jose-suite.ts'
import { rootKeySha256 } from '../envelope/key-set.ts'
import type { SigningKey } from '../envelope/signing-key.ts'
import type { HubDatabase } from './database.ts'
import { FROM_EARLIER_MS, type HubKeyUse, keySetOf, newKey } from './new-keys.ts'
import type { HubSources } from './sources.ts'

/**
 * For how long the old public key still counts in the new set. A hub process takes the new set at the next contact or
 * ping, so old signing keys are needed for minutes; a day leaves room for one that nobody calls. What they signed before
 * that holds for ever. A terminal seals to the newest key that it knows: the old one is for those with a slow clock.
 */
const STILL_GOOD_MS: Readonly<Record<HubKeyUse, number>> = {
  seal: 7 * 86_400_000,
  receipt: 86_400_000,
  package: 86_400_000,
  ping: 86_400_000,
}

export interface Rotated {
  readonly use: HubKeyUse
  readonly oldKid: string
  readonly newKid: string
  /** Until when the old key counts. */
  readonly oldTo: string
}

/**
 * Makes a new key of each use given, and the next key set, signed by the root. Old private keys stay: envelopes may have
 * waited for months. Running hubs take the new set by themselves.
 * A version is at least the unix time in seconds, so that a hub which was put back to before a rotation does not give
 * another set the version that terminals already have: they would never take it.
 * @throws when the root is not this hub's.
 */
export function rotateKeys(
  db: HubDatabase,
  root: SigningKey,
  uses: readonly HubKeyUse[],
  sources: HubSources,
): Promise<{ readonly version: number; readonly rotated: readonly Rotated[] }> {
  return db.transaction().execute(async (trx) => {
    const hub = await trx.selectFrom('hub').select('root_key_sha256').forUpdate().executeTakeFirstOrThrow()
    if (rootKeySha256(root.jwk) !== hub.root_key_sha256) throw new Error('this is the root key of another hub')
    const now = sources.now()
    const rotated: Rotated[] = []
    for (const use of uses) {
      const old = await trx
        .selectFrom('keys')
        .selectAll()
        .where('use', '=', use)
        .orderBy('valid_from', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow()
      // The newest is the one whose validity began last, so it must begin after the old one's.
      const key = await newKey(use, Math.max(now - FROM_EARLIER_MS, Date.parse(old.valid_from) + 1), joseSuite)
      const oldTo = new Date(Math.min(now + STILL_GOOD_MS[use], Date.parse(old.valid_to))).toISOString()
      await trx.updateTable('keys').set({ valid_to: oldTo }).where('kid', '=', old.kid).execute()
      await trx.insertInto('keys').values(key).execute()
      rotated.push({ use, oldKid: old.kid, newKid: key.kid, oldTo })
    }
    const { newest } = await trx
      .selectFrom('key_sets')
      .select((eb) => eb.fn.max('version').as('newest'))
      .executeTakeFirstOrThrow()
    const version = Math.max(Number(newest) + 1, Math.floor(now / 1000))
    const all = await trx.selectFrom('keys').selectAll().orderBy('use').orderBy('valid_from').execute()
    const { jws } = await keySetOf(all, version, root)
    await trx.insertInto('key_sets').values({ version, jws }).execute()
    return { version, rotated }
  })
}
