import type { QueueItem } from './queue-store.ts'

/**
 * Flights in the air at once. Main has four on the line, which hides a round trip of 200 ms and is few enough for 1 Mbit/s;
 * it reads the others meanwhile, so that the line never waits for the drain's next look.
 */
export const MAX_FLIGHTS = 6
/** What there is to send is spread over so many, however many lanes are free. */
const SPREAD = 4
/** What the worker's port and the hub take in one call (worker-port.ts, hub-api.ts; a test compares them). */
export const MAX_BATCH = 200
/** A handful is not spread over the lanes: one request and one receipt cost the hub less than four. */
export const MIN_SHARE = 20
/** From here an item is huge: it flies alone, one at a time, after the small ones. Its attachments count. */
export const HUGE_BYTES = 1 << 20
/** Small items in one batch may not add up to more: the hub takes no more (hub-api.ts), and a slow line is not held up. */
export const MAX_BATCH_BYTES = 4 << 20

export type Flight = {
  ids: readonly string[]
  huge: boolean
  /** How many the most that fly together may be; what failed alike travels together. */
  company: number
}

export type DecisionInput = {
  /** In the store's order: the longest due first. */
  due: readonly QueueItem[]
  /** On their way, or waiting for the feed to confirm a hint. */
  busy: { has(id: string): boolean }
  flights: readonly Flight[]
  allowance: 'all' | 'probe' | 'none'
}

/**
 * What failed before travels in smaller company, in the end alone: one bad item cannot take others down with it, and is
 * parted from 199 good ones with twenty calls.
 */
export function companyLimit(attempts: number): number {
  if (attempts === 0) return MAX_BATCH
  if (attempts === 1) return 50
  return attempts === 2 ? 10 : 1
}

/**
 * Which batches to send now. Pure. Each company keeps to deviceSequence order; the free lanes go in turn to the company
 * with the fewest flights, so that neither a backlog nor a crowd of failures keeps the other waiting. Huge ones only
 * get a lane that no small one wants. A probe is the item whose last try is the longest ago, so that probes go round.
 */
export function decide({ due, busy, flights, allowance }: DecisionInput): Flight[] {
  if (allowance === 'none') return []
  const free = due.filter((item) => !busy.has(item.id))
  const lanes = MAX_FLIGHTS - flights.length
  if (free.length === 0 || lanes <= 0) return []
  if (allowance === 'probe') {
    const probe = free.find((item) => item.bytes < HUGE_BYTES) ?? free[0]
    return probe === undefined ? [] : [flightOf([probe], 1)]
  }
  const inOrder = free.sort((a, b) => a.deviceSequence - b.deviceSequence)
  const chosen = inTurn(batches(inOrder, lanes), flights, lanes)
  const huge = inOrder.find((item) => item.bytes >= HUGE_BYTES)
  if (huge !== undefined && chosen.length < lanes && !flights.some((flight) => flight.huge)) {
    chosen.push(flightOf([huge], 1))
  }
  return chosen
}

function flightOf(items: readonly QueueItem[], company: number): Flight {
  return { ids: items.map((item) => item.id), huge: items.some((item) => item.bytes >= HUGE_BYTES), company }
}

/** Lanes one by one: to the company with the fewest flights in the air, the larger company first. */
function inTurn(pending: ReadonlyMap<number, Flight[]>, flights: readonly Flight[], lanes: number): Flight[] {
  const chosen: Flight[] = []
  const companies = [...pending.keys()].sort((a, b) => b - a)
  while (chosen.length < lanes) {
    let next: { company: number; flying: number } | null = null
    for (const company of companies) {
      const taken = chosen.filter((flight) => flight.company === company).length
      if (taken === pending.get(company)?.length) continue
      const flying = taken + flights.filter((flight) => flight.company === company && !flight.huge).length
      if (next === null || flying < next.flying) next = { company, flying }
    }
    if (next === null) break
    const { company } = next
    const flight = pending.get(company)?.[chosen.filter((one) => one.company === company).length]
    if (flight === undefined) break
    chosen.push(flight)
  }
  return chosen
}

/** Cuts the small ones into batches of like company, an even share for each lane. */
function batches(inOrder: readonly QueueItem[], lanes: number): Map<number, Flight[]> {
  const byCompany = new Map<number, QueueItem[]>()
  for (const item of inOrder) {
    if (item.bytes >= HUGE_BYTES) continue
    const company = companyLimit(item.attempts)
    const fellows = byCompany.get(company)
    if (fellows === undefined) byCompany.set(company, [item])
    else fellows.push(item)
  }
  const all = new Map<number, Flight[]>()
  for (const [company, items] of byCompany) {
    const limit = Math.min(company, Math.max(MIN_SHARE, Math.ceil(items.length / Math.min(SPREAD, lanes))))
    all.set(company, cut(items, limit, company))
  }
  return all
}

function cut(items: readonly QueueItem[], limit: number, company: number): Flight[] {
  const cuts: Flight[] = []
  let batch: QueueItem[] = []
  let bytes = 0
  for (const item of items) {
    if (batch.length === limit || (batch.length > 0 && bytes + item.bytes > MAX_BATCH_BYTES)) {
      cuts.push(flightOf(batch, company))
      batch = []
      bytes = 0
    }
    batch.push(item)
    bytes += item.bytes
  }
  if (batch.length > 0) cuts.push(flightOf(batch, company))
  return cuts
}
