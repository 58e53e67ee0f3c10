import type { Connection, QueueView } from '../protocol/queue-view.ts'
import { type QueueStore, StoreInconsistent } from './queue-store.ts'

/**
 * The small view that staff and citizens see: the counts of meta and one look at the oldest that waits. Throws
 * StoreInconsistent when the items that meta counts are gone.
 */
export async function queueView(store: QueueStore, connection: Connection): Promise<QueueView> {
  const { counts, unsure } = await store.readMeta()
  const oldest = await store.oldestQueued()
  if (oldest === null && counts.queued > 0 && !unsure) {
    throw new StoreInconsistent(`meta counts ${counts.queued} waiting, the store holds none`)
  }
  return {
    connection,
    waiting: counts.queued,
    oldestAcceptedAt: counts.queued === 0 ? null : (oldest?.acceptedAt ?? null),
    quarantined: counts.quarantined,
    received: counts.received,
  }
}
