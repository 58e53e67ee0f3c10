import type { FeedMessage, QueueEvent } from '../protocol/worker-port.ts'
import type { Log } from './clock.ts'
import { EMPTY_META, type QueueCounts, type QueueItem, type QueueStore } from './queue-store.ts'
import { checkItems } from './store-check.ts'

/**
 * The queue as a projection of the journal. Messages may come twice, again after a restart, or from another journal;
 * the queue is the same. One frame may give many events of the same sequence; they need not come in one message, as
 * long as no message claims a sequence whose events are still to come. Items and meta cannot be written at once, so meta
 * says before a change of the items that its counts are unsure; a cut in between is found by that and healed by counting.
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

/**
 * A state machine for one item. `before` is null when it is not there (never accepted as far as this store knows, or
 * purged); so is the answer when there is nothing to show: after a purge, or for an event of an item that is not there.
 */
export function applyEvent(before: QueueItem | null, event: QueueEvent): QueueItem | null {
  if (event.type === 'purged') return null
  if (event.type === 'accepted') {
    return (
      before ?? {
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
  if (before === null || event.journalSequence <= before.journalSequence) return before
  const at = { journalSequence: event.journalSequence }
  if (event.type === 'received') return { ...before, ...at, state: 'received', reason: null }
  if (event.type === 'requeued') {
    return { ...before, ...at, state: 'queued', reason: null, attempts: 0, nextAttemptAt: 0 }
  }
  // A signed receipt outweighs a late refusal of a second flight.
  if (before.state === 'received') return { ...before, ...at }
  return { ...before, ...at, state: 'quarantined', reason: event.reason }
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
  const events = message.events
    .filter((event) => event.journalSequence > meta.throughSequence)
    .sort((a, b) => a.journalSequence - b.journalSequence)
  if (message.throughSequence <= meta.throughSequence && events.length === 0) {
    return { outcome: 'applied', throughSequence: meta.throughSequence, changed: otherJournal || storeAhead }
  }

  let counts = meta.counts
  if (meta.unsure) {
    counts = await store.recount()
    log('queue-recounted', { ...counts })
  }
  const before = await itemsById(store, events)
  const { after, strange } = project(before, events)
  for (const event of strange) {
    if (subscription.since === 0) log('queue-event-without-item', { type: event.type })
    else {
      await reset(store)
      log('queue-reset', { why: 'missing-item' })
      return { outcome: 'replay', why: 'missing-item' }
    }
  }
  const changed = [...after.values()].filter((item) => item !== before.get(item.id))
  const removed = [...before.values()].filter((item) => !after.has(item.id))
  counts = countChanges(counts, before, changed, removed)
  if (changed.length + removed.length > 0) await store.writeMeta({ ...meta, unsure: true })
  if (changed.length > 0) await store.put(changed)
  if (removed.length > 0) await store.remove(removed.map((item) => item.id))
  const { journalId } = message
  const throughSequence = Math.max(message.throughSequence, meta.throughSequence)
  await store.writeMeta({ journalId, throughSequence, counts, unsure: false })
  return { outcome: 'applied', throughSequence, changed: changed.length + removed.length > 0 }
}

/**
 * All events over the items that are there. `strange` are events for items that should be there and are not; one that
 * the same message purges anyway is not missed.
 */
function project(before: ReadonlyMap<string, QueueItem>, events: readonly QueueEvent[]) {
  const after = new Map(before)
  const missed = new Map<string, QueueEvent>()
  for (const event of events) {
    const id = event.submissionId
    const next = applyEvent(after.get(id) ?? null, event)
    if (next !== null) after.set(id, next)
    else if (event.type === 'purged') {
      after.delete(id)
      missed.delete(id)
    } else missed.set(id, event)
  }
  return { after, strange: [...missed.values()] }
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
  await checkItems(store, meta)
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
  removed: readonly QueueItem[],
): QueueCounts {
  const next = { ...counts }
  for (const item of changed) {
    const old = before.get(item.id)
    if (old !== undefined) next[old.state]--
    next[item.state]++
  }
  for (const item of removed) next[item.state]--
  return next
}
