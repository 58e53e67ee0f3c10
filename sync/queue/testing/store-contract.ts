import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { QueueItem, QueueMeta, QueueState, QueueStore } from '../queue-store.ts'
import { idOf, item } from './fixtures.ts'

/**
 * What every queue store must do, in one place: the simulation runs on the memory store, terminals on RxDB over Dexie,
 * and what holds for the one must hold for the other. `make` answers an empty store; `runs` bounds the random histories.
 */
export function storeContract(name: string, make: () => Promise<QueueStore>, runs: number): void {
  describe(`the store: ${name}`, () => {
    test('starts empty and keeps meta', async () => {
      const store = await make()
      expect(await store.readMeta()).toEqual({
        journalId: '',
        throughSequence: 0,
        counts: { queued: 0, received: 0, quarantined: 0 },
        unsure: false,
      })
      const meta = { journalId: 'j', throughSequence: 9, counts: { queued: 1, received: 2, quarantined: 3 } }
      await store.writeMeta({ ...meta, throughSequence: 8, unsure: true })
      expect((await store.readMeta()).unsure).toBe(true)
      await store.writeMeta({ ...meta, unsure: false })
      expect(await store.readMeta()).toEqual({ ...meta, unsure: false })
    })

    test('gives items back exactly, in all of its orders', async () => {
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
      expect(await store.get([idOf(12), idOf(404)])).toEqual([all[0]])
      expect(await numbers(store.due(500, 10))).toEqual([5, 12, 3])
      expect(await numbers(store.due(500, 2))).toEqual([5, 12])
      expect(await numbers(store.due(500, 10, { nextAttemptAt: 0, deviceSequence: 5 }))).toEqual([12, 3])
      expect(await numbers(store.due(500, 1, { nextAttemptAt: 0, deviceSequence: 12 }))).toEqual([3])
      expect(await numbers(store.due(500, 9, { nextAttemptAt: 700, deviceSequence: 0 }))).toEqual([])
      expect(await numbers(store.later(500, 10))).toEqual([1, 100])
      expect((await store.oldestQueued())?.deviceSequence).toBe(1)
      expect(await numbers(store.newest(null, null, 3))).toEqual([100, 12, 5])
      expect(await numbers(store.newest(null, 5, 3))).toEqual([4, 3, 2])
      expect(await numbers(store.newest('queued', 5, 9))).toEqual([3, 1])
      expect(await numbers(store.newest('received', null, 9))).toEqual([2])
      expect(await store.recount()).toEqual({ queued: 5, received: 1, quarantined: 1 })
    })

    test('what it gave is a copy', async () => {
      const store = await make()
      const mine = item(1, { extra: { list: [1] } })
      await store.put([mine])
      mine.state = 'received'
      const [first] = await store.get([idOf(1)])
      if (first === undefined) throw new Error('not there')
      first.attempts = 9
      ;(first.extra.list as number[]).push(2)
      expect(await store.due(0, 1)).toEqual([item(1, { extra: { list: [1] } })])
      const meta = await store.readMeta()
      meta.counts.queued = 5
      expect((await store.readMeta()).counts.queued).toBe(0)
    })

    test('reschedules only what is still queued', async () => {
      const store = await make()
      await store.put([item(1), item(2, { state: 'received' })])
      await store.reschedule([1, 2, 3].map((n) => ({ id: idOf(n), attempts: 5, nextAttemptAt: 77 })))
      expect(await store.get([idOf(1)])).toEqual([item(1, { attempts: 5, nextAttemptAt: 77 })])
      expect(await store.get([idOf(2), idOf(3)])).toEqual([item(2, { state: 'received' })])
    })

    test('removes without a trace: what was removed can come again', async () => {
      const store = await make()
      await store.put([item(1), item(2, { state: 'received' }), item(3)])
      await store.remove([idOf(1), idOf(2), idOf(404)])
      expect(await store.get([idOf(1), idOf(2), idOf(3)])).toEqual([item(3)])
      expect(await store.recount()).toEqual({ queued: 1, received: 0, quarantined: 0 })
      expect(await numbers(store.newest(null, null, 9))).toEqual([3])
      await store.remove([])
      await store.put([item(2, { attempts: 4 })])
      expect(await store.get([idOf(2)])).toEqual([item(2, { attempts: 4 })])
    })

    test('what was read is not taken for what is there after a write', async () => {
      const store = await make()
      await store.put([item(1), item(2)])
      await store.get([idOf(1), idOf(2), idOf(3)])
      await store.put([item(1, { attempts: 1 }), item(3)])
      await store.put([item(1, { attempts: 2 }), item(3, { attempts: 2 })])
      await store.reschedule([{ id: idOf(1), attempts: 3, nextAttemptAt: 7 }])
      await store.get([idOf(1), idOf(2)])
      await store.remove([idOf(2)])
      await store.reschedule([{ id: idOf(2), attempts: 9, nextAttemptAt: 9 }])
      expect(await store.get([idOf(2)])).toEqual([])
      await store.remove([idOf(1)])
      await store.put([item(1), item(2)])
      expect(await store.due(9, 9)).toEqual([item(1), item(2), item(3, { attempts: 2 })])
    })

    test('writers at once lose nothing', async () => {
      const store = await make()
      await store.put([item(1), item(2)])
      await Promise.all([
        store.reschedule([{ id: idOf(1), attempts: 1, nextAttemptAt: 5 }]),
        store.put([item(1, { state: 'received', journalSequence: 9 }), item(3)]),
        store.reschedule([{ id: idOf(1), attempts: 2, nextAttemptAt: 6 }]),
        store.remove([idOf(2)]),
        store.reschedule([{ id: idOf(2), attempts: 2, nextAttemptAt: 6 }]),
      ])
      expect((await store.get([idOf(1)]))[0]).toMatchObject({ state: 'received', journalSequence: 9 })
      expect(await store.recount()).toEqual({ queued: 1, received: 1, quarantined: 0 })
    })

    test('clears and fills again', async () => {
      const store = await make()
      await store.put([item(1), item(2)])
      await store.clear()
      expect(await store.due(1e13, 10)).toEqual([])
      await store.put([item(2, { attempts: 3 })])
      expect(await store.due(1e13, 10)).toEqual([item(2, { attempts: 3 })])
    })

    test('counts and reads in pages, however many items one frame stands behind', async () => {
      const store = await make()
      const all = Array.from({ length: 1_301 }, (_, i) =>
        item(i + 1, { journalSequence: i < 1_200 ? 7 : i, ...(i % 3 === 0 ? { state: 'received' as const } : {}) }),
      )
      await store.put(all)
      expect(await store.recount()).toEqual({ queued: 867, received: 434, quarantined: 0 })
      const read: number[] = []
      for (let after: QueueItem | null = null; ; ) {
        const page: QueueItem[] = await store.due(0, 300, after)
        read.push(...page.map((one) => one.deviceSequence))
        const end = page.at(-1)
        if (end === undefined) break
        after = end
      }
      expect(read).toEqual(all.filter((one) => one.state === 'queued').map((one) => one.deviceSequence))
    })

    test('any history gives what a plain list would give', async () => {
      const store = await make()
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (steps) => {
          await store.clear()
          const model = new Map<string, QueueItem>()
          for (const one of steps) await take(store, model, one)
          await expectSame(store, [...model.values()])
        }),
        { numRuns: runs },
      )
    })
  })
}

async function numbers(found: Promise<QueueItem[]>): Promise<number[]> {
  return (await found).map((one) => one.deviceSequence)
}

const number = fc.integer({ min: 1, max: 12 })
const state = fc.constantFrom<QueueState>('queued', 'received', 'quarantined')
const change = fc.record({
  state,
  nextAttemptAt: fc.constantFrom(0, 5, 9),
  journalSequence: fc.integer({ min: 1, max: 6 }),
})
const step = fc.oneof(
  fc.record({ what: fc.constant('put' as const), items: fc.uniqueArray(number, { maxLength: 6 }), change }),
  fc.record({ what: fc.constant('remove' as const), items: fc.uniqueArray(number, { maxLength: 4 }) }),
  fc.record({ what: fc.constant('wait' as const), items: fc.uniqueArray(number, { maxLength: 4 }), at: fc.nat(12) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function take(store: QueueStore, model: Map<string, QueueItem>, one: Step): Promise<void> {
  if (one.what === 'put') {
    const items = one.items.map((n) => item(n, one.change))
    for (const each of items) model.set(each.id, each)
    return store.put(items)
  }
  if (one.what === 'remove') {
    for (const n of one.items) model.delete(idOf(n))
    return store.remove(one.items.map(idOf))
  }
  const changes = one.items.map((n) => ({ id: idOf(n), attempts: 3, nextAttemptAt: one.at }))
  for (const { id, attempts, nextAttemptAt } of changes) {
    const known = model.get(id)
    if (known?.state === 'queued') model.set(id, { ...known, attempts, nextAttemptAt })
  }
  return store.reschedule(changes)
}

/** Asks everything that can be asked, in the naive way and of the store. */
async function expectSame(store: QueueStore, model: readonly QueueItem[]): Promise<void> {
  const queued = model
    .filter((one) => one.state === 'queued')
    .sort((a, b) => a.nextAttemptAt - b.nextAttemptAt || a.deviceSequence - b.deviceSequence)
  const newest = [...model].sort((a, b) => b.deviceSequence - a.deviceSequence)
  const sequences = model.map((one) => one.deviceSequence)
  const place = { nextAttemptAt: 5, deviceSequence: 6 }
  const behind = (one: QueueItem) => (one.nextAttemptAt - 5 || one.deviceSequence - 6) > 0
  const due = queued.filter((one) => one.nextAttemptAt <= 5)
  expect(await store.due(5, 4)).toEqual(due.slice(0, 4))
  expect(await store.due(9, 3, place)).toEqual(
    queued.filter((one) => one.nextAttemptAt <= 9 && behind(one)).slice(0, 3),
  )
  expect(await store.later(5, 4)).toEqual(queued.filter((one) => one.nextAttemptAt > 5).slice(0, 4))
  const bySequence = [...queued].sort((a, b) => a.deviceSequence - b.deviceSequence)
  expect(await store.oldestQueued()).toEqual(bySequence[0] ?? null)
  expect(await store.newest(null, null, 5)).toEqual(newest.slice(0, 5))
  const olderReceived = newest.filter((one) => one.state === 'received' && one.deviceSequence < 8)
  expect(await store.newest('received', 8, 2)).toEqual(olderReceived.slice(0, 2))
  const counts: QueueMeta['counts'] = { queued: 0, received: 0, quarantined: 0 }
  for (const one of model) counts[one.state]++
  expect(await store.recount()).toEqual(counts)
  expect(await numbers(store.get(sequences.map(idOf)))).toHaveLength(model.length)
}
