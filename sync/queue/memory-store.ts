import {
  EMPTY_META,
  type QueueItem,
  type QueueMeta,
  type QueueState,
  type QueueStore,
  type Reschedule,
} from './queue-store.ts'
import { createSortedList } from './sorted-list.ts'

const tieById = (a: QueueItem, b: QueueItem) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
const bySequence = (a: QueueItem, b: QueueItem) => a.deviceSequence - b.deviceSequence || tieById(a, b)
const byDue = (a: QueueItem, b: QueueItem) => a.nextAttemptAt - b.nextAttemptAt || bySequence(a, b)
const STATES: readonly QueueState[] = ['queued', 'received', 'quarantined']

/**
 * A queue store that forgets: main drains from it while no worker holds the lease. No call but `recount` costs more
 * because the queue is longer.
 */
export function createMemoryStore(): QueueStore {
  let meta: QueueMeta = copyOfMeta(EMPTY_META)
  const items = new Map<string, QueueItem>()
  /** The queued ones in the order of their next try. */
  const waiting = createSortedList(byDue)
  const inState: Record<QueueState, ReturnType<typeof createSortedList<QueueItem>>> = {
    queued: createSortedList(bySequence),
    received: createSortedList(bySequence),
    quarantined: createSortedList(bySequence),
  }

  function keep(item: QueueItem): void {
    drop(item.id)
    items.set(item.id, item)
    inState[item.state].add(item)
    if (item.state === 'queued') waiting.add(item)
  }

  function drop(id: string): void {
    const item = items.get(id)
    if (item === undefined) return
    items.delete(id)
    inState[item.state].delete(item)
    if (item.state === 'queued') waiting.delete(item)
  }

  return {
    async readMeta() {
      return copyOfMeta(meta)
    },
    async writeMeta(next) {
      meta = copyOfMeta(next)
    },
    async get(ids) {
      const found: QueueItem[] = []
      for (const id of new Set(ids)) {
        const item = items.get(id)
        if (item !== undefined) found.push(copyOf(item))
      }
      return found
    },
    async put(changed) {
      for (const item of changed) keep(copyOf(item))
    },
    async remove(ids) {
      for (const id of ids) drop(id)
    },
    async reschedule(changes: readonly Reschedule[]) {
      for (const { id, attempts, nextAttemptAt } of changes) {
        const item = items.get(id)
        if (item?.state === 'queued') keep({ ...item, attempts, nextAttemptAt })
      }
    },
    async due(now, limit, after = null) {
      const place =
        after === null
          ? () => 0
          : (item: QueueItem) =>
              (item.nextAttemptAt - after.nextAttemptAt || item.deviceSequence - after.deviceSequence) <= 0 ? -1 : 1
      return page(waiting.from(place), limit, (item) => item.nextAttemptAt <= now)
    },
    async later(after, limit) {
      return page(
        waiting.from((item) => (item.nextAttemptAt <= after ? -1 : 1)),
        limit,
      )
    },
    async oldestQueued() {
      return page(inState.queued[Symbol.iterator](), 1)[0] ?? null
    },
    async newest(state, before, limit) {
      const place = before === null ? () => 0 : (item: QueueItem) => (item.deviceSequence < before ? -1 : 1)
      const found = (state === null ? STATES : [state]).flatMap((one) => page(inState[one].backFrom(place), limit))
      return found.sort((a, b) => bySequence(b, a)).slice(0, limit)
    },
    async recount() {
      const counts = { queued: 0, received: 0, quarantined: 0 }
      for (const item of items.values()) counts[item.state]++
      return counts
    },
    async clear() {
      items.clear()
      waiting.clear()
      for (const state of STATES) inState[state].clear()
    },
  }
}

/** Copies of the first `limit` items, and none from the first on that is not wanted. */
function page(
  from: Iterable<QueueItem>,
  limit: number,
  wanted: (item: QueueItem) => boolean = () => true,
): QueueItem[] {
  const found: QueueItem[] = []
  for (const item of from) {
    if (found.length >= limit || !wanted(item)) break
    found.push(copyOf(item))
  }
  return found
}

/** `extra` is plain JSON; structuredClone is no part of the portable library. */
function copyOf(item: QueueItem): QueueItem {
  return { ...item, extra: JSON.parse(JSON.stringify(item.extra)) as Record<string, unknown> }
}

function copyOfMeta(meta: QueueMeta): QueueMeta {
  return { ...meta, counts: { ...meta.counts } }
}
