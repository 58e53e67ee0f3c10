import type { JsonObject } from '../envelope/compact.ts'
import type { HubDatabase } from './database.ts'

/**
 * The private keys that open envelopes, by key id, old ones included: a terminal may have sealed months ago. Only the
 * opener is given these; ingest never imports this file.
 */
export async function loadSealKeys(db: HubDatabase): Promise<ReadonlyMap<string, JsonObject>> {
  const rows = await db.selectFrom('keys').select(['kid', 'private_jwk']).where('use', '=', 'seal').execute()
  return new Map(rows.map((row) => [row.kid, JSON.parse(row.private_jwk) as JsonObject]))
}
