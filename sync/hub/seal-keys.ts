import type { JsonObject } from '../envelope/compact.ts'
import type { HubDatabase } from './database.ts'

/** Private seal keys by id, as they are at this moment. */
export type SealKeys = () => Promise<ReadonlyMap<string, JsonObject>>

/**
 * The private keys that open envelopes, by key id, old ones included: a terminal may have sealed months ago. Only the
 * opener is given these; ingest never imports this file. A key stays the same object, because importing it is slow.
 */
export function sealKeysOf(db: HubDatabase): SealKeys {
  const known = new Map<string, JsonObject>()
  return async () => {
    let query = db.selectFrom('keys').select(['kid', 'private_jwk']).where('use', '=', 'seal')
    if (known.size > 0) query = query.where('kid', 'not in', [...known.keys()])
    for (const row of await query.execute()) known.set(row.kid, JSON.parse(row.private_jwk) as JsonObject)
    return known
  }
}
