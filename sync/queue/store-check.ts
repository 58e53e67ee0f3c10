import { type QueueMeta, type QueueState, type QueueStore, StoreInconsistent } from './queue-store.ts'

/**
 * Does the store still hold what it said? A full disk gives back an empty IndexedDB without a word, and meta and items
 * lie in two databases, of which either may be the one that vanished (queue-and-sync.md section 1, facts 1 and 2).
 */
const STATES: readonly QueueState[] = ['queued', 'received', 'quarantined']

/** How far a reader of this store had brought it: the sentinel. */
export type Sentinel = { journalId: string; throughSequence: number }

/**
 * A few reads, whatever the queue's length, so it may run often. Not while a message is being applied. Throws
 * StoreInconsistent when meta is not what was written last, or when items of a state that meta counts are gone.
 */
export async function checkStore(store: QueueStore, sentinel: Sentinel): Promise<void> {
  const meta = await store.readMeta()
  if (meta.journalId !== sentinel.journalId || meta.throughSequence < sentinel.throughSequence) {
    const is = `${meta.journalId || 'no journal'} through ${meta.throughSequence}`
    throw new StoreInconsistent(
      `meta shows ${is}, written was ${sentinel.journalId} through ${sentinel.throughSequence}`,
    )
  }
  await checkItems(store, meta)
}

/** The half that needs no sentinel. A cut between two writes is no fault: the projection counts again by itself. */
export async function checkItems(store: QueueStore, meta: QueueMeta): Promise<void> {
  if (meta.unsure) return
  for (const state of STATES) {
    const counted = meta.counts[state]
    const found = (await store.newest(state, null, 1)).length
    if (counted > 0 === found > 0) continue
    throw new StoreInconsistent(`meta counts ${counted} ${state}, the store holds ${found === 0 ? 'none' : 'some'}`)
  }
}
