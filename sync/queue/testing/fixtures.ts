import { makeTicket } from '../../protocol/ticket.ts'
import type { FeedMessage, QueueEvent } from '../../protocol/worker-port.ts'
import type { Clock } from '../clock.ts'
import type { EventsMessage } from '../projection.ts'
import type { QueueItem } from '../queue-store.ts'

/** Helpers for tests of this room and of those that drive it; no part of the program. */

export const noLog = () => undefined

/** A repeatable random source (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function idOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
}

export function accepted(journalSequence: number, number: number, bytes = 2_000): QueueEvent {
  return {
    type: 'accepted',
    journalSequence,
    at: new Date(1_800_000_000_000 + number * 1_000).toISOString(),
    submissionId: idOf(number),
    kind: 'application',
    deviceSequence: number,
    itemId: 'S07',
    ticket: makeTicket((limit) => number % limit),
    bytes,
  }
}

export function later(
  type: 'received' | 'quarantined' | 'requeued' | 'purged',
  journalSequence: number,
  number: number,
): QueueEvent {
  const base = { journalSequence, at: '2027-01-15T08:00:00.000Z', submissionId: idOf(number) }
  if (type === 'received') return { ...base, type, hubSequence: journalSequence }
  return type === 'quarantined' ? { ...base, type, reason: 'refused' } : { ...base, type }
}

export function item(number: number, change: Partial<QueueItem> = {}): QueueItem {
  return {
    id: idOf(number),
    deviceSequence: number,
    state: 'queued',
    acceptedAt: '2027-01-15T08:00:00.000Z',
    itemId: 'S07',
    ticket: makeTicket(() => 0),
    bytes: 2_000,
    attempts: 0,
    nextAttemptAt: 0,
    reason: null,
    journalSequence: number,
    extra: {},
    ...change,
  }
}

/** A journal as main's feed shows it. */
export type FakeJournal = { journalId: string; events: QueueEvent[]; through: number }

/** Main's side of the feed: the first message always comes, even an empty one. A page may end inside of a frame. */
export function feedOf(journal: FakeJournal, since: number, page: number): EventsMessage[] {
  const { journalId, events, through } = journal
  const rest = events.filter((event) => event.journalSequence > since)
  const messages: EventsMessage[] = []
  for (let at = 0; at < rest.length; at += page) {
    const part = rest.slice(at, at + page)
    const next = rest[at + page]?.journalSequence
    const end = next === undefined ? through : Math.min(next - 1, part.at(-1)?.journalSequence ?? through)
    messages.push({ kind: 'events', journalId, throughSequence: end, events: part })
  }
  if (messages.length === 0) messages.push({ kind: 'events', journalId, throughSequence: through, events: [] })
  return messages satisfies FeedMessage[]
}

/** A clock that moves only when told. Wall time can be shifted apart from the monotonic clock. */
export type ManualClock = Clock & {
  /** Runs all timers due within the next `ms`, in order, letting promises settle between them. */
  advance(ms: number): Promise<void>
  shiftWall(ms: number): void
}

export function manualClock(startMs = 1_800_000_000_000): ManualClock {
  let monotonicMs = 0
  let wallOffsetMs = startMs
  const timers = new Set<{ atMs: number; task: () => void }>()
  return {
    now: () => wallOffsetMs + monotonicMs,
    monotonic: () => monotonicMs,
    after(delayMs, task) {
      const timer = { atMs: monotonicMs + Math.max(0, delayMs), task }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    shiftWall(ms) {
      wallOffsetMs += ms
    },
    async advance(ms) {
      const endMs = monotonicMs + ms
      await settle()
      for (;;) {
        let next: { atMs: number; task: () => void } | null = null
        for (const timer of timers) if (timer.atMs <= endMs && (next === null || timer.atMs < next.atMs)) next = timer
        if (next === null) break
        timers.delete(next)
        monotonicMs = Math.max(monotonicMs, next.atMs)
        next.task()
        await settle()
      }
      monotonicMs = endMs
    },
  }
}

/** Node's; the browser's types, with which this file is read as well, do not have it. */
declare function setImmediate(task: () => void): unknown

/** Lets promise chains over an in-memory store run to their end: all of them do before the next macrotask. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()))
}
