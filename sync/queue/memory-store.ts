import { EMPTY_META, type QueueItem, type QueueMeta, type QueueStore } from './queue-store.ts'

const byDue = (a: QueueItem, b: QueueItem) => a.nextAttemptAt - b.nextAttemptAt || a.deviceSequence - b.deviceSequence

/** A queue store that forgets: main drains from it while no worker holds the lease. */
export function createMemoryStore(): QueueStore {
  let meta: QueueMeta = structuredCopy(EMPTY_META)
  const items = new Map<string, QueueItem>()
  /** Only these are searched and sorted; the received ones grow for ever. */
  const queued = new Map<string, QueueItem>()

  const keep = (item: QueueItem) => {
    items.set(item.id, item)
    if (item.state === 'queued') queued.set(item.id, item)
    else queued.delete(item.id)
  }
  const queuedWhere = (matches: (item: QueueItem) => boolean, limit: number) =>
    [...queued.values()].filter(matches).sort(byDue).slice(0, limit).map(structuredCopy)

  return {
    async readMeta() {
      return structuredCopy(meta)
    },
    async writeMeta(next) {
      meta = structuredCopy(next)
    },
    async get(ids) {
      const found: QueueItem[] = []
      for (const id of new Set(ids)) {
        const item = items.get(id)
        if (item !== undefined) found.push(structuredCopy(item))
      }
      return found
    },
    async put(changed) {
      for (const item of changed) keep(structuredCopy(item))
    },
    async reschedule(changes) {
      for (const { id, attempts, nextAttemptAt } of changes) {
        const item = queued.get(id)
        if (item !== undefined) keep({ ...item, attempts, nextAttemptAt })
      }
    },
    async due(now, limit) {
      return queuedWhere((item) => item.nextAttemptAt <= now, limit)
    },
    async later(after, limit) {
      return queuedWhere((item) => item.nextAttemptAt > after, limit)
    },
    async oldestQueued() {
      let oldest: QueueItem | null = null
      for (const item of queued.values()) {
        if (oldest === null || item.deviceSequence < oldest.deviceSequence) oldest = item
      }
      return oldest === null ? null : structuredCopy(oldest)
    },
    async isAhead(journalSequence) {
      for (const item of items.values()) if (item.journalSequence > journalSequence) return true
      return false
    },
    async recount() {
      const counts = { queued: 0, received: 0, quarantined: 0 }
      for (const item of items.values()) counts[item.state]++
      return counts
    },
    async clear() {
      items.clear()
      queued.clear()
    },
  }
}

/** Items and meta are plain JSON; structuredClone is no part of the portable library. */
function structuredCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
