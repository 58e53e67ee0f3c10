import { expect, test } from 'vitest'
import { createBusy } from './busy.ts'
import { HUGE_BYTES } from './drain-decision.ts'
import { createDueScan, SCAN_AGE_MS, SCAN_PAGE } from './due-scan.ts'
import { createMemoryStore } from './memory-store.ts'
import type { DuePlace, QueueItem } from './queue-store.ts'
import { idOf, item } from './testing/fixtures.ts'

/** A store of so many due items that notes what was read of it. */
async function bench(items: readonly QueueItem[]) {
  const store = createMemoryStore()
  await store.put(items)
  const busy = createBusy()
  const logged: string[] = []
  const read: number[] = []
  const seen: { before: () => Promise<void> } = { before: async () => undefined }
  const scan = createDueScan(
    {
      async due(now: number, limit: number, after?: DuePlace | null) {
        const page = await store.due(now, limit, after)
        await seen.before()
        read.push(page.length)
        return page
      },
    },
    busy,
    (event) => logged.push(event),
  )
  return { store, busy, scan, read, logged, seen }
}
const many = (n: number, change: Partial<QueueItem> = {}) => Array.from({ length: n }, (_, i) => item(i + 1, change))
const numbers = (items: readonly QueueItem[]) => items.map((one) => one.deviceSequence)

test('a long queue is read once, page behind page, whatever is in the air', async () => {
  const { scan, busy, read } = await bench(many(10 * SCAN_PAGE))
  const sent: number[] = []
  for (let i = 0; i < (10 * SCAN_PAGE) / 200; i++) {
    const batch = (await scan.look(0, i, 200)).slice(0, 200)
    scan.took(batch.map((one) => one.id))
    for (const one of batch) busy.awaitFeed(one, 60_000)
    sent.push(...numbers(batch))
    scan.readAhead(0)
    await scan.idle()
  }
  expect(sent).toEqual(Array.from({ length: 10 * SCAN_PAGE }, (_, i) => i + 1))
  expect(read.reduce((sum, one) => sum + one, 0)).toBe(10 * SCAN_PAGE)
})

test('what the feed confirmed is let go by the next read from the front, what it has yet to confirm is not', async () => {
  const { scan, busy, store } = await bench(many(5))
  const batch = await scan.look(0, 0, 5)
  scan.took(batch.map((one) => one.id))
  for (const one of batch) busy.awaitFeed(one, 60_000)
  await store.put([1, 2, 3].map((n) => item(n, { state: 'received' })))
  expect(await scan.look(0, 1, 1)).toEqual([])
  expect(busy.unconfirmed).toBe(2)
  expect([busy.has(idOf(1)), busy.has(idOf(4))]).toEqual([false, true])
})

test('an item that was given a later moment while a page was being read is not offered as the page shows it', async () => {
  const { scan, busy, store, seen } = await bench(many(3))
  busy.fly(idOf(2), 60_000)
  seen.before = async () => {
    await store.reschedule([{ id: idOf(2), attempts: 1, nextAttemptAt: 9_000 }])
    scan.took([idOf(2)])
    busy.free(idOf(2))
  }
  expect(numbers(await scan.look(0, 0, 3))).toEqual([1, 3])
})

test('a crowd of huge ones at the front neither fills the memory nor hides the small ones behind', async () => {
  const huge = many(3 * SCAN_PAGE, { bytes: HUGE_BYTES })
  const small = Array.from({ length: 10 }, (_, i) => item(10_000 + i))
  const { scan } = await bench([...huge, ...small])
  const found = await scan.look(0, 0, 10)
  expect(found.filter((one) => one.bytes < HUGE_BYTES).length).toBe(10)
  expect(found.length).toBeLessThan(20)
})

test('what is in hand grows old: a requeued item at the front is seen in the middle of a backlog', async () => {
  const { scan, store } = await bench(Array.from({ length: 3 * SCAN_PAGE }, (_, i) => item(i + 2)))
  await scan.look(0, 0, 10)
  await store.put([item(1)])
  expect(numbers(await scan.look(0, SCAN_AGE_MS - 1, 10))).not.toContain(1)
  expect(numbers(await scan.look(0, SCAN_AGE_MS, 10))[0]).toBe(1)
})

test('a read ahead that fails is told, and the next look reads the same page', async () => {
  const { scan, seen, logged } = await bench(many(2 * SCAN_PAGE))
  const first = await scan.look(0, 0, 10)
  scan.took(first.map((one) => one.id))
  seen.before = () => Promise.reject(new Error('disk'))
  scan.readAhead(0)
  await scan.idle()
  expect(logged).toEqual(['drain-read-ahead-failed'])
  await expect(scan.look(0, 1, 10)).rejects.toThrow('disk')
  seen.before = async () => undefined
  expect(numbers(await scan.look(0, 1, 10))[0]).toBe(SCAN_PAGE + 1)
})
