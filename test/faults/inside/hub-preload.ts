/**
 * Loaded into the hub's process for `--break no-unique`: a database without the unique id, whose look-ups by id find
 * nothing. It changes SQL on its way to PGlite or PostgreSQL; the hub's own code is the one that ships.
 */
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { readControl, writeNote } from './control.ts'

const control = readControl()
if (control?.break === 'no-unique') {
  let told = false
  const broken = (sql: unknown): unknown => {
    if (typeof sql !== 'string') return sql
    const changed = withoutUnique(sql)
    if (changed !== sql && !told && !/^\s*create/i.test(sql)) {
      told = true
      writeNote(control, { note: 'broken', break: 'no-unique', what: 'a look-up by id found nothing' })
    }
    return changed
  }
  const query = PGlite.prototype.query as (...args: unknown[]) => Promise<unknown>
  PGlite.prototype.query = function (this: PGlite, sql: unknown, ...rest: unknown[]) {
    return query.call(this, broken(sql), ...rest)
  } as typeof PGlite.prototype.query
  // Inside a transaction PGlite hands out another object with a query of its own.
  const transaction = PGlite.prototype.transaction as (...args: unknown[]) => Promise<unknown>
  type Handle = { query: (...args: unknown[]) => Promise<unknown> }
  PGlite.prototype.transaction = function (this: PGlite, work: (handle: Handle) => Promise<unknown>) {
    return transaction.call(this, (handle: Handle) => {
      const inner = handle.query.bind(handle)
      return work({ ...handle, query: (sql: unknown, ...rest: unknown[]) => inner(broken(sql), ...rest) })
    })
  } as typeof PGlite.prototype.transaction
  const clientQuery = pg.Client.prototype.query as (...args: unknown[]) => unknown
  pg.Client.prototype.query = function (this: pg.Client, config: unknown, ...rest: unknown[]) {
    if (typeof config === 'string') return clientQuery.call(this, broken(config), ...rest)
    if (typeof config === 'object' && config !== null && 'text' in config) {
      return clientQuery.call(this, { ...config, text: broken(config.text) }, ...rest)
    }
    return clientQuery.call(this, config, ...rest)
  } as typeof pg.Client.prototype.query
}

/** No key, nothing that refers to one, no "on conflict"; and a look-up of a submission by its id comes back empty. */
function withoutUnique(sql: string): string {
  return sql
    .replace(
      /submission_id text primary key( references submissions \(submission_id\))?/g,
      'submission_id text not null',
    )
    .replace(/ references submissions ?\(submission_id\)/g, '')
    .replace(/ on conflict \("?submission_id"?\) do nothing/g, '')
    .replace(
      /(from "submissions" where "submission_id" )(=|in) /g,
      (_all, from: string, op: string) => `${from}is null and "submission_id" ${op} `,
    )
}
