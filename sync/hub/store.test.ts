import { afterAll, describe, expect, test } from 'vitest'
import type { HubDatabase } from './database.ts'
import { openDatabase } from './database.ts'
import { makeMemoryStore } from './memory-store.ts'
import { systemSources } from './sources.ts'
import { makeSqlStore } from './sql-store.ts'
import type { HubStore } from './store.ts'
import { startPostgres } from './test-postgres.ts'
import { openSeededPGlite } from './test-seed.ts'
import { arrive, holdsItsPromises } from './test-store-contract.ts'

const postgres = startPostgres()
const open: HubDatabase[] = []
afterAll(async () => {
  await Promise.all(open.map((db) => db.destroy()))
  if (postgres.ok) postgres.stop()
})

const AT = '2026-11-23T02:48:00.000Z'
const DATA_TABLES = [
  'used_codes',
  'handovers',
  'handover_log',
  'notices',
  'bindings',
  'case_persons',
  'person_questions',
  'person_key',
  'ratings',
  'complaints',
  'case_helpers',
  'staff_lists',
  'staff',
  'agent_places',
  'agent_days',
  'case_changes',
  'cases',
  'submissions',
  'receipts',
  'terminal_chain',
  'chunks',
  'chunk_offers',
  'terminals',
  'enrolment_codes',
  'packages',
  'terminal_contacts',
  'epochs',
  'hub',
] as const

/** One database for all tests, emptied before each: opening one takes seconds. */
function sqlStores(openIt: () => Promise<HubDatabase>): () => Promise<HubStore> {
  let db: HubDatabase | undefined
  return async () => {
    if (db === undefined) {
      db = await openIt()
      open.push(db)
    }
    for (const table of DATA_TABLES) await db.deleteFrom(table).execute()
    const epoch = systemSources.randomUuid()
    await db
      .insertInto('hub')
      .values({ id: 1, name: 'x', epoch, root_key_sha256: 'x', last_hub_sequence: 0, created_at: AT })
      .execute()
    await db.insertInto('epochs').values({ epoch, opened_at: AT, after_sequence: 0, why: 'founded' }).execute()
    return makeSqlStore(db)
  }
}

describe('the memory store', () => {
  holdsItsPromises(async () => makeMemoryStore({ epoch: systemSources.randomUuid() }))

  test('a snapshot put back is the older state, without a word', async () => {
    const store = makeMemoryStore({ epoch: systemSources.randomUuid() })
    const [kept] = await arrive(store, 'T-1', [{ deviceSequence: 1 }])
    const snapshot = store.snapshot()
    const stand = await store.stand()
    await arrive(store, 'T-1', [{ deviceSequence: 2 }])
    await store.transaction((tx) => tx.openEpoch({ epoch: systemSources.randomUuid(), at: AT, why: 'command' }))
    store.restore(snapshot)
    expect(await store.stand()).toEqual(stand)
    expect(store.rows().map((row) => row.submissionId)).toEqual([kept?.submissionId])
    expect(await arrive(store, 'T-1', [{ deviceSequence: 2 }])).toMatchObject([{ hubSequence: 2 }])
  })

  test('back at a mark it is as it was there, again and again', async () => {
    const store = makeMemoryStore({ epoch: systemSources.randomUuid() })
    await arrive(store, 'T-1', [{ deviceSequence: 1 }])
    const [early, asEarly] = [store.mark(), store.snapshot()]
    await arrive(store, 'T-1', [{ deviceSequence: 2 }])
    const [late, asLate] = [store.mark(), store.snapshot()]
    for (const [mark, snapshot] of [
      [late, asLate],
      [early, asEarly],
      [early, asEarly],
    ] as const) {
      await arrive(store, 'T-1', [{ deviceSequence: 3 }, { deviceSequence: 4 }])
      await store.transaction((tx) => tx.revokeTerminal('T-1', AT))
      await store.transaction((tx) => tx.openEpoch({ epoch: systemSources.randomUuid(), at: AT, why: 'command' }))
      store.goBack(mark)
      expect(store.snapshot()).toEqual(snapshot)
    }
    expect(() => store.goBack(late)).toThrow(RangeError)
  })

  test('a process that dies in the middle leaves nothing, and the next one has its turn', async () => {
    const store = makeMemoryStore({ epoch: systemSources.randomUuid() })
    const never = new Promise<void>(() => undefined)
    let begin: () => void = () => undefined
    const began = new Promise<void>((resolve) => {
      begin = resolve
    })
    let ended = false
    const dying = store.transaction(async (tx) => {
      await tx.issueCode({ codeSha256: 'c', terminalId: 'T-1', at: AT })
      begin()
      await never
    })
    const waiting = arrive(store, 'T-1', [{ deviceSequence: 1 }])
    for (const each of [dying, waiting]) void each.finally(() => (ended = true))
    await began
    store.crash()
    expect(await arrive(store, 'T-1', [{ deviceSequence: 5 }])).toMatchObject([{ hubSequence: 1 }])
    expect(await store.transaction((tx) => tx.enrolmentCode('c', 'T-1'))).toBeUndefined()
    expect(store.rows()).toHaveLength(1)
    expect(ended).toBe(false)
  })

  test('without its unique key it takes one submission twice: the fault that the simulation plants', async () => {
    const store = makeMemoryStore({ epoch: systemSources.randomUuid(), unique: false })
    const submissionId = systemSources.randomUuid()
    for (const deviceSequence of [1, 1]) {
      expect(await store.held([submissionId])).toEqual(new Map())
      await arrive(store, 'T-1', [{ deviceSequence, submissionId }])
    }
    expect(store.rows()).toHaveLength(2)
  })
})

describe('the store on PGlite', () => {
  holdsItsPromises(sqlStores(async () => openDatabase({ pglite: await openSeededPGlite() })))
})

describe.runIf(postgres.ok)(`the store on PostgreSQL ${postgres.ok ? postgres.version : ''}`, () => {
  holdsItsPromises(sqlStores(() => openDatabase({ databaseUrl: postgres.ok ? postgres.url : '' })))
})
test('PostgreSQL is there to be tested', (ctx) => {
  if (!postgres.ok) ctx.skip(postgres.why)
})
