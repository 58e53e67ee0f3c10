import type { QuarantineReason } from '../protocol/frames.ts'

/**
 * What the queue is made of, and the few things that the projection and the drain ask of any store that holds it.
 * All of it can be rebuilt from the journal; only `attempts` and `nextAttemptAt` live here alone, and losing them costs
 * one early try.
 */
export type QueueState = 'queued' | 'received' | 'quarantined'

export type QueueItem = {
  /** The submission's id. */
  id: string
  deviceSequence: number
  state: QueueState
  /** ISO 8601, UTC, milliseconds. */
  acceptedAt: string
  itemId: string
  ticket: string
  /** Size of all that must travel. */
  bytes: number
  /** Failed tries since it was queued or queued again. */
  attempts: number
  /** Epoch milliseconds; 0 = now. */
  nextAttemptAt: number
  reason: QuarantineReason | null
  /** The journal frame that this document shows. */
  journalSequence: number
  /** Room for later fields: the schema never changes (queue-and-sync.md section 1, fact 6). */
  extra: Record<string, unknown>
}

export type QueueCounts = { queued: number; received: number; quarantined: number }

export type QueueMeta = {
  /** The journal that this store shows; '' = none yet, or a reset was begun and must be done again. */
  journalId: string
  /** All frames up to here are in the items and the counts. */
  throughSequence: number
  /** Of the items that are here: those whose payload was purged are no longer among them. */
  counts: QueueCounts
  /** Items were about to change when this was written: counts and sequence hold again only after a recount. */
  unsure: boolean
}

export const EMPTY_META: QueueMeta = {
  journalId: '',
  throughSequence: 0,
  counts: { queued: 0, received: 0, quarantined: 0 },
  unsure: false,
}

export type Reschedule = { id: string; attempts: number; nextAttemptAt: number }

/** A place in the order of `due`: what comes after it is asked for next. */
export type DuePlace = { nextAttemptAt: number; deviceSequence: number }

/** Every method may throw; nobody may take a throw for an answer. Reads give copies. */
export type QueueStore = {
  readMeta(): Promise<QueueMeta>
  writeMeta(meta: QueueMeta): Promise<void>
  /** Items that are there, in no order. */
  get(ids: readonly string[]): Promise<QueueItem[]>
  /** Writes all or none. */
  put(items: readonly QueueItem[]): Promise<void>
  /** Forgets these without a trace, so that a purge leaves nothing that grows; ids that are not there do no harm. */
  remove(ids: readonly string[]): Promise<void>
  /** Sets attempts and nextAttemptAt of those that are still queued, and nothing else. */
  reschedule(changes: readonly Reschedule[]): Promise<void>
  /**
   * Queued, nextAttemptAt ≤ now; the longest due first, then by deviceSequence. With `after` only what stands behind
   * that place, so that a long queue is read in pages and no page costs more than the first.
   */
  due(now: number, limit: number, after?: DuePlace | null): Promise<QueueItem[]>
  /** Queued, nextAttemptAt > after; the next one first. */
  later(after: number, limit: number): Promise<QueueItem[]>
  /** The queued item with the lowest deviceSequence. */
  oldestQueued(): Promise<QueueItem | null>
  /**
   * The newest by deviceSequence, newest first: of one state or of all (null), and only those older than
   * `beforeDeviceSequence` when that is given. The cost does not grow with the queue.
   */
  newest(state: QueueState | null, beforeDeviceSequence: number | null, limit: number): Promise<QueueItem[]>
  /** Counts all items one by one: only after a cut between items and meta. */
  recount(): Promise<QueueCounts>
  /** Forgets all items; meta stays. */
  clear(): Promise<void>
}

/** The store contradicts itself: rebuild it. */
export class StoreInconsistent extends Error {
  override name = 'StoreInconsistent'
}
