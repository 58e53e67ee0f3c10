import { mkdir } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely'
import pg from 'pg'
import { migrate } from './migrations.ts'
import { pgliteFolder } from './pglite-copy.ts'
import type { HubTables } from './tables.ts'

export type HubDatabase = Kysely<HubTables>

/** One connection stays free for the pages while the others wait for the sequence lock. */
const POOL_SIZE = 10
/** Rather say "busy" than let a terminal hang when every connection is taken. */
const CONNECT_TIMEOUT_MS = 5_000
/** PostgreSQL's int8. Sequences stay far below 2^53; a value beyond it would be a fault, not a rounding. */
const INT8_OID = 20

/**
 * Opens the hub's database and brings its tables up to date.
 * Inside a transaction use only the transaction's handle: PGlite has one connection, and a statement beside it waits
 * for ever.
 */
export async function openDatabase(
  where: { readonly databaseUrl: string } | { readonly dataDir: string } | { readonly pglite: PGlite },
): Promise<HubDatabase> {
  const dialect =
    'databaseUrl' in where
      ? new PostgresDialect({ pool: makePool(where.databaseUrl) })
      : new PGliteDialect({ pglite: 'pglite' in where ? where.pglite : await openPGlite(where.dataDir) })
  const db = new Kysely<HubTables>({ dialect })
  await migrate(db)
  return db
}

async function openPGlite(dataDir: string): Promise<PGlite> {
  const folder = pgliteFolder(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return PGlite.create(folder)
}

function makePool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8_OID ? parseInt8 : pg.types.getTypeParser(oid, format as 'text'),
    },
  })
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => process.emitWarning(`idle database connection lost: ${error.message}`, 'HubDatabase'))
  return pool
}

function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('int8 beyond 2^53')
  return value
}
