import type { FeedMessage, QueueEvent } from '../protocol/worker-port.ts'
import type { Log } from './clock.ts'
import { EMPTY_META, type QueueCounts, type QueueItem, type QueueStore, StoreInconsistent } from './queue-store.ts'

/**
 * The queue as a projection of the journal. Messages may come twice, again after a restart, or from another journal;
 * the queue is the same. Items are written before meta, and every item names the last frame that it shows, so a cut
 * between the two writes is found (`isAhead`) and healed by counting again.
 */
export type EventsMessage = Extract<FeedMessage, { kind: 'events' }>

export type Subscription = {
  /** What the feed was asked for. */
  since: number
  /** Is this the first message of the subscription? Only that one tells how far the journal reaches. */
  first: boolean
}

export type Applied =
  | { outcome: 'applied'; throughSequence: number; changed: boolean }
  /** The store was emptied: subscribe again from 0. */
  | { outcome: 'replay'; why: 'other-journal' | 'store-ahead' | 'missing-item' }

/** A state machine for one item; null = an event for an item that nobody accepted. */
export function applyEvent(item: QueueItem | null, event: QueueEvent): QueueItem | null {
  if (event.type === 'accepted') {
    return (
      item ?? {
        id: event.submissionId,
        deviceSequence: event.deviceSequence,
        state: 'queued',
        acceptedAt: event.at,
        itemId: event.itemId,
        ticket: event.ticket,
        bytes: event.bytes,
        attempts: 0,
        nextAttemptAt: 0,
        reason: null,
        journalSequence: event.journalSequence,
        extra: {},
      }
    )
  }
  if (item === null || event.journalSequence <= item.journalSequence) return item
  const at = { journalSequence: event.journalSequence }
  if (event.type === 'received') return { ...item, ...at, state: 'received', reason: null }
  if (event.type === 'requeued') return { ...item, ...at, state: 'queued', reason: null, attempts: 0, nextAttemptAt: 0 }
  // A signed receipt outweighs a late refusal of a second flight.
  if (item.state === 'received') return { ...item, ...at }
  return { ...item, ...at, state: 'quarantined', reason: event.reason }
}

/**
 * Brings the store up to a message of the feed.
 *
 * Main must open every subscription with one events message, even an empty one: its `throughSequence` is at least
 * `since` unless the journal is shorter than the store, which makes the store start over. One call at a time.
 */
export async function applyFeed(
  store: QueueStore,
  message: EventsMessage,
  subscription: Subscription,
  log: Log,
): Promise<Applied> {
  let meta = await store.readMeta()
  const otherJournal = meta.journalId !== message.journalId
  const storeAhead = subscription.first && message.throughSequence < meta.throughSequence
  if (otherJournal || storeAhead) {
    await reset(store)
    if (meta.journalId !== '') log('queue-reset', { why: otherJournal ? 'other-journal' : 'store-ahead' })
    if (subscription.since !== 0 || !subscription.first) {
      return { outcome: 'replay', why: otherJournal ? 'other-journal' : 'store-ahead' }
    }
    meta = { ...EMPTY_META, journalId: message.journalId }
    await store.writeMeta(meta)
  }
  if (message.throughSequence <= meta.throughSequence) {
    return { outcome: 'applied', throughSequence: meta.throughSequence, changed: otherJournal || storeAhead }
  }

  let counts = meta.counts
  if (await store.isAhead(meta.throughSequence)) {
    counts = await store.recount()
    log('queue-recounted', { ...counts })
  }
  const events = message.events
    .filter((event) => event.journalSequence > meta.throughSequence)
    .sort((a, b) => a.journalSequence - b.journalSequence)
  const before = await itemsById(store, events)
  const after = new Map(before)
  for (const event of events) {
    const next = applyEvent(after.get(event.submissionId) ?? null, event)
    if (next !== null) after.set(event.submissionId, next)
    else if (subscription.since === 0) log('queue-event-without-item', { type: event.type })
    else {
      await reset(store)
      log('queue-reset', { why: 'missing-item' })
      return { outcome: 'replay', why: 'missing-item' }
    }
  }
  const changed = [...after.values()].filter((item) => item !== before.get(item.id))
  if (changed.length > 0) await store.put(changed)
  counts = countChanges(counts, before, changed)
  await store.writeMeta({ journalId: message.journalId, throughSequence: message.throughSequence, counts })
  return { outcome: 'applied', throughSequence: message.throughSequence, changed: changed.length > 0 }
}

/** Meta first: a cut in here leaves a store without a journal's name, which is reset again. */
export async function reset(store: QueueStore): Promise<void> {
  await store.writeMeta(EMPTY_META)
  await store.clear()
}

/** Where to subscribe from. An emptied or half emptied store is found here and starts from 0. */
export async function subscribeFrom(store: QueueStore): Promise<number> {
  const meta = await store.readMeta()
  if (meta.journalId === '') return 0
  if (meta.counts.queued > 0 && (await store.oldestQueued()) === null && !(await store.isAhead(meta.throughSequence))) {
    throw new StoreInconsistent(`meta counts ${meta.counts.queued} waiting, the store holds none`)
  }
  return meta.throughSequence
}

async function itemsById(store: QueueStore, events: readonly QueueEvent[]): Promise<Map<string, QueueItem>> {
  if (events.length === 0) return new Map()
  const items = await store.get([...new Set(events.map((event) => event.submissionId))])
  return new Map(items.map((item) => [item.id, item]))
}

function countChanges(
  counts: QueueCounts,
  before: ReadonlyMap<string, QueueItem>,
  changed: readonly QueueItem[],
): QueueCounts {
  const next = { ...counts }
  for (const item of changed) {
    const old = before.get(item.id)
    if (old !== undefined) next[old.state]--
    next[item.state]++
  }
  return next
}
