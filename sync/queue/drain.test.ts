import { describe, expect, test } from 'vitest'
import type { SendHint } from '../protocol/worker-port.ts'
import { BACKOFF_CAP_MS } from './backoff.ts'
import { createDrain, FLIGHT_LIMIT_MS, MAX_UNCONFIRMED } from './drain.ts'
import { createMemoryStore } from './memory-store.ts'
import { applyFeed } from './projection.ts'
import type { QueueStore } from './queue-store.ts'
import { accepted, idOf, item, later, type ManualClock, manualClock, noLog, seededRandom } from './testing/fixtures.ts'

type Answer = (id: string) => SendHint | 'feed-only' | 'throw'

/** Main in a nutshell: answers as told and lets the feed confirm what was received or quarantined. */
async function world(
  numbers: number[],
  answer: Answer,
  change: { store?: QueueStore; clock?: ManualClock; autoFeed?: boolean } = {},
) {
  const clock = change.clock ?? manualClock()
  const inner = createMemoryStore()
  const store = change.store ?? inner
  let sequence = 0
  let row = Promise.resolve()
  /** One message at a time, as a feed is. */
  const feed = (...events: Parameters<typeof applyFeed>[1]['events']) => {
    row = row.then(async () => {
      const first = sequence === 0
      const numbered = events.map((event) => ({ ...event, journalSequence: ++sequence }))
      const message = { kind: 'events' as const, journalId: 'j', throughSequence: sequence, events: numbered }
      await applyFeed(inner, message, { since: 0, first }, noLog)
    })
    return row
  }
  await feed(...numbers.map((number) => accepted(number, number)))
  const sent: string[][] = []
  const delivered = new Set<string>()
  const logged: string[] = []
  const unknown: string[] = []
  const drain = createDrain({
    store,
    clock,
    random: seededRandom(7),
    log: (event) => logged.push(event),
    onUnknown: (ids) => unknown.push(...ids),
    async send(ids) {
      sent.push([...ids])
      const hints: SendHint[] = []
      for (const id of ids) {
        const said = answer(id)
        if (said === 'throw') throw new Error('main is gone')
        const hint = said === 'feed-only' ? null : said
        if (hint !== null) hints.push(hint)
        if (hint === null || hint.outcome === 'received' || hint.outcome === 'quarantined') {
          delivered.add(id)
          if (change.autoFeed !== false) {
            const number = Number(id.slice(-12))
            await feed(later(hint?.outcome === 'quarantined' ? 'quarantined' : 'received', 1, number))
          }
        }
      }
      return hints
    },
  })
  return { clock, store: inner, drain, sent, delivered, logged, unknown, feed }
}

const received = (submissionId: string): SendHint => ({ submissionId, outcome: 'received' })
const failed = (submissionId: string, hubWide = false, retryAfterMs: number | null = null): SendHint => ({
  submissionId,
  outcome: 'failed',
  hubWide,
  retryAfterMs,
})
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

describe('the drain', () => {
  test('one poison item among 20 blocks nobody and is tried again and again, ever more slowly', async () => {
    const w = await world(upTo(20), (id) => (id === idOf(1) ? failed(id) : received(id)))
    w.drain.start()
    await w.clock.advance(1_000)
    expect(w.delivered.size).toBe(19)
    await w.clock.advance(3 * 3_600_000)
    const tries = w.sent.flat().filter((id) => id === idOf(1)).length
    expect(tries).toBeGreaterThan(10)
    expect(tries).toBeLessThan(80)
    expect(w.sent.flat().length).toBe(19 + tries)
    expect((await w.store.readMeta()).counts).toEqual({ queued: 1, received: 19, quarantined: 0 })
  })

  test('one item that makes the whole send throw is parted from the others', async () => {
    const w = await world(upTo(20), (id) => (id === idOf(3) ? 'throw' : received(id)), { autoFeed: true })
    w.drain.start()
    await w.clock.advance(60_000)
    expect(w.delivered.size).toBe(19)
    expect(w.sent.filter((ids) => ids.includes(idOf(3))).at(-1)).toEqual([idOf(3)])
  })

  test('one item that looks like a dead hub does not stop the others', async () => {
    const w = await world(upTo(20), (id) => (id === idOf(1) ? failed(id, true) : received(id)))
    w.drain.start()
    await w.clock.advance(10 * 60_000)
    expect(w.delivered.size).toBe(19)
  })

  test('a dead hub gets single probes; a kick delivers all at once', async () => {
    let alive = false
    const w = await world(upTo(200), (id) => (alive ? received(id) : failed(id, true)))
    w.drain.start()
    await w.clock.advance(100)
    const before = w.sent.length
    await w.clock.advance(8 * 3_600_000)
    const probes = w.sent.slice(before)
    expect(probes.every((ids) => ids.length === 1)).toBe(true)
    expect(probes.length).toBeLessThan(200)
    alive = true
    w.drain.kick()
    await w.clock.advance(5_000)
    expect(w.delivered.size).toBe(200)
  })

  test('Retry-After of one item and of the hub is obeyed', async () => {
    const w = await world([1], (id) => failed(id, false, 600_000))
    w.drain.start()
    await w.clock.advance(599_000)
    expect(w.sent.length).toBe(1)
    await w.clock.advance(10_000)
    expect(w.sent.length).toBe(2)
    const h = await world([1, 2], (id) => failed(id, true, 600_000))
    h.drain.start()
    await h.clock.advance(599_000)
    expect(h.sent.flat().sort()).toEqual([idOf(1), idOf(2)])
  })

  test.each([3_600_000, -3_600_000, -1_700_000_000_000, 2_000_000_000_000])(
    'a clock shifted by %i ms freezes nothing',
    async (shift) => {
      let alive = false
      const w = await world(upTo(3), (id) => (alive ? received(id) : failed(id)))
      w.drain.start()
      await w.clock.advance(30 * 60_000)
      w.clock.shiftWall(shift)
      await w.clock.advance(60_000)
      alive = true
      await w.clock.advance(BACKOFF_CAP_MS + 5_000)
      expect(w.delivered.size).toBe(3)
    },
  )

  test('a moment stored by a wild clock is pulled back at the start', async () => {
    const w = await world([1], received)
    await w.store.reschedule([{ id: idOf(1), attempts: 1, nextAttemptAt: w.clock.now() + 80 * 365 * 86_400_000 }])
    w.drain.start()
    await w.clock.advance(1_000)
    expect(w.delivered.size).toBe(0)
    await w.clock.advance(BACKOFF_CAP_MS)
    expect(w.delivered.size).toBe(1)
    expect(w.logged).toContain('drain-clock-jump')
  })

  test('a store that throws once costs one tick', async () => {
    for (const method of ['due', 'later', 'reschedule'] as const) {
      const inner = createMemoryStore()
      let thrown = false
      const store: QueueStore = {
        ...inner,
        [method]: async (...p: [never, never]) => {
          if (!thrown) {
            thrown = true
            throw new Error('disk')
          }
          return inner[method](...p)
        },
      }
      let tries = 0
      const sent = new Set<string>()
      const clock = manualClock()
      await applyFeed(
        inner,
        { kind: 'events', journalId: 'j', throughSequence: 3, events: upTo(3).map((n) => accepted(n, n)) },
        { since: 0, first: true },
        noLog,
      )
      const drain = createDrain({
        store,
        clock,
        random: seededRandom(1),
        log: noLog,
        send: async (ids) =>
          ids.map((id) => {
            if (tries++ === 0) return failed(id)
            sent.add(id)
            return received(id)
          }),
      })
      drain.start()
      await clock.advance(10_000)
      expect(thrown, method).toBe(true)
      expect(sent.size, method).toBe(3)
    }
  })

  test('what a hint calls received is not sent again while the feed has yet to say so, and then is', async () => {
    const w = await world([1], received, { autoFeed: false })
    w.drain.start()
    await w.clock.advance(50_000)
    expect(w.sent.length).toBe(1)
    await w.clock.advance(20_000)
    expect(w.sent.length).toBe(2)
    await w.feed(later('received', 1, 1))
    await w.clock.advance(600_000)
    expect(w.sent.length).toBe(2)
  })

  test('a flight that never ends frees its lane', async () => {
    const clock = manualClock()
    const store = createMemoryStore()
    await store.put(upTo(10).map((n) => item(n)))
    let calls = 0
    const done = new Set<string>()
    const drain = createDrain({
      store,
      clock,
      random: seededRandom(1),
      log: noLog,
      send: (ids) => {
        if (calls++ === 0) return new Promise(() => undefined)
        for (const id of ids) done.add(id)
        return Promise.resolve(ids.map(received))
      },
    })
    drain.start()
    await clock.advance(FLIGHT_LIMIT_MS + 60_000)
    expect(done.size).toBe(10)
  })

  test('hints that are missing, foreign or unknown harm nobody', async () => {
    const w = await world([1, 2], (id) =>
      id === idOf(1) ? 'feed-only' : { submissionId: id, outcome: 'unknown-submission' },
    )
    w.drain.start()
    await w.clock.advance(1_000)
    expect(w.unknown).toEqual([idOf(2)])
    expect((await w.store.readMeta()).counts.received).toBe(1)
    const foreign = await world([1], () => received(idOf(99)), { autoFeed: false })
    foreign.drain.start()
    await foreign.clock.advance(20_000)
    expect(foreign.sent.length).toBeGreaterThan(1)
    expect(foreign.logged).toContain('drain-hint-missing')
  })

  test('a backlog leaves without a pause between batches', async () => {
    const w = await world(upTo(6_000), received)
    w.drain.start()
    await w.clock.advance(5)
    expect(w.delivered.size).toBe(6_000)
    expect(w.sent.length).toBe(30)
  })

  test('a store that is slower than the hub is all that a backlog waits for', async () => {
    const clock = manualClock()
    const inner = createMemoryStore()
    const all = 8_000
    await inner.put(upTo(all).map((n) => item(n)))
    const pause = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
    const store: QueueStore = {
      ...inner,
      async due(...asked) {
        await pause(3)
        return inner.due(...asked)
      },
    }
    let sent = 0
    const drain = createDrain({
      store,
      clock,
      random: seededRandom(1),
      log: noLog,
      async send(ids) {
        await pause(1)
        sent += ids.length
        return ids.map(received)
      },
    })
    drain.start()
    // Ten pages of 3 ms; a pause of MIN_TICK_MS at each would take 200 ms more.
    await clock.advance(60)
    expect(sent).toBe(all)
  })

  test('while the feed says nothing no more leave than it can catch up with; then they go on', async () => {
    const all = MAX_UNCONFIRMED + 3_000
    const clock = manualClock()
    const store = createMemoryStore()
    await store.put(upTo(all).map((n) => item(n)))
    const sent = new Set<string>()
    const drain = createDrain({
      store,
      clock,
      random: seededRandom(1),
      log: noLog,
      async send(ids) {
        for (const id of ids) sent.add(id)
        return ids.map(received)
      },
    })
    drain.start()
    await clock.advance(20_000)
    expect(sent.size).toBeGreaterThanOrEqual(MAX_UNCONFIRMED)
    expect(sent.size).toBeLessThan(MAX_UNCONFIRMED + 1_000)
    await store.put([...sent].map((id) => item(Number(id.slice(-12)), { state: 'received' })))
    drain.wake()
    await clock.advance(6_000)
    expect(sent.size).toBe(all)
  })

  test('after stop nothing leaves; after start it goes on', async () => {
    const w = await world(upTo(3), (id) => failed(id))
    w.drain.start()
    await w.clock.advance(1_000)
    await w.drain.stop()
    const before = w.sent.length
    await w.clock.advance(3_600_000)
    expect(w.sent.length).toBe(before)
    w.drain.start()
    await w.clock.advance(1_000)
    expect(w.sent.length).toBeGreaterThan(before)
  })
})
