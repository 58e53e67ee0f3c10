import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { QueueEvent, SendHint } from '../protocol/worker-port.ts'
import { BACKOFF_CAP_MS } from './backoff.ts'
import { createDrain, FEED_LIMIT_MS, FLIGHT_LIMIT_MS } from './drain.ts'
import { HUGE_BYTES, MAX_BATCH, MAX_FLIGHTS } from './drain-decision.ts'
import { createMemoryStore } from './memory-store.ts'
import { applyFeed } from './projection.ts'
import { accepted, idOf, later, manualClock, noLog, seededRandom } from './testing/fixtures.ts'

/** What main and the hub do with one call, or with one of its items. */
const faults = fc.array(
  fc.constantFrom('ok', 'ok', 'failed', 'hub-wide', 'retry-after', 'throw', 'hang', 'lost-feed', 'no-hint'),
  { minLength: 1, maxLength: 40, size: 'max' },
)
const RETRY_AFTER_MS = 120_000
const jumps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 400_000 }),
    byMs: fc.oneof(fc.integer({ min: -7_200_000, max: 7_200_000 }), fc.integer({ min: -9e11, max: 4e12 })),
  }),
  { maxLength: 6 },
)
const sizes = fc.array(fc.constantFrom(2_000, 300_000, HUGE_BYTES, 3 * HUGE_BYTES), {
  minLength: 1,
  maxLength: 60,
  size: 'max',
})

/** A drain, its store, and a main that does what the faults say, one a call and in turn; checks every call. */
async function world(bytes: readonly number[], plan: readonly string[], seed: number) {
  const clock = manualClock()
  const store = createMemoryStore()
  const sizeOf = new Map(bytes.map((size, i) => [idOf(i + 1), size]))
  const inAir = new Set<string>()
  const notBefore = new Map<string, number>()
  const delivered = new Set<string>()
  const state = { calls: 0, flights: 0, mostFlights: 0, healthy: false, jumped: false }
  let sequence = 0
  let row = Promise.resolve()
  const feed = (events: readonly QueueEvent[]) => {
    row = row.then(async () => {
      const first = sequence === 0
      const numbered = events.map((event) => ({ ...event, journalSequence: ++sequence }))
      const message = { kind: 'events' as const, journalId: 'j', throughSequence: sequence, events: numbered }
      await applyFeed(store, message, { since: 0, first }, noLog)
    })
    return row
  }
  await feed(bytes.map((size, i) => accepted(i + 1, i + 1, size)))

  function check(ids: readonly string[]): void {
    expect(ids.length).toBeGreaterThan(0)
    expect(ids.length).toBeLessThanOrEqual(MAX_BATCH)
    if (ids.some((id) => (sizeOf.get(id) ?? 0) >= HUGE_BYTES)) expect(ids.length).toBe(1)
    for (const id of ids) {
      expect(inAir.has(id), `${id} twice in the air`).toBe(false)
      if (!state.jumped) expect(clock.now()).toBeGreaterThanOrEqual(notBefore.get(id) ?? 0)
    }
  }

  async function send(ids: readonly string[]): Promise<SendHint[]> {
    check(ids)
    const fault = state.healthy ? 'ok' : plan[state.calls++ % plan.length]
    for (const id of ids) inAir.add(id)
    state.mostFlights = Math.max(state.mostFlights, ++state.flights)
    // The answer takes a while, and what it says must not depend on what others do meanwhile.
    await new Promise<void>((resolve) => clock.after(50, resolve))
    const release = () => {
      state.flights--
      for (const id of ids) inAir.delete(id)
    }
    if (fault === 'hang') {
      clock.after(FLIGHT_LIMIT_MS - 50, release)
      return new Promise(() => undefined)
    }
    release()
    if (fault === 'throw') throw new Error('main is away')
    if (fault === 'ok' || fault === 'lost-feed') {
      for (const id of ids) delivered.add(id)
      const received = ids.map((id) => later('received', 1, Number(id.slice(-12))))
      if (fault === 'ok') void feed(received)
      return ids.map((submissionId) => ({ submissionId, outcome: 'received' }))
    }
    if (fault === 'no-hint') return []
    const retryAfterMs = fault === 'retry-after' ? RETRY_AFTER_MS : null
    if (retryAfterMs !== null) for (const id of ids) notBefore.set(id, clock.now() + retryAfterMs)
    return ids.map((submissionId) => ({ submissionId, outcome: 'failed', hubWide: fault === 'hub-wide', retryAfterMs }))
  }

  const drain = createDrain({ store, send, clock, random: seededRandom(seed), log: noLog })
  return { clock, store, drain, delivered, state }
}

test('whatever main and the hub do: within the limits, nothing twice in the air, and all delivered once they are well', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, faults, fc.nat(), async (bytes, plan, seed) => {
      const w = await world(bytes, plan, seed)
      w.drain.start()
      await w.clock.advance(20 * 60_000)
      w.state.healthy = true
      // The longest that anything may wait: a hung flight, then the longest wait, then a probe's, then the feed's.
      await w.clock.advance(FLIGHT_LIMIT_MS + 2 * BACKOFF_CAP_MS + FEED_LIMIT_MS + 60_000)
      await w.drain.stop()
      expect(w.delivered.size).toBe(bytes.length)
      expect((await w.store.readMeta()).counts).toMatchObject({ queued: 0, received: bytes.length })
      expect(w.state.mostFlights).toBeLessThanOrEqual(MAX_FLIGHTS)
    }),
    { numRuns: 25 },
  )
})

test('a clock that jumps by anything, at any time, freezes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, faults, jumps, fc.nat(), async (bytes, plan, turns, seed) => {
      const w = await world(bytes, plan, seed)
      w.state.jumped = true
      w.drain.start()
      for (const { afterMs, byMs } of turns) {
        await w.clock.advance(afterMs)
        w.clock.shiftWall(byMs)
      }
      w.state.healthy = true
      await w.clock.advance(FLIGHT_LIMIT_MS + 2 * BACKOFF_CAP_MS + FEED_LIMIT_MS + 60_000)
      await w.drain.stop()
      expect((await w.store.readMeta()).counts).toMatchObject({ queued: 0, received: bytes.length })
    }),
    { numRuns: 25 },
  )
})

test('a hub that is away for a month: single probes, and the drain never gives up', async () => {
  const w = await world([2_000, 2_000, HUGE_BYTES], ['hub-wide'], 5)
  w.drain.start()
  await w.clock.advance(60_000)
  const before = w.state.calls
  await w.clock.advance(24 * 3_600_000)
  const perDay = w.state.calls - before
  // Full jitter over 15 minutes: one probe in 7.5 minutes on average.
  expect(perDay).toBeGreaterThan((24 * 3_600_000) / BACKOFF_CAP_MS)
  expect(perDay).toBeLessThan(400)
  w.state.healthy = true
  await w.clock.advance(BACKOFF_CAP_MS + 10_000)
  expect(w.delivered.size).toBe(3)
})
