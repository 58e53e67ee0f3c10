import type { QueueItem } from './queue-store.ts'

/** Flights in the air at once: enough to hide a round trip of 200 ms, few enough for a 1 Mbit/s line. */
export const MAX_FLIGHTS = 4
/** The worker's port takes no more ids in one call. */
export const MAX_BATCH = 50
/** From here an item is huge: it flies alone, one at a time, after the small ones. */
export const HUGE_BYTES = 1 << 20
/** Small items in one batch may not add up to more, so that one batch does not hold a lane for minutes. */
export const MAX_BATCH_BYTES = 4 << 20

export type Flight = { ids: readonly string[]; huge: boolean }

export type DecisionInput = {
  /** In the store's order: the longest due first. */
  due: readonly QueueItem[]
  /** On their way, or waiting for the feed to confirm a hint. */
  busy: ReadonlySet<string>
  flights: readonly Flight[]
  allowance: 'all' | 'probe' | 'none'
}

/** What failed before travels in smaller company, in the end alone: one bad item cannot take others down with it. */
export function companyLimit(attempts: number): number {
  if (attempts === 0) return MAX_BATCH
  return attempts === 1 ? 8 : 1
}

/**
 * Which batches to send now. Pure. Items go in deviceSequence order, the small before the huge, spread over the free
 * lanes; a probe is the item whose last try is the longest ago, so that probes go round.
 */
export function decide({ due, busy, flights, allowance }: DecisionInput): Flight[] {
  if (allowance === 'none') return []
  const free = due.filter((item) => !busy.has(item.id))
  let lanes = MAX_FLIGHTS - flights.length
  if (free.length === 0 || lanes <= 0) return []
  if (allowance === 'probe') {
    const probe = free.find((item) => item.bytes < HUGE_BYTES) ?? free[0]
    return probe === undefined ? [] : [{ ids: [probe.id], huge: probe.bytes >= HUGE_BYTES }]
  }
  const inOrder = [...free].sort((a, b) => a.deviceSequence - b.deviceSequence)
  const huge = inOrder.filter((item) => item.bytes >= HUGE_BYTES)
  const small = inOrder.filter((item) => item.bytes < HUGE_BYTES)
  const hugeMayFly = huge.length > 0 && !flights.some((flight) => flight.huge)

  const chosen: Flight[] = []
  for (const batch of batches(small, lanes)) {
    if (lanes === 0) break
    chosen.push({ ids: batch.map((item) => item.id), huge: false })
    lanes--
  }
  const next = huge[0]
  if (hugeMayFly && next !== undefined && lanes > 0) chosen.push({ ids: [next.id], huge: true })
  return chosen
}

/** Cuts items into batches of like company, an even share for each lane. */
function batches(items: readonly QueueItem[], lanes: number): QueueItem[][] {
  const share = Math.min(MAX_BATCH, Math.max(1, Math.ceil(items.length / lanes)))
  const open = new Map<number, { batch: QueueItem[]; bytes: number }>()
  const all: QueueItem[][] = []
  for (const item of items) {
    const company = companyLimit(item.attempts)
    const limit = Math.min(share, company)
    const current = open.get(company)
    if (current === undefined || current.batch.length >= limit || current.bytes + item.bytes > MAX_BATCH_BYTES) {
      const batch = [item]
      all.push(batch)
      open.set(company, { batch, bytes: item.bytes })
    } else {
      current.batch.push(item)
      current.bytes += item.bytes
    }
  }
  return all
}
