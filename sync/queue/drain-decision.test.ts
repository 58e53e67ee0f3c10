import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_BATCH_BYTES as HUB_BATCH_BYTES, MAX_BATCH_ITEMS as HUB_BATCH_ITEMS } from '../protocol/hub-api.ts'
import { MAX_SEND } from '../protocol/worker-port.ts'
import {
  companyLimit,
  decide,
  type Flight,
  HUGE_BYTES,
  MAX_BATCH,
  MAX_BATCH_BYTES,
  MAX_FLIGHTS,
} from './drain-decision.ts'
import type { QueueItem } from './queue-store.ts'
import { idOf, item } from './testing/fixtures.ts'

const drawnItem = fc.record({
  bytes: fc.constantFrom(2_000, 20_000, 400_000, HUGE_BYTES - 1, HUGE_BYTES, 8 * HUGE_BYTES),
  attempts: fc.nat(4),
  busy: fc.boolean(),
})
/** Any due items in any order, and any flights that are already in the air. */
const situations = fc
  .tuple(
    fc.array(drawnItem, { maxLength: 700, size: 'max' }),
    fc.array(fc.nat(4), { maxLength: MAX_FLIGHTS, size: 'max' }),
    fc.boolean(),
    fc.nat(),
  )
  .map(([drawn, companies, hugeFlies, turn]) => {
    const all = drawn.map(({ bytes, attempts }, i) => item(((i * 7 + turn) % 10_007) + 1, { bytes, attempts }))
    const due = [...new Map(all.map((one) => [one.id, one])).values()]
    const busy = new Set(due.filter((_, i) => drawn[i]?.busy).map(({ id }) => id))
    const flights = companies.map((attempts, i): Flight => {
      const huge = hugeFlies && i === 0
      return { ids: [], huge, company: huge ? 1 : companyLimit(attempts) }
    })
    return { due, busy, flights }
  })

const byIds = (due: readonly QueueItem[], flight: Flight) =>
  flight.ids.map((id) => due.find((one) => one.id === id) as QueueItem)

describe('what to send now', () => {
  test('never more than the port and the hub take, never anything twice', () => {
    fc.assert(
      fc.property(situations, ({ due, busy, flights }) => {
        const chosen = decide({ due, busy, flights, allowance: 'all' })
        const ids = chosen.flatMap((flight) => flight.ids)
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.some((id) => busy.has(id))).toBe(false)
        expect(chosen.length + flights.length).toBeLessThanOrEqual(MAX_FLIGHTS)
        for (const flight of chosen) {
          const items = byIds(due, flight)
          expect(items.length).toBeGreaterThan(0)
          expect(items.length).toBeLessThanOrEqual(Math.min(MAX_BATCH, flight.company))
          for (const one of items) expect(items.length).toBeLessThanOrEqual(companyLimit(one.attempts))
          expect(flight.huge).toBe(items.some((one) => one.bytes >= HUGE_BYTES))
          if (flight.huge) expect(items.length).toBe(1)
          else expect(items.reduce((sum, one) => sum + one.bytes, 0)).toBeLessThanOrEqual(MAX_BATCH_BYTES)
        }
      }),
    )
    expect(MAX_BATCH).toBeLessThanOrEqual(Math.min(MAX_SEND, HUB_BATCH_ITEMS))
    expect(MAX_BATCH_BYTES).toBeLessThanOrEqual(HUB_BATCH_BYTES)
  })

  test('each company in deviceSequence order, none passed over', () => {
    fc.assert(
      fc.property(situations, ({ due, busy, flights }) => {
        const chosen = decide({ due, busy, flights, allowance: 'all' })
        for (const company of new Set(chosen.filter((flight) => !flight.huge).map((flight) => flight.company))) {
          const mine = chosen.filter((flight) => !flight.huge && flight.company === company)
          const sent = mine.flatMap((flight) => byIds(due, flight)).map((one) => one.deviceSequence)
          const waiting = due
            .filter((one) => one.bytes < HUGE_BYTES && companyLimit(one.attempts) === company && !busy.has(one.id))
            .map((one) => one.deviceSequence)
            .sort((a, b) => a - b)
          expect(sent).toEqual(waiting.slice(0, sent.length))
        }
      }),
    )
  })

  test('a huge one never takes a lane that a small one wants, and at most one flies', () => {
    fc.assert(
      fc.property(situations, ({ due, busy, flights }) => {
        const chosen = decide({ due, busy, flights, allowance: 'all' })
        const lanes = MAX_FLIGHTS - flights.length
        const free = due.filter((one) => !busy.has(one.id))
        const small = free.filter((one) => one.bytes < HUGE_BYTES)
        const sent = new Set(chosen.flatMap((flight) => flight.ids))
        if (small.length > 0 && lanes > 0) expect(chosen[0]?.huge).toBe(false)
        if (chosen.some((flight) => flight.huge)) expect(small.every((one) => sent.has(one.id))).toBe(true)
        const hugeFlights = [...chosen, ...flights].filter((flight) => flight.huge)
        expect(hugeFlights.length).toBeLessThanOrEqual(1)
        const hugeWaits = free.length > small.length && !flights.some((flight) => flight.huge)
        if (hugeWaits && lanes > 0 && hugeFlights.length === 0) expect(chosen.length).toBe(lanes)
      }),
    )
  })

  test('a probe is one item, and nothing leaves when nothing may', () => {
    fc.assert(
      fc.property(situations, ({ due, busy, flights }) => {
        expect(decide({ due, busy, flights, allowance: 'none' })).toEqual([])
        const chosen = decide({ due, busy, flights, allowance: 'probe' })
        const free = due.filter((one) => !busy.has(one.id))
        const expected = free.length > 0 && flights.length < MAX_FLIGHTS ? 1 : 0
        expect(chosen.flatMap((flight) => flight.ids).length).toBe(expected)
        const first = free.find((one) => one.bytes < HUGE_BYTES) ?? free[0]
        if (expected === 1) expect(chosen[0]?.ids).toEqual([first?.id])
      }),
    )
  })

  test('every due item leaves in the end, whichever flights land first', () => {
    fc.assert(
      fc.property(situations, fc.array(fc.nat(), { minLength: 1, maxLength: 50 }), ({ due }, landings) => {
        let waiting = [...due]
        let flights: Flight[] = []
        let steps = 0
        while (waiting.length > 0) {
          if (steps++ > 2 * due.length + 10) expect.fail(`${waiting.length} never leave`)
          const busy = new Set(flights.flatMap((flight) => flight.ids))
          flights.push(...decide({ due: waiting, busy, flights, allowance: 'all' }))
          const landed = flights[(landings[steps % landings.length] ?? 0) % flights.length]
          flights = flights.filter((flight) => flight !== landed)
          waiting = waiting.filter((one) => !landed?.ids.includes(one.id))
        }
      }),
      { numRuns: 30 },
    )
  })

  test('a crowd of failures and a backlog share the lanes', () => {
    const failed = Array.from({ length: 100 }, (_, i) => item(i + 1, { attempts: 3 }))
    const fresh = Array.from({ length: 600 }, (_, i) => item(i + 200))
    const chosen = decide({ due: [...failed, ...fresh], busy: new Set(), flights: [], allowance: 'all' })
    const shared = [1, 1, 1, MAX_BATCH, MAX_BATCH, MAX_BATCH]
    expect(chosen.map((flight) => flight.company).sort()).toEqual(shared)
    const inAir = chosen.slice(0, MAX_FLIGHTS - 1)
    const companies = inAir.map((flight) => flight.company)
    const busy = new Set(inAir.flatMap((flight) => flight.ids))
    const [next] = decide({ due: [...failed, ...fresh], busy, flights: inAir, allowance: 'all' })
    expect([...companies, next?.company].sort()).toEqual(shared)
  })

  test('a handful stays together, a backlog fills all lanes', () => {
    const due = [item(9), item(1), item(2, { bytes: 5 * HUGE_BYTES }), item(3), item(4)]
    const chosen = decide({ due, busy: new Set(), flights: [], allowance: 'all' })
    expect(chosen.map((flight) => flight.ids)).toEqual([[1, 3, 4, 9].map(idOf), [idOf(2)]])
    const backlog = Array.from({ length: 2_000 }, (_, i) => item(i + 1))
    const full = decide({ due: backlog, busy: new Set(), flights: [], allowance: 'all' })
    expect(full.map((flight) => flight.ids.length)).toEqual(Array.from({ length: MAX_FLIGHTS }, () => MAX_BATCH))
    // Half a backlog is four calls, not six small ones: a call costs the hub more than an item.
    const some = decide({ due: backlog.slice(0, 400), busy: new Set(), flights: [], allowance: 'all' })
    expect(some.map((flight) => flight.ids.length)).toEqual([100, 100, 100, 100])
  })
})
