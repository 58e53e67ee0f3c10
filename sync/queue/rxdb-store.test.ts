import { createHash } from 'node:crypto'
import { createRxDatabase } from 'rxdb/plugins/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMemoryStore } from './memory-store.ts'
import { applyFeed, subscribeFrom } from './projection.ts'
import type { QueueStore } from './queue-store.ts'
import { createKeeper } from './recovery.ts'
import { rxdbSource, type StorageHome } from './rxdb-database.ts'
import { CATALOGUE_SCHEMA, META_SCHEMA, SUBMISSION_SCHEMA, type SubmissionDocument } from './rxdb-schemas.ts'
import { accepted, type FakeJournal, feedOf, idOf, item, later, noLog } from './testing/fixtures.ts'
import { fakeDexieHome, fakeFactory, memoryHome, wipe } from './testing/homes.ts'
import { storeContract } from './testing/store-contract.ts'
import { queueView } from './view.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
// RxDB's Dexie storage prints an advert at its first write.
vi.spyOn(console, 'warn').mockImplementation(() => undefined)

async function open(home: StorageHome, name = 'queue') {
  const opened = await rxdbSource(home, name, noLog).open()
  let done = false
  const close = async () => {
    if (!done) await opened.close()
    done = true
  }
  closers.push(close)
  return { ...opened.value, close }
}

storeContract('memory', async () => createMemoryStore(), 300)
storeContract('RxDB on its memory storage', async () => (await open(memoryHome())).store, 20)
storeContract('RxDB on Dexie', async () => (await open(fakeDexieHome())).store, 20)

const journal: FakeJournal = {
  journalId: 'j1',
  events: [accepted(1, 1), accepted(2, 2), later('received', 4, 1), accepted(5, 3), later('quarantined', 6, 3)],
  through: 7,
}
const expectedView = { connection: 'connected', waiting: 1, quarantined: 1, received: 1 }

async function follow(store: QueueStore) {
  const since = await subscribeFrom(store)
  const outcomes: string[] = []
  for (const [n, message] of feedOf(journal, since, 2).entries()) {
    outcomes.push((await applyFeed(store, message, { since, first: n === 0 }, noLog)).outcome)
  }
  return { since, outcomes }
}

describe.each([
  ['memory', () => memoryHome()],
  ['Dexie', () => fakeDexieHome()],
] as const)('RxDB on %s across restarts', (_, makeHome) => {
  test('what was written is there after closing and opening', async () => {
    const home = makeHome()
    const first = await open(home)
    await follow(first.store)
    await first.store.reschedule([{ id: idOf(2), attempts: 3, nextAttemptAt: 99 }])
    await first.close()
    const second = await open(home)
    expect(await follow(second.store)).toEqual({ since: 7, outcomes: ['applied'] })
    expect(await queueView(second.store, 'connected')).toMatchObject(expectedView)
    expect((await second.store.get([idOf(2)]))[0]).toMatchObject({ attempts: 3, nextAttemptAt: 99 })
  })

  test('after a deletion an empty database opens under a new name and the journal fills it', async () => {
    const home = makeHome()
    const source = rxdbSource(home, 'queue', noLog)
    const first = await source.open()
    await follow(first.value.store)
    await first.close()
    await source.destroy()
    expect(await home.list('queue')).toEqual([])
    const second = await source.open()
    closers.push(() => second.close())
    expect(await home.list('queue')).toEqual(['queue-g2'])
    expect((await follow(second.value.store)).since).toBe(0)
    expect(await queueView(second.value.store, 'connected')).toMatchObject(expectedView)
    await second.close()
    closers.pop()
    const restarted = await open(home)
    expect((await follow(restarted.store)).since).toBe(7)
  })
})

describe('Dexie', () => {
  test('every readwrite transaction asks for strict durability', async () => {
    const home = fakeDexieHome()
    const { store } = await open(home)
    await follow(store)
    await store.reschedule([{ id: idOf(2), attempts: 1, nextAttemptAt: 5 }])
    expect([...home.durabilities]).toEqual(['strict'])
  })

  test('a database wiped while it is open fails, and the next one starts from nothing', async () => {
    const factory = fakeFactory()
    const home = fakeDexieHome(factory)
    const source = rxdbSource(home, 'queue', noLog)
    const first = await source.open()
    await follow(first.value.store)
    await wipe(factory)
    await expect(first.value.store.put([item(50)])).rejects.toThrow()
    await first.close()
    const second = await source.open()
    closers.push(() => second.close())
    expect((await follow(second.value.store)).since).toBe(0)
    expect(await queueView(second.value.store, 'connected')).toMatchObject(expectedView)
  })

  test('an open that failed does not stick to the next one', async () => {
    const factory = fakeFactory()
    let broken = true
    const real = factory.open.bind(factory)
    factory.open = (...parameters) => {
      if (broken) throw new Error('IndexedDB is broken')
      return real(...parameters)
    }
    const source = rxdbSource(fakeDexieHome(factory), 'queue', noLog)
    await expect(source.open()).rejects.toThrow()
    broken = false
    const opened = await source.open()
    closers.push(() => opened.close())
    expect((await follow(opened.value.store)).since).toBe(0)
  })
})

/** The submissions of version 0 before `newestFirst` came in (rxdb-schemas.ts). */
async function openOfYesterday(home: StorageHome, name: string) {
  const { newestFirst: _, ...properties } = SUBMISSION_SCHEMA.properties
  const schema = {
    ...SUBMISSION_SCHEMA,
    properties,
    required: SUBMISSION_SCHEMA.required?.filter((field) => field !== 'newestFirst'),
    indexes: [['state', 'nextAttemptAt', 'deviceSequence'], ['state', 'deviceSequence'], ['journalSequence']],
  } as unknown as typeof SUBMISSION_SCHEMA
  const database = await createRxDatabase({ name: `${name}-g1`, storage: home.storage, multiInstance: false })
  const { submissions } = await database.addCollections({ submissions: { schema }, meta: { schema: META_SCHEMA } })
  return { database, submissions }
}

test.each([
  ['memory', () => memoryHome()],
  ['Dexie', () => fakeDexieHome()],
] as const)('a database of yesterday’s shape on %s is deleted and filled from the journal', async (_, makeHome) => {
  const home = makeHome()
  const old = await openOfYesterday(home, 'before')
  await old.submissions.insert(item(99) as unknown as SubmissionDocument)
  await old.database.close()

  const said: string[] = []
  const ready = new Promise<QueueStore>((resolve) => {
    const keeper = createKeeper({
      source: rxdbSource(home, 'before', noLog),
      clock: { now: Date.now, monotonic: () => performance.now(), after: (ms, task) => afterMs(ms, task) },
      log: (event) => said.push(event),
      onReady: ({ store }) => resolve(store),
      onLost: () => said.push('lost'),
      onUnusable: () => said.push('unusable'),
    })
    keeper.start()
    closers.push(() => keeper.close())
  })
  const store = await ready
  expect(said).toEqual(['queue-store-failed'])
  expect((await follow(store)).since).toBe(0)
  expect(await queueView(store, 'connected')).toMatchObject(expectedView)
  expect(await store.get([idOf(99)])).toEqual([])
  expect((await store.newest(null, null, 9)).map((one) => one.deviceSequence)).toEqual([3, 2, 1])
})

/** And back: the program of yesterday does not take today's database for its own either. */
test('yesterday’s program does not open today’s shape', async () => {
  const home = fakeDexieHome()
  const today = await open(home, 'after')
  await follow(today.store)
  await today.close()
  await expect(openOfYesterday(home, 'after')).rejects.toThrow('DB6')
})

function afterMs(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms)
  return () => clearTimeout(timer)
}

test('the schemas are frozen at version 0', () => {
  const hash = (schema: object) => createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16)
  expect([SUBMISSION_SCHEMA, META_SCHEMA, CATALOGUE_SCHEMA].map((schema) => schema.version)).toEqual([0, 0, 0])
  // Never update these: put new facts into `extra` or into a new collection (rxdb-schemas.ts).
  expect({
    submissions: hash(SUBMISSION_SCHEMA),
    meta: hash(META_SCHEMA),
    catalogue: hash(CATALOGUE_SCHEMA),
  }).toMatchInlineSnapshot(`
    {
      "catalogue": "9d76bbbe2e06a401",
      "meta": "1c21582596bf0786",
      "submissions": "4671bcff12fcdf1e",
    }
  `)
})
