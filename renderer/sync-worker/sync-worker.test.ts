import { afterEach, describe, expect, test, vi } from 'vitest'
import { LEASE_RENEW_MS } from '../../sync/protocol/worker-port.ts'
import type { Clock } from '../../sync/queue/clock.ts'
import { EMPTY_META, type QueueStore } from '../../sync/queue/queue-store.ts'
import type { StoreSource } from '../../sync/queue/recovery.ts'
import { type QueueDatabase, rxdbSource, type StorageHome } from '../../sync/queue/rxdb-database.ts'
import { accepted, idOf, seededRandom } from '../../sync/queue/testing/fixtures.ts'
import { fakeDexieHome, fakeFactory, memoryHome, wipe } from '../../sync/queue/testing/homes.ts'
import { connect } from './channel.ts'
import { createDrainGuard, type DrainGuard, type Locks, UNGUARDED } from './drain-guard.ts'
import { type PageMessage, PageMessageSchema } from './messages.ts'
import { createSyncWorker } from './sync-worker.ts'
import { createFakeMain } from './testing/fake-main.ts'

vi.spyOn(console, 'warn').mockImplementation(() => undefined)

/** Time runs this much faster than outside, so that leases and retries come by in a test. */
const HASTE = 50
const clock: Clock = {
  now: () => 1_800_000_000_000 + performance.now() * HASTE,
  monotonic: () => performance.now() * HASTE,
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs / HASTE)
    return () => clearTimeout(timer)
  },
}

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

type Bench = {
  home?: StorageHome
  source?: StoreSource<QueueDatabase>
  main?: ReturnType<typeof createFakeMain>
  workerId?: string
  guard?: DrainGuard
}

function bench({
  home = memoryHome(),
  source,
  main = createFakeMain(clock.monotonic),
  workerId = crypto.randomUUID(),
  guard = UNGUARDED,
}: Bench = {}) {
  const messages: PageMessage[] = []
  const logged: string[] = []
  const ports: MessagePort[] = []
  const worker = createSyncWorker({
    workerId,
    source: source ?? rxdbSource(home, 'queue', () => undefined),
    connect,
    clock,
    guard,
    random: seededRandom(3),
    log: (event) => logged.push(event),
    post(message) {
      messages.push(PageMessageSchema.parse(message))
      if (message.kind === 'channel-wanted') {
        const { port1, port2 } = new MessageChannel()
        ports.push(port1)
        main.serve(port1)
        worker.setChannel({ kind: 'port', port: port2 })
      }
    },
  })
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await worker.close()
    for (const port of ports) port.close()
  }
  closers.push(close)
  worker.start()
  const views = () => messages.filter((message) => message.kind === 'queue').map(({ view }) => view)
  const states = () => messages.filter((message) => message.kind === 'state').map(({ state }) => state)
  const catalogues = () => messages.filter((message) => message.kind === 'catalogue').map(({ view }) => view)
  const progress = () => messages.findLast((message) => message.kind === 'progress')
  const schedules = () => messages.filter((message) => message.kind === 'schedule')
  return { main, worker, messages, logged, ports, close, views, states, catalogues, progress, schedules }
}

/** One lock manager for all workers of a browser profile. */
function fakeLocks(): Locks {
  const held = new Set<string>()
  return {
    async request(name, _options, callback) {
      if (held.has(name)) return callback(null)
      held.add(name)
      await callback({ name })
      held.delete(name)
      return undefined
    },
  }
}

const settled = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 8_000, interval: 10 })

describe('the worker', () => {
  test('follows the journal, takes the lease, delivers, and shows it', async () => {
    const b = bench()
    for (const number of [1, 2, 3, 4, 5]) b.main.accept(number)
    await settled(() => expect(b.views().at(-1)).toMatchObject({ waiting: 0, received: 5, connection: 'connected' }))
    expect([...new Set(b.main.sent)].sort()).toEqual([1, 2, 3, 4, 5].map(idOf))
    expect(b.main.sent.length).toBe(5)
    expect(b.main.leases.length).toBe(1)
    expect(b.states().slice(0, 2)).toEqual(['starting', 'ready'])
    b.main.accept(6)
    await settled(() => expect(b.views().at(-1)).toMatchObject({ waiting: 0, received: 6 }))
    await settled(() => expect(b.catalogues()[0]?.catalogue.items.map(({ id }) => id)).toEqual(['S07', 'S02']))
  })

  test('keeps the lease by renewing and gives it back when it is closed', async () => {
    const b = bench()
    await settled(() => expect(b.main.leases.length).toBe(1))
    const until = clock.monotonic() + 4 * LEASE_RENEW_MS
    await settled(() => expect(clock.monotonic()).toBeGreaterThan(until))
    expect(b.main.leases.length).toBe(1)
    await b.close()
    expect(b.main.released).toEqual(['closed'])
  })

  test('sends nothing after main took the lease away, and goes on when it is given back', async () => {
    const b = bench()
    await settled(() => expect(b.main.leases.length).toBe(1))
    b.main.keepLease(true)
    await settled(() => expect(b.main.leaseRefusals).toBeGreaterThan(0))
    b.main.accept(1)
    const refusals = b.main.leaseRefusals
    await settled(() => expect(b.main.leaseRefusals).toBeGreaterThan(refusals + 2))
    expect(b.views().at(-1)?.waiting).toBe(1)
    expect(b.main.sendsWithoutLease).toBe(0)
    b.main.keepLease(false)
    await settled(() => expect(b.views().at(-1)?.received).toBe(1))
  })

  test('a second worker only watches while the first holds the lease', async () => {
    const first = bench()
    await settled(() => expect(first.main.leases.length).toBe(1))
    first.main.answer = (submissionId) => ({ submissionId, outcome: 'failed', hubWide: false, retryAfterMs: 900_000 })
    const second = bench({ main: first.main })
    await settled(() => expect(second.states()).toContain('ready'))
    first.main.accept(1)
    await settled(() => expect(second.views().at(-1)?.waiting).toBe(1))
    await settled(() => expect(first.main.sent.length).toBe(1))
    first.main.answer = (submissionId) => ({ submissionId, outcome: 'received' })
    await first.close()
    await settled(() => expect(second.views().at(-1)).toMatchObject({ waiting: 0, received: 1 }))
    expect(first.main.leases.length).toBe(2)
  })

  test('shows a cut and a returned connection, and tries at once when it returns', async () => {
    const main = createFakeMain(clock.monotonic)
    main.connection = 'no-network'
    main.answer = (submissionId) => ({ submissionId, outcome: 'failed', hubWide: true, retryAfterMs: 890_000 })
    const b = bench({ main })
    main.accept(1)
    await settled(() => expect(main.sent.length).toBe(1))
    expect(b.views().at(-1)).toMatchObject({ waiting: 1, connection: 'no-network' })
    main.answer = (submissionId) => ({ submissionId, outcome: 'received' })
    // The breaker would wait a quarter of an hour; the item itself at most 2 s.
    await settled(() => expect(b.views().at(-1)?.oldestAcceptedAt).not.toBeNull())
    main.setConnection('connected')
    await settled(() => expect(b.views().at(-1)).toMatchObject({ waiting: 0, received: 1, connection: 'connected' }))
  })

  test('tells how far its store is behind the journal, and when what is queued is tried next', async () => {
    const main = createFakeMain(clock.monotonic)
    main.answer = (submissionId) =>
      submissionId === idOf(2)
        ? { submissionId, outcome: 'failed', hubWide: false, retryAfterMs: 800_000 }
        : { submissionId, outcome: 'received' }
    const b = bench({ main })
    await b.worker.tellSchedule(1, [idOf(2)])
    expect(b.schedules()).toEqual([{ kind: 'schedule', ask: 1, rows: null }])
    for (const number of [1, 2]) main.accept(number)
    await settled(() => expect(b.views().at(-1)).toMatchObject({ waiting: 1, received: 1 }))
    await settled(() => expect(b.progress()).toMatchObject({ seen: 3, applied: 3 }))
    await vi.waitFor(async () => {
      await b.worker.tellSchedule(2, [idOf(1), idOf(2), idOf(3)])
      expect(b.schedules().at(-1)).toMatchObject({ ask: 2, rows: [{ id: idOf(2), attempts: 1 }] })
    })
    expect(b.schedules().at(-1)?.rows?.[0]?.nextAttemptAt).toBeGreaterThan(clock.now())
  })

  test('what comes while a write runs is written with the next: a long journal takes few writes', async () => {
    const good = rxdbSource(memoryHome(), 'queue', () => undefined)
    let puts = 0
    const source: StoreSource<QueueDatabase> = {
      destroy: () => good.destroy(),
      async open() {
        const opened = await good.open()
        const { store } = opened.value
        const put: typeof store.put = async (items) => {
          puts++
          await new Promise((resolve) => setTimeout(resolve, 20))
          await store.put(items)
        }
        return { ...opened, value: { ...opened.value, store: { ...store, put } } }
      },
    }
    const main = createFakeMain(clock.monotonic)
    main.keepLease(true)
    for (let number = 1; number <= 300; number++) main.accept(number)
    const b = bench({ source, main })
    await settled(() => expect(b.views().at(-1)?.waiting).toBe(300))
    // The fake main's feed cuts the journal into a hundred messages.
    expect(puts).toBeLessThan(30)
    expect(puts).toBeGreaterThan(0)
  })

  test('scenario 19: two workers of one browser never drain at once, even when main gives the lease to both', async () => {
    const locks = fakeLocks()
    const first = bench({ guard: createDrainGuard(locks) })
    await settled(() => expect(first.main.leases.length).toBe(1))
    const second = bench({ guard: createDrainGuard(locks) })
    await settled(() => expect(second.logged).toContain('drain-lock-held-elsewhere'))
    second.main.accept(1)
    await settled(() => expect(second.views().at(-1)?.waiting).toBe(1))
    expect(second.main.leases).toEqual([])
    expect(second.main.sent).toEqual([])
    await first.close()
    await settled(() => expect(second.views().at(-1)?.received).toBe(1))
  })

  test('without the lease it gives the lock back', async () => {
    const locks = fakeLocks()
    const main = createFakeMain(clock.monotonic)
    main.keepLease(true)
    const first = bench({ main, guard: createDrainGuard(locks) })
    await settled(() => expect(main.leaseRefusals).toBeGreaterThan(0))
    const second = bench({ guard: createDrainGuard(locks) })
    await settled(() => expect(second.main.leases.length).toBe(1))
    expect(first.main.leases).toEqual([])
  })

  test('a newer catalogue is pulled when main announces it', async () => {
    const b = bench()
    await settled(() => expect(b.catalogues().length).toBe(1))
    b.main.catalogue.version = 2
    b.main.catalogue.lines = b.main.catalogue.lines.filter((line) => line.id !== 'item:S07')
    b.main.announce()
    await settled(() => expect(b.catalogues()[1]?.catalogue.items.map(({ id }) => id)).toEqual(['S02']))
    expect(b.catalogues()[1]?.version).toBe(2)
  })

  test('a broken channel is replaced, and the feed goes on where it stopped', async () => {
    const b = bench()
    b.main.accept(1)
    await settled(() => expect(b.views().at(-1)?.received).toBe(1))
    b.ports[0]?.close()
    await settled(() => expect(b.logged).toContain('channel-lost'))
    b.main.accept(2)
    await settled(() => expect(b.views().at(-1)).toMatchObject({ received: 2, waiting: 0 }))
    expect(b.main.subscriptions.at(-1)).toBeGreaterThan(0)
  })

  test('another journal behind the same channel is replayed from 0', async () => {
    const b = bench()
    b.main.accept(1)
    b.main.accept(2)
    await settled(() => expect(b.views().at(-1)?.received).toBe(2))
    b.main.replaceJournal('journal-2', [accepted(1, 7)])
    b.ports[0]?.close()
    await settled(() => expect(b.views().at(-1)).toMatchObject({ received: 1, waiting: 0 }))
    expect(b.main.sent).toContain(idOf(7))
  })

  test('an invalid message of the feed is not believed; the worker subscribes again', async () => {
    const b = bench()
    await settled(() => expect(b.states()).toContain('ready'))
    b.main.spoil = { kind: 'events', journalId: 'journal-1', throughSequence: 1_000.5, events: [] }
    b.main.accept(1)
    await settled(() => expect(b.logged).toContain('feed-failed'))
    await settled(() => expect(b.views().at(-1)?.received).toBe(1))
  })
})

describe('the worker and a store that breaks', () => {
  test('scenario 14: IndexedDB wiped while items wait: rebuilt from the journal, all delivered', async () => {
    const factory = fakeFactory()
    const main = createFakeMain(clock.monotonic)
    main.answer = (submissionId) => ({ submissionId, outcome: 'failed', hubWide: true, retryAfterMs: null })
    const b = bench({ main, home: fakeDexieHome(factory) })
    for (const number of [1, 2, 3]) main.accept(number)
    await settled(() => expect(b.views().at(-1)?.waiting).toBe(3))
    await wipe(factory)
    main.accept(4)
    await settled(() => expect(b.logged).toContain('queue-store-failed'))
    await settled(() => expect(b.views().at(-1)?.waiting).toBe(4))
    main.answer = (submissionId) => ({ submissionId, outcome: 'received' })
    main.setConnection('no-network')
    main.setConnection('connected')
    await settled(() => expect(b.views().at(-1)).toMatchObject({ waiting: 0, received: 4 }))
    expect(main.subscriptions.at(-1)).toBe(0)
    expect(b.catalogues().length).toBeGreaterThan(1)
  })

  test.each(['meta', 'items', 'both'] as const)(
    'scenario 14: nothing happens, and %s came back empty: found and rebuilt',
    async (what) => {
      const good = rxdbSource(memoryHome(), 'queue', () => undefined)
      const stores: QueueStore[] = []
      const source: StoreSource<QueueDatabase> = {
        destroy: () => good.destroy(),
        async open() {
          const opened = await good.open()
          stores.push(opened.value.store)
          return opened
        },
      }
      const main = createFakeMain(clock.monotonic)
      main.answer = (submissionId) => ({ submissionId, outcome: 'failed', hubWide: true, retryAfterMs: 800_000 })
      const b = bench({ main, source })
      for (const number of [1, 2, 3]) main.accept(number)
      await settled(() => expect(b.views().at(-1)?.waiting).toBe(3))
      await settled(() => expect(b.main.sent.length).toBeGreaterThan(0))
      const [store] = stores
      if (store === undefined) throw new Error('not opened')
      if (what !== 'items') await store.writeMeta(EMPTY_META)
      if (what !== 'meta') await store.clear()
      await settled(() => expect(stores.length).toBe(2))
      expect(b.logged).toContain('queue-store-failed')
      await settled(async () => expect((await stores[1]?.readMeta())?.counts.queued).toBe(3))
      await settled(() => expect(b.views().at(-1)?.waiting).toBe(3))
      expect(b.states()).not.toContain('unusable')
    },
  )

  test('IndexedDB unusable: says so, holds no lease, and comes back when it can', async () => {
    const factory = fakeFactory()
    const real = factory.open.bind(factory)
    let broken = true
    factory.open = (...parameters) => {
      if (broken) throw new Error('IndexedDB is broken')
      return real(...parameters)
    }
    const b = bench({ home: fakeDexieHome(factory) })
    b.main.accept(1)
    await settled(() => expect(b.states()).toContain('unusable'))
    expect(b.main.leases).toEqual([])
    expect(b.main.sent).toEqual([])
    broken = false
    await settled(() => expect(b.states().at(-1)).toBe('ready'))
    await settled(() => expect(b.views().at(-1)?.received).toBe(1))
  })

  test('scenario 15: a store whose writes begin to fail gives the lease back at once', async () => {
    const good = rxdbSource(memoryHome(), 'queue', () => undefined)
    let broken = false
    const source: StoreSource<QueueDatabase> = {
      destroy: () => good.destroy(),
      async open() {
        const opened = await good.open()
        const { store } = opened.value
        const put: typeof store.put = async (items) => {
          if (broken) throw new Error('DatabaseClosedError')
          await store.put(items)
        }
        return { ...opened, value: { ...opened.value, store: { ...store, put } } }
      },
    }
    const b = bench({ source })
    b.main.accept(1)
    await settled(() => expect(b.views().at(-1)?.received).toBe(1))
    broken = true
    b.main.accept(2)
    await settled(() => expect(b.states()).toContain('unusable'))
    expect(b.main.released.length).toBeGreaterThan(0)
    broken = false
    await settled(() => expect(b.views().at(-1)?.received).toBe(2))
  })
})
