import type { CatalogueView, Connection as HubConnection } from '../../sync/protocol/queue-view.ts'
import { type FeedMessage, LEASE_MS, LEASE_RENEW_MS } from '../../sync/protocol/worker-port.ts'
import { type CatalogueReplication, startCatalogueReplication } from '../../sync/queue/catalogue-replication.ts'
import { type Clock, errorText, type Log, type Random, withLimit } from '../../sync/queue/clock.ts'
import { createDrain } from '../../sync/queue/drain.ts'
import { applyFeed, type EventsMessage, reset, type Subscription, subscribeFrom } from '../../sync/queue/projection.ts'
import { StoreInconsistent } from '../../sync/queue/queue-store.ts'
import type { QueueDatabase } from '../../sync/queue/rxdb-database.ts'
import { checkStore, type Sentinel } from '../../sync/queue/store-check.ts'
import type { WorkerClient } from './channel.ts'
import type { DrainGuard } from './drain-guard.ts'
import { bufferFeed, MAX_BUFFERED_EVENTS } from './feed-buffer.ts'
import type { Progress } from './messages.ts'

/** A call of main that only looks into memory or a small file is lost after this. */
export const CALL_LIMIT_MS = 10_000
/** Between two subscriptions after the feed ended. */
export const RESUBSCRIBE_MS = 1_000
export const CATALOGUE_RETRY_MS = 5_000
/** An IndexedDB that came back empty is found within this time, even when nothing happens. A few reads each. */
export const CHECK_STORE_MS = 30_000

export type SessionOptions = {
  database: QueueDatabase
  client: WorkerClient
  workerId: string
  clock: Clock
  random: Random
  log: Log
  guard: DrainGuard
  /** The queue follows the journal. */
  onReady: () => void
  /** The queue may look different now. Awaited, so that no view is taken in the middle of a change. */
  onQueue: () => Promise<void>
  onConnection: (connection: HubConnection) => Promise<void>
  onProgress: (progress: Progress) => void
  onCatalogue: (view: CatalogueView) => void
  onStoreFailure: (error: unknown) => void
  onChannelFailure: (why: string) => void
}

/** `tellMain`: the channel is still good, so the lease can be given back at once. */
export type Session = { stop(why: string, tellMain: boolean): Promise<void> }

/**
 * What the worker does while it has both a store and a channel: follows the feed, pulls the catalogue, and drains while
 * it holds the lease. The lease is taken when the queue follows the journal and given back when the session ends.
 */
export function startSession(options: SessionOptions): Session {
  const { database, client, workerId, clock, random, log, guard } = options
  const { store } = database
  const abort = new AbortController()
  const waits = new Set<() => void>()
  let stopped = false
  let leaseHeldUntilMs = -1
  let replayWanted = false
  let lease: Promise<void> | null = null
  let connection: HubConnection | null = null
  let subscription = new AbortController()
  let seen = 0
  /** What was written last; null while the store is being filled anew. */
  let sentinel: Sentinel | null = null
  let storeTurn: Promise<unknown> = Promise.resolve()
  let lock: { release(): void } | null = null

  const drain = createDrain({
    store,
    clock,
    random,
    log,
    send: async (ids) => {
      if (!leaseHeld()) throw new Error('lease not held')
      return (await client.send({ workerId, submissionIds: [...ids] })).hints
    },
    onUnknown(ids) {
      log('queue-unknown-to-main', { items: ids.length })
      replayWanted = true
      subscription.abort()
    },
  })

  const catalogue: CatalogueReplication = startCatalogueReplication({
    collection: database.catalogue,
    changesSince: (input) => call('changesSince', client.changesSince(input, { signal: abort.signal })),
    retryMs: CATALOGUE_RETRY_MS,
    log,
    onView: options.onCatalogue,
    onStoreFailure: options.onStoreFailure,
  })

  function leaseHeld(): boolean {
    return clock.monotonic() < leaseHeldUntilMs
  }

  function call<T>(what: string, work: Promise<T>): Promise<T> {
    return withLimit(clock, CALL_LIMIT_MS, what, work)
  }

  /** Resolves after the delay, or at once when the session stops. */
  function pause(delayMs: number): Promise<void> {
    if (stopped) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        waits.delete(done)
        resolve()
      }
      const cancel = clock.after(delayMs, done)
      waits.add(done)
    })
  }

  /** Applications and checks of the store stand in a row. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = storeTurn.then(work)
    storeTurn = turn.catch(() => undefined)
    return turn
  }

  async function followFeed(): Promise<void> {
    while (!stopped) {
      try {
        if (replayWanted) await emptyStore()
        replayWanted = false
        const replay = await followOnce(await subscribeFrom(store))
        if (replay) continue
        log('feed-ended')
      } catch (error) {
        if (stopped) return
        if (error instanceof StoreInconsistent) return options.onStoreFailure(error)
        log('feed-failed', { error: errorText(error) })
      }
      await pause(RESUBSCRIBE_MS)
    }
  }

  function emptyStore(): Promise<void> {
    return inTurn(() => {
      sentinel = null
      return reset(store)
    })
  }

  /** Answers whether the store must be filled again from 0, at once. */
  async function followOnce(since: number): Promise<boolean> {
    const mine = new AbortController()
    subscription = mine
    seen = since
    const messages = await call('feed', client.feed({ since }, { signal: mine.signal }))
    const buffer = bufferFeed(messages, MAX_BUFFERED_EVENTS, (message) => {
      if (message.kind === 'events') seen = Math.max(seen, message.throughSequence)
    })
    try {
      for (let first = true; ; ) {
        // The first one tells how far the journal reaches; with others in it, it would not.
        const message = await buffer.next(!first)
        if (message === null || stopped) return replayWanted
        if (message.kind === 'events') {
          const subscribed = { since, first }
          if ((await inTurn(() => apply(message, subscribed))) === 'replay') return true
          first = false
          await options.onQueue()
          drain.wake()
          if (lease === null) {
            options.onReady()
            lease = keepLease()
          }
        } else await heed(message)
        if (replayWanted) return true
      }
    } finally {
      buffer.close()
      if (!stopped) mine.abort()
    }
  }

  async function apply(message: EventsMessage, subscribed: Subscription): Promise<'applied' | 'replay'> {
    const applied = await applyFeed(store, message, subscribed, log)
    if (applied.outcome === 'replay') {
      sentinel = null
      return 'replay'
    }
    sentinel = { journalId: message.journalId, throughSequence: applied.throughSequence }
    options.onProgress({ seen: Math.max(seen, applied.throughSequence), applied: applied.throughSequence })
    return 'applied'
  }

  async function watchStore(): Promise<void> {
    for (;;) {
      await pause(CHECK_STORE_MS)
      if (stopped) return
      try {
        await inTurn(async () => {
          if (sentinel !== null && !stopped) await checkStore(store, sentinel)
        })
      } catch (error) {
        if (!stopped) options.onStoreFailure(error)
        return
      }
    }
  }

  async function heed(message: Exclude<FeedMessage, { kind: 'events' }>): Promise<void> {
    if (message.kind === 'catalogue-changed') return catalogue.pull()
    const before = connection
    connection = message.connection
    await options.onConnection(message.connection)
    if (message.connection === 'connected' && before !== 'connected') drain.kick()
  }

  async function keepLease(): Promise<void> {
    let silent = 0
    while (!stopped) {
      try {
        const held = await holdLease()
        silent = 0
        if (stopped) return
        if (held) drain.start()
        else await stopDraining()
      } catch (error) {
        if (stopped) return
        log('lease-call-failed', { error: errorText(error) })
        if (!leaseHeld()) await stopDraining()
        if (++silent >= 2) return options.onChannelFailure('lease calls stay unanswered')
      }
      await pause(LEASE_RENEW_MS)
    }
  }

  /** The lock first: who holds the lease and has to wait for the lock would keep main from draining. */
  async function holdLease(): Promise<boolean> {
    lock ??= await guard.tryHold()
    if (lock === null) {
      log('drain-lock-held-elsewhere')
      return false
    }
    const askedAtMs = clock.monotonic()
    const held = leaseHeld()
      ? (await call('renewLease', client.renewLease({ workerId }))).held
      : (await call('takeLease', client.takeLease({ workerId }))).granted
    // Counted from the question, so that this side ends first.
    leaseHeldUntilMs = held ? askedAtMs + LEASE_MS : -1
    return held
  }

  async function stopDraining(): Promise<void> {
    await drain.stop()
    lock?.release()
    lock = null
  }

  const feed = followFeed()
  const watch = watchStore()

  return {
    async stop(why, tellMain) {
      if (stopped) return
      stopped = true
      const held = leaseHeld()
      await drain.stop()
      if (held && tellMain) {
        try {
          await call('releaseLease', client.releaseLease({ workerId, why: why.slice(0, 300) }))
        } catch (error) {
          // Main takes over by itself when no renewal comes.
          log('lease-release-failed', { error: errorText(error) })
        }
      }
      leaseHeldUntilMs = -1
      await stopDraining()
      abort.abort()
      // A closed channel has ended the feed already and cannot carry the abort.
      if (tellMain) subscription.abort()
      for (const done of [...waits]) done()
      await catalogue.cancel()
      await Promise.allSettled([feed, watch, lease])
      // A lease call that was under way may have taken the lock once more.
      await stopDraining()
    },
  }
}
