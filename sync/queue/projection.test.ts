import fc from 'fast-check'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { QueueEvent } from '../protocol/worker-port.ts'
import { createMemoryStore } from './memory-store.ts'
import { applyEvent, applyFeed, subscribeFrom } from './projection.ts'
import { EMPTY_META, type QueueItem, type QueueMeta, type QueueStore, StoreInconsistent } from './queue-store.ts'
import { rxdbSource } from './rxdb-database.ts'
import { checkStore } from './store-check.ts'
import { accepted, type FakeJournal, feedOf, idOf, later, noLog } from './testing/fixtures.ts'
import { fakeDexieHome } from './testing/homes.ts'
import { queueView } from './view.ts'

/**
 * A journal of any frames that touch the queue, with gaps for those that do not. A frame may name many submissions (a
 * batch's receipt, a purge); quarantined, requeued and late receipts may meet any state, a purged item too.
 */
const journals = fc
  .array(
    fc.record({
      what: fc.constantFrom('new', 'new', 'received', 'quarantined', 'requeued', 'purged'),
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      gap: fc.nat(2),
    }),
    { maxLength: 40, size: 'max' },
  )
  .map((steps): FakeJournal => {
    const events: QueueEvent[] = []
    let sequence = 0
    let count = 0
    for (const { what, picks, gap } of steps) {
      sequence += 1 + gap
      if (what === 'new' || count === 0) events.push(accepted(sequence, ++count))
      else {
        const alone = what === 'quarantined' || what === 'requeued'
        const numbers = new Set((alone ? picks.slice(0, 1) : picks).map((pick) => (pick % count) + 1))
        for (const number of numbers) events.push(later(what as 'received', sequence, number))
      }
    }
    return { journalId: 'j1', events, through: sequence + 1 }
  })

/** What the journal means, read item by item from its end: another way than the projection's. */
function truth(journal: FakeJournal) {
  const items: object[] = []
  const counts = { queued: 0, received: 0, quarantined: 0 }
  for (const first of journal.events) {
    if (first.type !== 'accepted') continue
    const rest = journal.events.filter((event) => event !== first && event.submissionId === first.submissionId)
    if (rest.some((event) => event.type === 'purged')) continue
    const types = rest.map((event) => event.type)
    const since = rest.slice(types.lastIndexOf('requeued') + 1)
    const refusal = since.findLast((event) => event.type === 'quarantined')
    const received = since.some((event) => event.type === 'received')
    const state = received ? 'received' : refusal !== undefined ? 'quarantined' : 'queued'
    counts[state]++
    items.push({
      id: first.submissionId,
      deviceSequence: first.deviceSequence,
      state,
      acceptedAt: first.at,
      itemId: first.itemId,
      ticket: first.ticket,
      bytes: first.bytes,
      attempts: 0,
      nextAttemptAt: 0,
      reason: state === 'quarantined' && refusal?.type === 'quarantined' ? refusal.reason : null,
      journalSequence: (rest.at(-1) ?? first).journalSequence,
      extra: {},
    })
  }
  return { items, counts, counted: counts }
}

async function contents(store: QueueStore) {
  const items = await store.newest(null, null, 1_000)
  const { counts, unsure } = await store.readMeta()
  expect(unsure).toBe(false)
  return { items: items.reverse(), counts, counted: await store.recount() }
}

/** Follows the feed until it is caught up, resubscribing whenever the projection asks for it. */
async function follow(store: QueueStore, journal: FakeJournal, page: number, twice: (n: number) => boolean) {
  for (let round = 0; round < 3; round++) {
    const since = await subscribeFrom(store)
    let first = true
    let replay = false
    const messages = feedOf(journal, since, page)
    for (const [n, message] of messages.entries()) {
      const seen = twice(n) ? [message, ...(n > 0 ? [messages[n - 1] ?? message] : []), message] : [message]
      for (const one of seen) {
        const applied = await applyFeed(store, one, { since, first }, noLog)
        first = false
        if (applied.outcome === 'replay') replay = true
        if (replay) break
      }
      if (replay) break
    }
    if (!replay) return
  }
  throw new Error('the projection never settles')
}

class Cut extends Error {}

/** A store that dies at its n-th write, before or after the write took hold. */
function dying(store: QueueStore, atWrite: number, afterWrite: boolean): QueueStore {
  let writes = 0
  const risky =
    <P extends unknown[]>(write: (...p: P) => Promise<void>) =>
    async (...p: P) => {
      writes++
      if (writes === atWrite && !afterWrite) throw new Cut()
      await write(...p)
      if (writes === atWrite) throw new Cut()
    }
  return {
    ...store,
    put: risky((items: readonly QueueItem[]) => store.put(items)),
    writeMeta: risky((meta: QueueMeta) => store.writeMeta(meta)),
    clear: risky(() => store.clear()),
    remove: risky((ids: readonly string[]) => store.remove(ids)),
  }
}

/** Where the properties are tried: how to get an empty store, and how to come back to it after a restart. */
type Ground = { fresh(): Promise<QueueStore>; restart(): Promise<QueueStore> }

function memoryGround(): Ground {
  let store = createMemoryStore()
  return {
    async fresh() {
      store = createMemoryStore()
      return store
    },
    restart: async () => store,
  }
}

/** A real close and a real open between the two lives; every run has a disk of its own. */
function rxdbGround(): Ground {
  let source = rxdbSource(fakeDexieHome(), 'queue', noLog)
  async function reopen() {
    await closeOpened()
    const opened = await source.open()
    closeOpened = () => opened.close()
    return opened.value.store
  }
  return {
    fresh() {
      source = rxdbSource(fakeDexieHome(), 'queue', noLog)
      return reopen()
    },
    restart: reopen,
  }
}
let closeOpened: () => Promise<void> = async () => undefined
afterAll(() => closeOpened())
// RxDB's Dexie storage prints an advert at its first write.
vi.spyOn(console, 'warn').mockImplementation(() => undefined)

const pages = fc.integer({ min: 1, max: 7 })
const never = () => false

describe.each([
  ['memory', memoryGround, 400],
  ['RxDB on Dexie', rxdbGround, 8],
] as const)('the queue is the journal, whatever happens on the way: %s', (_, makeGround, numRuns) => {
  const ground = makeGround()

  test('any page size, any duplication', async () => {
    await fc.assert(
      fc.asyncProperty(journals, pages, fc.func(fc.boolean()), async (journal, page, twice) => {
        const store = await ground.fresh()
        await follow(store, journal, page, twice)
        expect(await contents(store)).toEqual(truth(journal))
      }),
      { numRuns },
    )
  })

  test('any prefix first, then a restart', async () => {
    await fc.assert(
      fc.asyncProperty(journals, fc.nat(), pages, async (journal, cut, page) => {
        const through = cut % (journal.through + 1)
        const events = journal.events.filter((event) => event.journalSequence <= through)
        await follow(await ground.fresh(), { ...journal, events, through }, page, never)
        const store = await ground.restart()
        await follow(store, journal, page, () => true)
        expect(await contents(store)).toEqual(truth(journal))
      }),
      { numRuns },
    )
  })

  test('any message left out by a feed that ends early, any number of times', async () => {
    await fc.assert(
      fc.asyncProperty(journals, pages, fc.array(fc.nat(6), { maxLength: 6 }), async (journal, page, ends) => {
        let store = await ground.fresh()
        for (const end of ends) {
          const since = await subscribeFrom(store)
          for (const [n, message] of feedOf(journal, since, page).slice(0, end).entries()) {
            const applied = await applyFeed(store, message, { since, first: n === 0 }, noLog)
            if (applied.outcome === 'replay') break
          }
          store = await ground.restart()
        }
        await follow(store, journal, page, never)
        expect(await contents(store)).toEqual(truth(journal))
      }),
      { numRuns },
    )
  })

  test('a crash at any write, before or after it took hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        journals,
        fc.integer({ min: 1, max: 25 }),
        fc.boolean(),
        pages,
        async (journal, n, after, page) => {
          const store = await ground.fresh()
          try {
            await follow(dying(store, n, after), journal, page, never)
          } catch (error) {
            if (!(error instanceof Cut)) throw error
          }
          const next = await ground.restart()
          await follow(next, journal, page, never)
          expect(await contents(next)).toEqual(truth(journal))
        },
      ),
      { numRuns },
    )
  })

  test('another journal, or one that is shorter than the store, starts over', async () => {
    const writes = fc.integer({ min: 1, max: 9 })
    await fc.assert(
      fc.asyncProperty(journals, journals, fc.boolean(), writes, fc.boolean(), async (old, next, sameId, n, after) => {
        // The same name and not shorter is the same journal going on, which these two are not.
        fc.pre(!sameId || next.through < old.through)
        const first = await ground.fresh()
        await follow(first, { ...old, journalId: sameId ? next.journalId : 'j0' }, 5, never)
        try {
          await follow(dying(first, n, after), next, 5, never)
        } catch (error) {
          if (!(error instanceof Cut)) throw error
        }
        const store = await ground.restart()
        await follow(store, next, 5, never)
        expect(await contents(store)).toEqual(truth(next))
      }),
      { numRuns },
    )
  })
})

describe('a store that is not what it was', () => {
  const journal: FakeJournal = {
    journalId: 'j1',
    events: [accepted(1, 1), accepted(2, 2), accepted(3, 3), later('received', 4, 3)],
    through: 4,
  }
  const sentinel = { journalId: 'j1', throughSequence: 4 }
  async function filled() {
    const store = createMemoryStore()
    await follow(store, journal, 5, never)
    await checkStore(store, sentinel)
    return store
  }

  test('items that vanished under their meta come back', async () => {
    const store = await filled()
    await store.clear()
    await expect(subscribeFrom(store)).rejects.toThrow('counts 2 queued')
    const grown = { ...journal, events: [...journal.events, later('received', 5, 1)], through: 5 }
    const applied = await applyFeed(store, feedOf(grown, 4, 5)[0] as never, { since: 4, first: true }, noLog)
    expect(applied).toEqual({ outcome: 'replay', why: 'missing-item' })
    await follow(store, grown, 5, never)
    expect(await contents(store)).toEqual(truth(grown))
  })

  test('a look at the store finds what is gone: meta, all items, those of one state; and an older meta', async () => {
    const noMeta = await filled()
    await noMeta.writeMeta(EMPTY_META)
    await expect(checkStore(noMeta, sentinel)).rejects.toThrow(StoreInconsistent)
    expect(await subscribeFrom(noMeta)).toBe(0)
    const nothing = await filled()
    await nothing.writeMeta(EMPTY_META)
    await nothing.clear()
    await expect(checkStore(nothing, sentinel)).rejects.toThrow('no journal')
    const noItems = await filled()
    await noItems.clear()
    await expect(checkStore(noItems, sentinel)).rejects.toThrow('counts 2 queued')
    const noneReceived = await filled()
    await noneReceived.remove([idOf(3)])
    await expect(checkStore(noneReceived, sentinel)).rejects.toThrow('counts 1 received')
    await expect(subscribeFrom(noneReceived)).rejects.toThrow(StoreInconsistent)
    const older = await filled()
    await expect(checkStore(older, { ...sentinel, throughSequence: 5 })).rejects.toThrow('through 4')
  })
})

test('attempts survive what the journal does not say about them, and a requeue forgets them', async () => {
  const store = createMemoryStore()
  const journal: FakeJournal = { journalId: 'j1', events: [accepted(1, 1)], through: 1 }
  await follow(store, journal, 5, () => false)
  await store.reschedule([{ id: idOf(1), attempts: 4, nextAttemptAt: 77 }])
  await follow(store, journal, 5, () => true)
  expect((await store.get([idOf(1)]))[0]).toMatchObject({ attempts: 4, nextAttemptAt: 77 })
  const grown = {
    ...journal,
    events: [...journal.events, later('quarantined', 2, 1), later('requeued', 3, 1)],
    through: 3,
  }
  await follow(store, grown, 5, () => false)
  expect((await store.get([idOf(1)]))[0]).toMatchObject({
    state: 'queued',
    attempts: 0,
    nextAttemptAt: 0,
    reason: null,
  })
})

test('an event that an item already shows changes nothing', () => {
  const before = applyEvent(applyEvent(null, accepted(1, 1)), later('received', 5, 1))
  expect(applyEvent(before, later('requeued', 5, 1))).toBe(before)
  expect(applyEvent(before, later('quarantined', 3, 1))).toBe(before)
})

test('what a message purges anyway is not missed; what is missed without that fills the store anew', async () => {
  const store = createMemoryStore()
  await follow(store, { journalId: 'j1', events: [accepted(1, 1)], through: 5 }, 5, never)
  const late = later('received', 6, 2)
  const subscribed = { since: 5, first: true }
  const message = { kind: 'events' as const, journalId: 'j1', throughSequence: 7 }
  const purged = { ...message, events: [late, later('purged', 7, 2)] }
  expect(await applyFeed(store, purged, subscribed, noLog)).toMatchObject({ outcome: 'applied', changed: false })
  const missed = { ...message, throughSequence: 8, events: [{ ...late, journalSequence: 8 }] }
  expect(await applyFeed(store, missed, subscribed, noLog)).toEqual({ outcome: 'replay', why: 'missing-item' })
})

test('a message that overlaps with what is known only adds the rest', async () => {
  const store = createMemoryStore()
  const events = [accepted(1, 1), later('received', 2, 9), accepted(3, 2)]
  const message = (throughSequence: number) => ({
    kind: 'events' as const,
    journalId: 'j1',
    throughSequence,
    events: events.filter((event) => event.journalSequence <= throughSequence),
  })
  await applyFeed(store, message(2), { since: 0, first: true }, noLog)
  const again = await applyFeed(store, message(3), { since: 2, first: true }, noLog)
  expect(again).toEqual({ outcome: 'applied', throughSequence: 3, changed: true })
  expect((await store.readMeta()).counts.queued).toBe(2)
})

test('a receipt outweighs a late refusal', () => {
  const before = applyEvent(applyEvent(null, accepted(1, 1)), later('received', 2, 1))
  expect(applyEvent(before, later('quarantined', 3, 1))).toMatchObject({ state: 'received', reason: null })
})

test('the view counts and names the oldest that waits', async () => {
  const store = createMemoryStore()
  const events = [
    accepted(1, 1),
    accepted(2, 2),
    accepted(3, 3),
    accepted(4, 4),
    later('received', 5, 1),
    later('quarantined', 6, 3),
  ]
  await follow(store, { journalId: 'j1', events, through: 6 }, 2, () => false)
  expect(await queueView(store, 'connected')).toEqual({
    connection: 'connected',
    waiting: 2,
    oldestAcceptedAt: (events[1] as { at: string }).at,
    quarantined: 1,
    received: 1,
  })
  await store.clear()
  await expect(queueView(store, 'connected')).rejects.toThrow('holds none')
})
