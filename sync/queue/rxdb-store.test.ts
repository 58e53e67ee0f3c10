import { createHash } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMemoryStore } from './memory-store.ts'
import { applyFeed, subscribeFrom } from './projection.ts'
import type { QueueStore } from './queue-store.ts'
import { rxdbSource, type StorageHome } from './rxdb-database.ts'
import { CATALOGUE_SCHEMA, META_SCHEMA, SUBMISSION_SCHEMA } from './rxdb-schemas.ts'
import { accepted, type FakeJournal, feedOf, idOf, item, later, noLog } from './testing/fixtures.ts'
import { fakeDexieHome, fakeFactory, memoryHome, wipe } from './testing/homes.ts'
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

const stores: [string, () => Promise<QueueStore>][] = [
  ['memory', async () => createMemoryStore()],
  ['RxDB on its memory storage', async () => (await open(memoryHome())).store],
  ['RxDB on Dexie', async () => (await open(fakeDexieHome())).store],
]

describe.each(stores)('the store: %s', (_, make) => {
  test('starts empty and keeps meta', async () => {
    const store = await make()
    expect(await store.readMeta()).toEqual({
      journalId: '',
      throughSequence: 0,
      counts: { queued: 0, received: 0, quarantined: 0 },
    })
    const meta = { journalId: 'j', throughSequence: 9, counts: { queued: 1, received: 2, quarantined: 3 } }
    await store.writeMeta({ ...meta, throughSequence: 8 })
    await store.writeMeta(meta)
    expect(await store.readMeta()).toEqual(meta)
  })

  test('gives items back exactly, in both of its orders', async () => {
    const store = await make()
    const all = [
      item(12, { bytes: 7, extra: { note: ['a', { b: null }] } }),
      item(3, { nextAttemptAt: 500, attempts: 2 }),
      item(1, { nextAttemptAt: 700 }),
      item(2, { state: 'received' }),
      item(4, { state: 'quarantined', reason: 'too-large' }),
      item(100, { nextAttemptAt: 9_000_000_000_000 }),
      item(5),
    ]
    await store.put(all)
    const ids = async (found: Promise<{ deviceSequence: number }[]>) => (await found).map((one) => one.deviceSequence)
    expect(await store.get([idOf(12), idOf(404)])).toEqual([all[0]])
    expect(await ids(store.due(500, 10))).toEqual([5, 12, 3])
    expect(await ids(store.due(500, 2))).toEqual([5, 12])
    expect(await ids(store.later(500, 10))).toEqual([1, 100])
    expect((await store.oldestQueued())?.deviceSequence).toBe(1)
    expect(await store.isAhead(99)).toBe(true)
    expect(await store.isAhead(100)).toBe(false)
    expect(await store.recount()).toEqual({ queued: 5, received: 1, quarantined: 1 })
  })

  test('reschedules only what is still queued', async () => {
    const store = await make()
    await store.put([item(1), item(2, { state: 'received' })])
    await store.reschedule([1, 2, 3].map((n) => ({ id: idOf(n), attempts: 5, nextAttemptAt: 77 })))
    expect(await store.get([idOf(1)])).toEqual([item(1, { attempts: 5, nextAttemptAt: 77 })])
    expect(await store.get([idOf(2), idOf(3)])).toEqual([item(2, { state: 'received' })])
  })

  test('writers at once lose nothing', async () => {
    const store = await make()
    await store.put([item(1), item(2)])
    await Promise.all([
      store.reschedule([{ id: idOf(1), attempts: 1, nextAttemptAt: 5 }]),
      store.put([item(1, { state: 'received', journalSequence: 9 }), item(3)]),
      store.reschedule([{ id: idOf(1), attempts: 2, nextAttemptAt: 6 }]),
    ])
    expect((await store.get([idOf(1)]))[0]).toMatchObject({ state: 'received', journalSequence: 9 })
    expect(await store.recount()).toEqual({ queued: 2, received: 1, quarantined: 0 })
  })

  test('clears and fills again', async () => {
    const store = await make()
    await store.put([item(1), item(2)])
    await store.clear()
    expect(await store.due(1e13, 10)).toEqual([])
    await store.put([item(2, { attempts: 3 })])
    expect(await store.due(1e13, 10)).toEqual([item(2, { attempts: 3 })])
  })

  test('counts a thousand items in pages', async () => {
    const store = await make()
    await store.put(Array.from({ length: 1_001 }, (_, i) => item(i + 1, i % 3 === 0 ? { state: 'received' } : {})))
    expect(await store.recount()).toEqual({ queued: 667, received: 334, quarantined: 0 })
  })
})

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
      "submissions": "1bf6b896414e5b5e",
    }
  `)
})
