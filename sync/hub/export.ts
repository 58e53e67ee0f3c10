import { Readable } from 'node:stream'
import { sql } from 'kysely'
import type { HubDatabase } from './database.ts'

/** Rows read at once: an export of a large hub must not stand in memory whole. */
const ROWS_AT_ONCE = 500

/**
 * Every row of `submissions` as it stands, by plain SQL, in hub order: one JSON object a line with the column names as
 * keys. For strangers who recount (design.md section 7, --keep). A receipt over many rows is given with the first of
 * them; the others name it by `receipt_sha256` and have `receipt` null.
 */
export function exportLines(db: HubDatabase, options: { readonly withEnvelope: boolean }): Readable {
  return Readable.from(lines(db, options.withEnvelope))
}

async function* lines(db: HubDatabase, withEnvelope: boolean): AsyncGenerator<string> {
  let after = 0
  for (;;) {
    const { rows } = await sql<Record<string, unknown>>`
      select s.*, r.jws as receipt from submissions s left join receipts r on r.sha256 = s.receipt_sha256
        and s.hub_sequence = (select min(f.hub_sequence) from submissions f where f.receipt_sha256 = s.receipt_sha256)
      where s.hub_sequence > ${after} order by s.hub_sequence limit ${ROWS_AT_ONCE}`.execute(db)
    for (const row of rows) {
      const { envelope, ...rest } = row
      yield `${JSON.stringify(withEnvelope ? { ...rest, envelope } : rest)}\n`
      after = Number(row.hub_sequence)
    }
    if (rows.length < ROWS_AT_ONCE) return
  }
}
