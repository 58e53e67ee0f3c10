import type { JournalEntry } from '../sync/journal/entry.ts'
import type { Journal } from '../sync/journal/journal.ts'
import type { Ledger } from '../sync/journal/ledger.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import type { FeedMessage, QueueEvent } from '../sync/protocol/worker-port.ts'
import type { Listing } from './catalogue-changes.ts'
import { type Cell, endable } from './cell.ts'

/** Events are handed over in messages of at most so many, so that neither side holds a long journal at once. */
const BATCH_EVENTS = 500

/**
 * What the queue's readers must know of a frame: an event for each submission that it concerns, none for frames that do
 * not touch the queue. `ledger` knows which submissions a purge was about.
 */
export function* queueEventsOf(
  { sequence: journalSequence, ...entry }: JournalEntry,
  ledger: Pick<Ledger, 'items'>,
): Generator<QueueEvent, void, void> {
  if (!entry.known) return
  const { frame } = entry
  switch (frame.type) {
    case 'accepted': {
      const { type, at, submissionId, kind, deviceSequence, itemId, ticket, envelopeBytes, chunks = [] } = frame
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, envelopeBytes)
      yield { type, journalSequence, at, submissionId, kind, deviceSequence, itemId, ticket, bytes }
      return
    }
    case 'received': {
      const { type, at, submissionId, hubSequence } = frame
      yield { type, journalSequence, at, submissionId, hubSequence }
      return
    }
    case 'batch-received':
      for (const { submissionId, hubSequence } of frame.items) {
        yield { type: 'received', journalSequence, at: frame.at, submissionId, hubSequence }
      }
      return
    case 'quarantined': {
      const { type, at, submissionId, reason } = frame
      yield { type, journalSequence, at, submissionId, reason }
      return
    }
    case 'requeued':
      yield { type: 'requeued', journalSequence, at: frame.at, submissionId: frame.submissionId }
      return
    case 'purged':
      for (const { submissionId, journalSequence: accepted } of ledger.items()) {
        if (accepted > frame.throughSequence) return
        if (accepted >= frame.fromSequence) yield { type: 'purged', journalSequence, at: frame.at, submissionId }
      }
      return
  }
}

/**
 * What readers take for another journal: damage took frames away that they may have shown already (a receipt, a requeue),
 * and no later frame tells them so. They begin again from what is left, as the ledger did.
 */
function nameOf(journal: Pick<Journal, 'journalId'>, ledger: Pick<Ledger, 'damage'>): string {
  const broken = ledger.damage.filter(({ kind }) => kind === 'broken').length
  return broken === 0 ? journal.journalId : `${journal.journalId}+${broken}`
}

export interface FeedSources {
  readonly journal: Pick<Journal, 'journalId' | 'lastSequence' | 'read'>
  readonly ledger: Pick<Ledger, 'items' | 'damage'>
  /** Set to the journal's last sequence after each durable frame. */
  readonly journalHead: Cell<number>
  readonly connection: Cell<Connection>
  readonly listing: Cell<Listing | null>
}

/**
 * Follows the journal for a queue's reader from `since` on: frames in order, then each new one, and in between how the
 * hub stands and that a newer catalogue is there. A `since` beyond the journal's end belongs to another or a longer
 * journal and gets all from the beginning. Reads from disk, so a slow reader costs no memory. Ends when the signal fires
 * or the reader returns it; throws when a frame cannot be read back.
 */
export function followFeed(
  sources: FeedSources,
  since: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<FeedMessage, void, void> {
  return endable(signal, (own) => feeding(sources, since, own))
}

async function* feeding(
  { journal, ledger, journalHead, connection, listing }: FeedSources,
  since: number,
  signal: AbortSignal,
): AsyncGenerator<FeedMessage, void, void> {
  let through = since > journal.lastSequence ? 0 : since
  let told: { connection?: Connection; listing?: Listing; first: boolean } = { first: true }
  let wake: (() => void) | undefined
  let dirty = false
  const changed = () => {
    dirty = true
    wake?.()
  }
  const stops = [journalHead.subscribe(changed), connection.subscribe(changed), listing.subscribe(changed)]
  signal.addEventListener('abort', changed)
  try {
    while (!signal.aborted) {
      dirty = false
      if (told.first || journal.lastSequence > through) {
        told = { ...told, first: false }
        let events: QueueEvent[] = []
        for await (const entry of journal.read(through + 1)) {
          if (signal.aborted) return
          for (const event of queueEventsOf(entry, ledger)) {
            if (events.length === BATCH_EVENTS) {
              // The frame itself is claimed only with its last event.
              yield { kind: 'events', journalId: nameOf(journal, ledger), throughSequence: through, events }
              events = []
            }
            events.push(event)
          }
          through = entry.sequence
          if (events.length < BATCH_EVENTS) continue
          yield { kind: 'events', journalId: nameOf(journal, ledger), throughSequence: through, events }
          events = []
        }
        yield { kind: 'events', journalId: nameOf(journal, ledger), throughSequence: through, events }
      }
      const stands = connection.get()
      if (told.connection !== stands) {
        told = { ...told, connection: stands }
        yield { kind: 'connection', connection: stands }
      }
      const newest = listing.get()
      if (newest !== null && told.listing !== newest) {
        told = { ...told, listing: newest }
        yield { kind: 'catalogue-changed', version: newest.version }
      }
      if (dirty) continue
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      wake = undefined
    }
  } finally {
    for (const stop of stops) stop()
    signal.removeEventListener('abort', changed)
  }
}
