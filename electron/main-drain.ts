import type { Clock as QueueClock, Log as QueueLog } from '../sync/queue/clock.ts'
import { createDrain, type Drain } from '../sync/queue/drain.ts'
import { createMemoryStore } from '../sync/queue/memory-store.ts'
import { applyFeed } from '../sync/queue/projection.ts'
import { type FeedSources, followFeed } from './feed.ts'
import type { Flights } from './flights.ts'
import { type Lease, MAIN } from './lease.ts'

/**
 * Main's own drain, over an in-memory queue made from the journal: it works whenever no sync worker holds the lease,
 * so a broken page or an unusable IndexedDB never stops delivery.
 */
export interface MainDrain {
  start(): void
  stop(): Promise<void>
}

export interface MainDrainOptions {
  readonly lease: Lease
  readonly flights: Flights
  readonly feed: FeedSources
  readonly clock: QueueClock
  readonly random: () => number
  readonly log: QueueLog
}

export function createMainDrain({ lease, flights, feed, clock, random, log }: MainDrainOptions): MainDrain {
  let watch: { readonly abort: AbortController; readonly drain: Drain; readonly done: Promise<void> } | undefined
  let unsubscribe: (() => void) | undefined

  function begin(): void {
    const store = createMemoryStore()
    const drain = createDrain({ store, send: (ids) => flights.send(ids), clock, random, log })
    const abort = new AbortController()
    const done = (async () => {
      let first = true
      for await (const message of followFeed(feed, 0, abort.signal)) {
        if (message.kind === 'events') {
          await applyFeed(store, message, { since: 0, first }, log)
          first = false
          drain.wake()
        } else if (message.kind === 'connection' && message.connection === 'connected') {
          drain.kick()
        }
      }
    })()
    drain.start()
    watch = { abort, drain, done }
  }

  async function end(): Promise<void> {
    const ending = watch
    watch = undefined
    if (ending === undefined) return
    ending.abort.abort()
    await ending.drain.stop()
    await ending.done
  }

  return {
    start() {
      const obey = () => {
        if (lease.owner.get() === MAIN) {
          if (watch === undefined) begin()
        } else {
          void end()
        }
      }
      unsubscribe = lease.owner.subscribe(obey)
      obey()
    },
    async stop() {
      unsubscribe?.()
      await end()
    },
  }
}
