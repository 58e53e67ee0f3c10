import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settleForeignRows } from './sql-store.ts'
import { ingestOf, makeTerminal, makeTestHub, type TestHub, type TestTerminal } from './test-hub.ts'
import { startPostgres } from './test-postgres.ts'

/**
 * Nothing is told of a sequence before everything below it is settled (issue 3, item 3). Two connections commit in the
 * reverse of the order in which they began; the rows are written past the hub row's lock, as a foreign adapter might.
 */
const postgres = startPostgres()
afterAll(() => {
  if (postgres.ok) postgres.stop()
})
test('PostgreSQL is there to be tested', (ctx) => {
  if (!postgres.ok) ctx.skip(postgres.why)
})

describe.runIf(postgres.ok)('two connections that commit in reverse order', () => {
  let hub: TestHub
  let terminal: TestTerminal
  let early: pg.Client
  let late: pg.Client

  beforeAll(async () => {
    if (!postgres.ok) return
    hub = await makeTestHub({ databaseUrl: postgres.url })
    terminal = await makeTerminal(hub, 'T-1')
    for (let i = 0; i < 3; i++) await ingestOf(hub).single(await terminal.seal())
    early = new pg.Client(postgres.url)
    late = new pg.Client(postgres.url)
    await early.connect()
    await late.connect()
  }, 60_000)
  afterAll(async () => {
    await early.end()
    await late.end()
    await hub.end()
  })

  const settled = async () => (await hub.store.stand()).hubSequence
  /** What a hub would say that only looks at what it sees. */
  const plainMax = async () => {
    const row = await hub.db
      .selectFrom('submissions')
      .select((eb) => eb.fn.max('hub_sequence').as('max'))
      .executeTakeFirstOrThrow()
    return Number(row.max)
  }
  /** Another row like the first one, under the next sequence. */
  const insert = (client: pg.Client, hubSequence: number) =>
    client.query(
      `insert into submissions (submission_id, sha256, terminal_id, device_kid, device_sequence, kind, item_id, item_code,
         item_version, ticket, secret_sha256, accepted_at, envelope, received_at, hub_epoch, hub_sequence, receipt_sha256)
       select gen_random_uuid()::text, sha256, terminal_id, device_kid, $1, kind, item_id, item_code, item_version, ticket,
         secret_sha256, accepted_at, envelope, received_at, hub_epoch, $1, receipt_sha256
       from submissions where hub_sequence = 1`,
      [hubSequence],
    )

  test('the highest settled sequence stops below the one that is still open', async () => {
    expect(await settled()).toBe(3)
    await early.query('begin')
    await late.query('begin')
    await insert(early, 4)
    await insert(late, 5)
    await late.query('commit')
    expect(await plainMax()).toBe(5)
    expect(await settled()).toBe(3)
    await early.query('commit')
    expect(await settled()).toBe(5)
  })

  test('a transaction that ends without a commit holds nothing up', async () => {
    const before = await settled()
    await early.query('begin')
    await insert(early, before + 1)
    expect(await settled()).toBe(before)
    await early.query('rollback')
    expect(await settled()).toBe(before)
  })

  test('a case that is committed late gets a later sequence: no pull skips it', async () => {
    const ids = (await hub.store.heldInRange('T-1', 1, 3, 3)).map((each) => each.submissionId)
    const change = (client: pg.Client, submissionId: string | undefined) =>
      client.query(
        `insert into case_changes (submission_id, terminal_id, ticket, state, at)
         select submission_id, terminal_id, ticket, '已受理', received_at from submissions where submission_id = $1`,
        [submissionId],
      )
    const pulled: string[] = []
    let checkpoint = 0
    const pull = async () => {
      await hub.store.settleCaseChanges(0)
      for (const each of await hub.store.caseChanges('T-1', checkpoint, 10)) {
        expect(each.sequence).toBe(checkpoint + 1)
        checkpoint = each.sequence
        pulled.push(each.submissionId)
      }
    }
    await early.query('begin')
    await late.query('begin')
    await change(early, ids[0])
    await change(late, ids[1])
    await late.query('commit')
    await pull()
    expect(pulled).toEqual([])
    await early.query('commit')
    await hub.store.changeCase({
      submissionId: ids[2] ?? '',
      from: ['待打开'],
      state: '需补正',
      faults: [],
      at: '2026-11-23T02:48:00.000Z',
    })
    await pull()
    expect([...pulled].sort()).toEqual([...ids].sort())
    expect(pulled).toHaveLength(3)
  })

  test('rows of another cluster, whose transaction ids lie in the future here, are settled at a start', async () => {
    const before = await settled()
    await hub.db.updateTable('submissions').set({ transaction_id: '888888888' }).where('hub_sequence', '>', 1).execute()
    expect(await settled()).toBe(1)
    await settleForeignRows(hub.db)
    expect(await settled()).toBe(before)
  })
})
