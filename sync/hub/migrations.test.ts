import { Kysely, PGliteDialect, sql } from 'kysely'
import { expect, test } from 'vitest'
import { sha256Hex } from '../envelope/sha256.ts'
import { STAFF } from './migration-0004.ts'
import { migrate } from './migrations.ts'
import { makeSqlStore } from './sql-store.ts'
import type { HubTables } from './tables.ts'
import { openSeededPGlite } from './test-seed.ts'

const AT = '2026-11-23T02:48:00.000Z'
const EPOCH = 'd5f2f0c1-6a0a-4a39-9a5a-0b7d6f7a1111'
const EARLIER_EPOCH = 'd5f2f0c1-6a0a-4a39-9a5a-0b7d6f7a0000'

/** A database as the first released hub left it: two submissions, one opened, in two epochs. */
async function firstDatabase(): Promise<Kysely<HubTables>> {
  const db = new Kysely<HubTables>({ dialect: new PGliteDialect({ pglite: await openSeededPGlite() }) })
  await migrate(db, '0001-first-tables')
  const submission = (id: string, epoch: string, sequence: number) => sql`
    insert into submissions values (${id}, ${`sha-${id}`}, 'T-1', 'kid', ${sequence}, 'application', 'S07', 'code', 1,
      'ABCD2345', 'secret', ${AT}, 'envelope', ${AT}, ${epoch}, ${sequence}, ${`receipt-${id}`})`
  await sql`insert into hub values (1, 'x', ${EPOCH}, 'root', 2, ${AT})`.execute(db)
  await submission('one', EARLIER_EPOCH, 1).execute(db)
  await submission('two', EPOCH, 2).execute(db)
  await sql`insert into cases values ('one', '已受理', '[]', ${AT}), ('two', '待打开', '[]', null)`.execute(db)
  await sql`insert into terminal_chain values ('T-1', ${sha256Hex('receipt-two')})`.execute(db)
  return db
}

test('a database of the first release opens: receipts, chain, epochs and cases are where they belong', async () => {
  const db = await firstDatabase()
  await migrate(db)
  await migrate(db)
  const store = makeSqlStore(db)
  expect(await store.stand()).toEqual({ hubEpoch: EPOCH, hubSequence: 2, backedUpThrough: null })
  const held = await store.held(['one', 'two'])
  expect(held.get('one')).toEqual({
    terminalId: 'T-1',
    deviceSequence: 1,
    hubEpoch: EARLIER_EPOCH,
    sha256: 'sha-one',
    hubSequence: 1,
    receiptSha256: sha256Hex('receipt-one'),
    receipt: 'receipt-one',
  })
  expect(await store.chainHead('T-1')).toBe(held.get('two')?.receiptSha256)
  for (const hubEpoch of [EPOCH, EARLIER_EPOCH]) {
    const mark = { hubEpoch, hubSequence: 1, receiptSha256: sha256Hex('receipt-one') }
    expect(await store.markFacts(mark)).toMatchObject({ knowsEpoch: true, row: { hubEpoch: EARLIER_EPOCH } })
  }
  await store.settleCaseChanges(0)
  expect(await store.caseChanges('T-1', 0, 10)).toEqual([
    { sequence: 1, submissionId: 'one', ticket: 'ABCD2345', state: '已受理', at: AT },
  ])
  expect(await store.waitingCases(10, [])).toEqual([{ submissionId: 'two', envelope: 'envelope' }])
  await db.destroy()
})

test('a step that stands earlier and comes later is made up for: two releases may cross', async () => {
  const db = await firstDatabase()
  for (const statement of STAFF) await sql.raw(statement).execute(db)
  await sql`insert into kysely_migration (name, timestamp) values ('0004-staff', ${AT})`.execute(db)
  await migrate(db)
  const store = makeSqlStore(db)
  expect(await store.staff()).toEqual([])
  expect(await store.stand()).toMatchObject({ hubSequence: 2 })
  await db.destroy()
})
