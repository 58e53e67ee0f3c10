import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { QueueEvent } from '../protocol/worker-port.ts'
import { createMemoryStore } from './memory-store.ts'
import { applyEvent, applyFeed, subscribeFrom } from './projection.ts'
import type { QueueItem, QueueMeta, QueueStore } from './queue-store.ts'
import { accepted, type FakeJournal, feedOf, idOf, later, noLog } from './testing/fixtures.ts'
import { queueView } from './view.ts'

/** A journal of any accepted, received, quarantined and requeued frames, with gaps for frames that the feed skips. */
const journals = fc
  .array(
    fc.record({ what: fc.constantFrom('new', 'received', 'quarantined', 'requeued'), pick: fc.nat(), gap: fc.nat(2) }),
    {
      maxLength: 40,
    },
  )
  .map((steps): FakeJournal => {
    const events: QueueEvent[] = []
    let sequence = 0
    let count = 0
    for (const { what, pick, gap } of steps) {
      sequence += 1 + gap
      if (what === 'new' || count === 0) events.push(accepted(sequence, ++count))
      else events.push(later(what as 'received', sequence, (pick % count) + 1))
    }
    return { journalId: 'j1', events, through: sequence + 1 }
  })

/** What the journal means, computed without any store. */
function truth(journal: FakeJournal) {
  const items = new Map<string, QueueItem>()
  for (const event of journal.events) {
    const next = applyEvent(items.get(event.submissionId) ?? null, event)
    if (next !== null) items.set(next.id, next)
  }
  const counts = { queued: 0, received: 0, quarantined: 0 }
  for (const { state } of items.values()) counts[state]++
  return { items: [...items.values()].sort((a, b) => a.deviceSequence - b.deviceSequence), counts }
}

async function contents(store: QueueStore, journal: FakeJournal) {
  const ids = journal.events.map((event) => event.submissionId)
  const items = await store.get([...new Set(ids)])
  const { counts } = await store.readMeta()
  return { items: items.sort((a, b) => a.deviceSequence - b.deviceSequence), counts }
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
  }
}

describe('the queue is the journal, whatever happens on the way', () => {
  test('any page size, any duplication', async () => {
    await fc.assert(
      fc.asyncProperty(
        journals,
        fc.integer({ min: 1, max: 7 }),
        fc.func(fc.boolean()),
        async (journal, page, twice) => {
          const store = createMemoryStore()
          await follow(store, journal, page, twice)
          expect(await contents(store, journal)).toEqual(truth(journal))
        },
      ),
    )
  })

  test('any prefix first, then a restart', async () => {
    await fc.assert(
      fc.asyncProperty(journals, fc.nat(), fc.integer({ min: 1, max: 7 }), async (journal, cut, page) => {
        const store = createMemoryStore()
        const events = journal.events.slice(0, cut % (journal.events.length + 1))
        await follow(store, { ...journal, events, through: events.at(-1)?.journalSequence ?? 0 }, page, () => false)
        await follow(store, journal, page, () => true)
        expect(await contents(store, journal)).toEqual(truth(journal))
      }),
    )
  })

  test('a crash at any write, before or after it took hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        journals,
        fc.integer({ min: 1, max: 25 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        async (journal, atWrite, afterWrite, page) => {
          const store = createMemoryStore()
          try {
            await follow(dying(store, atWrite, afterWrite), journal, page, () => false)
          } catch (error) {
            if (!(error instanceof Cut)) throw error
          }
          await follow(store, journal, page, () => false)
          expect(await contents(store, journal)).toEqual(truth(journal))
        },
      ),
    )
  })

  test('another journal, or one that is shorter than the store, starts over', async () => {
    await fc.assert(
      fc.asyncProperty(
        journals,
        journals,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (old, next, sameId, atWrite, afterWrite) => {
          // The same name and not shorter is the same journal going on, which these two are not.
          fc.pre(!sameId || next.through < old.through)
          const store = createMemoryStore()
          await follow(store, { ...old, journalId: sameId ? next.journalId : 'j0' }, 5, () => false)
          try {
            await follow(dying(store, atWrite, afterWrite), next, 5, () => false)
          } catch (error) {
            if (!(error instanceof Cut)) throw error
          }
          await follow(store, next, 5, () => false)
          expect(await contents(store, next)).toEqual(truth(next))
          expect((await store.get([...new Set(old.events.map((event) => event.submissionId))])).length).toBe(
            truth(next).items.filter((one) => old.events.some((event) => event.submissionId === one.id)).length,
          )
        },
      ),
    )
  })

  test('items that vanished under their meta come back', async () => {
    const journal: FakeJournal = { journalId: 'j1', events: [accepted(1, 1), accepted(2, 2)], through: 2 }
    const store = createMemoryStore()
    await follow(store, journal, 5, () => false)
    await store.clear()
    await expect(subscribeFrom(store)).rejects.toThrow('counts 2 waiting')
    const grown = { ...journal, events: [...journal.events, later('received', 3, 1)], through: 3 }
    const applied = await applyFeed(store, feedOf(grown, 2, 5)[0] as never, { since: 2, first: true }, noLog)
    expect(applied).toEqual({ outcome: 'replay', why: 'missing-item' })
    await follow(store, grown, 5, () => false)
    expect(await contents(store, grown)).toEqual(truth(grown))
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
