import { errorText, type Clock as QueueClock, type Log as QueueLog } from '../sync/queue/clock.ts'
import { createDrain, type Drain } from '../sync/queue/drain.ts'
import { createMemoryStore } from '../sync/queue/memory-store.ts'
import { applyFeed } from '../sync/queue/projection.ts'
import type { QueueStore } from '../sync/queue/queue-store.ts'
import { type FeedSources, followFeed } from './feed.ts'
import type { Flights } from './flights.ts'
import { type Lease, MAIN } from './lease.ts'

/** A feed that failed (a frame could not be read back) is begun again after this; delivery goes on with what is known. */
const FEED_PAUSE_MS = 5_000

/**
 * Main's own drain, over an in-memory queue made from the journal: it works whenever no sync worker holds the lease,
 * so a broken page or an unusable IndexedDB never stops delivery.
 */
export interface MainDrain {
  start(): void
  /** No new flight leaves. Resolves when nothing of it reads the journal any more. */
  stop(): Promise<void>
  /** How often it tried these and when it tries next (epoch ms); null while a sync worker drains and keeps that. */
  attempts(submissionIds: readonly string[]): Promise<ReadonlyMap<string, Attempts> | null>
}

export interface Attempts {
  readonly attempts: number
  readonly nextAttemptAt: number
}

export interface MainDrainOptions {
  readonly lease: Lease
  readonly flights: Pick<Flights, 'send'>
  readonly feed: FeedSources
  readonly clock: QueueClock
  readonly random: () => number
  readonly log: QueueLog
}

interface Watch {
  readonly store: QueueStore
  readonly abort: AbortController
  readonly drain: Drain
  readonly done: Promise<void>
}

export function createMainDrain({ lease, flights, feed, clock, random, log }: MainDrainOptions): MainDrain {
  let watch: Watch | undefined
  let unsubscribe: (() => void) | undefined
  const endings = new Set<Promise<void>>()

  function begin(): void {
    const store = createMemoryStore()
    const drain = createDrain({ store, send: (ids) => flights.send(ids), clock, random, log })
    const abort = new AbortController()
    const done = keepFed(store, drain, abort.signal)
    drain.start()
    watch = { store, abort, drain, done }
  }

  /** Ends when the signal fires; never rejects, or main would fall with a bad sector. */
  async function keepFed(store: QueueStore, drain: Drain, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await feedInto(store, drain, signal)
      } catch (error) {
        log('main-feed-failed', { error: errorText(error) })
        await pause(FEED_PAUSE_MS, signal)
      }
    }
  }

  async function feedInto(store: QueueStore, drain: Drain, signal: AbortSignal): Promise<void> {
    const since = (await store.readMeta()).throughSequence
    let first = true
    for await (const message of followFeed(feed, since, signal)) {
      if (message.kind === 'events') {
        const applied = await applyFeed(store, message, { since, first }, log)
        if (applied.outcome === 'replay') return
        first = false
        drain.wake()
      } else if (message.kind === 'connection' && message.connection === 'connected') {
        drain.kick()
      }
    }
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, over)
      function over(): void {
        cancel()
        signal.removeEventListener('abort', over)
        resolve()
      }
      signal.addEventListener('abort', over)
      if (signal.aborted) over()
    })
  }

  /** Stops at once, so that the next may begin; what is still to be tidied up is waited for in stop(). */
  function end(): void {
    const ending = watch
    watch = undefined
    if (ending === undefined) return
    ending.abort.abort()
    const over = Promise.all([ending.drain.stop(), ending.done]).then(() => void endings.delete(over))
    endings.add(over)
  }

  return {
    start() {
      const obey = () => {
        if (lease.owner.get() !== MAIN) end()
        else if (watch === undefined) begin()
      }
      unsubscribe = lease.owner.subscribe(obey)
      obey()
    },
    async stop() {
      unsubscribe?.()
      end()
      await Promise.all(endings)
    },
    async attempts(submissionIds) {
      if (watch === undefined) return null
      const items = await watch.store.get(submissionIds)
      return new Map(items.map(({ id, attempts, nextAttemptAt }) => [id, { attempts, nextAttemptAt }]))
    },
  }
}
