import type { Connection as HubConnection, QueueView } from '../../sync/protocol/queue-view.ts'
import { backoffMs } from '../../sync/queue/backoff.ts'
import { type Clock, errorText, type Log, type Random, withLimit } from '../../sync/queue/clock.ts'
import { createKeeper, type StoreSource, watched } from '../../sync/queue/recovery.ts'
import type { QueueDatabase } from '../../sync/queue/rxdb-database.ts'
import { queueView } from '../../sync/queue/view.ts'
import type { Connection, connect as realConnect } from './channel.ts'
import { type DrainGuard, UNGUARDED } from './drain-guard.ts'
import type { PageMessage, WorkerChannel } from './messages.ts'
import { type Session, startSession } from './session.ts'

/** A store call that hangs longer than this makes the store count as broken. */
export const STORE_CALL_LIMIT_MS = 30_000
/** Main is on the same machine: no need to wait for minutes. */
export const RECONNECT_CAP_MS = 10_000
/** A broken storage may never answer; the next session must not wait for it. */
export const STOP_LIMIT_MS = 15_000
/** A channel that was asked for and did not come. */
export const CHANNEL_LIMIT_MS = 10_000

export type SyncWorkerOptions = {
  workerId: string
  source: StoreSource<QueueDatabase>
  connect: typeof realConnect
  post: (message: PageMessage) => void
  clock: Clock
  random: Random
  log: Log
  guard?: DrainGuard
}

export type SyncWorker = {
  /** Asks for a channel and opens the store. */
  start(): void
  setChannel(channel: WorkerChannel): void
  /** Posts when these are tried next, under the number of the question. */
  tellSchedule(ask: number, ids: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** The worker's body, free of globals: a store, a channel, and a session whenever both are there. */
export function createSyncWorker({
  workerId,
  source,
  connect,
  post,
  clock,
  random,
  log,
  guard = UNGUARDED,
}: SyncWorkerOptions): SyncWorker {
  let database: QueueDatabase | null = null
  let link: Connection | null = null
  let session: Session | null = null
  let ending: Promise<void> = Promise.resolve()
  let closed = false
  let failedConnections = 0
  let cancelReconnect: () => void = () => undefined
  let hub: HubConnection = 'no-network'
  let lastView: QueueView | null = null
  let lastPosted = ''

  const keeper = createKeeper<QueueDatabase>({
    source: {
      destroy: () => source.destroy(),
      async open() {
        const opened = await source.open()
        const value: QueueDatabase = {
          catalogue: opened.value.catalogue,
          store: watched(opened.value.store, clock, STORE_CALL_LIMIT_MS, (error) => keeper.failed(value, error)),
        }
        return { value, close: () => opened.close() }
      },
    },
    clock,
    log,
    onReady(value) {
      database = value
      begin()
    },
    onLost(why) {
      database = null
      postState('starting', why)
      end(why, true)
    },
    onUnusable: (why) => postState('unusable', why),
    beforeClose: () => ending,
  })

  function begin(): void {
    // One session at a time: the old one gives its lease back first.
    ending = ending.then(() => {
      if (closed || session !== null || database === null || link === null) return
      const mine = { database, link }
      session = startSession({
        database: mine.database,
        client: mine.link.client,
        workerId,
        clock,
        random,
        log,
        guard,
        onReady() {
          failedConnections = 0
          postState('ready', null)
        },
        onQueue: () => showQueue(mine.database),
        onConnection(connection) {
          hub = connection
          return showQueue(mine.database)
        },
        onProgress: (progress) => post({ kind: 'progress', ...progress }),
        onCatalogue: (view) => post({ kind: 'catalogue', view }),
        onStoreFailure: (error) => keeper.failed(mine.database, error),
        onChannelFailure: (why) => mine.link.close(why),
      })
    })
  }

  function end(why: string, tellMain: boolean): void {
    ending = ending.then(async () => {
      const mine = session
      session = null
      if (mine === null) return
      try {
        await withLimit(clock, STOP_LIMIT_MS, 'session stop', mine.stop(why, tellMain))
      } catch (error) {
        log('session-stop-failed', { error: errorText(error) })
      }
    })
  }

  async function showQueue(from: QueueDatabase): Promise<void> {
    const view = await queueView(from.store, hub)
    if (from === database) postView(view)
  }

  function postView(view: QueueView): void {
    const text = JSON.stringify(view)
    lastView = view
    if (text === lastPosted) return
    lastPosted = text
    post({ kind: 'queue', view })
  }

  function postState(state: 'starting' | 'ready' | 'unusable', why: string | null): void {
    if (closed) return
    post({ kind: 'state', state, why: why?.slice(0, 300) ?? null })
  }

  async function tellSchedule(ask: number, ids: readonly string[]): Promise<void> {
    let rows = null
    try {
      const items = (await database?.store.get(ids)) ?? null
      const queued = items?.filter((item) => item.state === 'queued') ?? null
      rows = queued?.map(({ id, attempts, nextAttemptAt }) => ({ id, attempts, nextAttemptAt })) ?? null
    } catch (error) {
      // The keeper has heard of it and rebuilds the store.
      log('schedule-not-read', { error: errorText(error) })
    }
    if (!closed) post({ kind: 'schedule', ask, rows })
  }

  function wantChannel(): void {
    if (closed) return
    cancelReconnect = clock.after(CHANNEL_LIMIT_MS, wantChannel)
    post({ kind: 'channel-wanted' })
  }

  function setChannel(channel: WorkerChannel): void {
    if (closed) return
    cancelReconnect()
    const previous = link
    const mine = connect(channel)
    link = mine
    previous?.close('replaced')
    if (previous !== null) end('replaced', false)
    begin()
    void mine.closed.then((why) => {
      if (link !== mine || closed) return
      link = null
      failedConnections++
      log('channel-lost', { why })
      postState('starting', 'channel-lost')
      // Main is the terminal's only way out.
      hub = 'no-network'
      if (lastView !== null) postView({ ...lastView, connection: hub })
      end(why, false)
      const delayMs = Math.min(RECONNECT_CAP_MS, backoffMs(failedConnections, random, null))
      cancelReconnect = clock.after(delayMs, () => {
        if (mine.reopens) setChannel(channel)
        else wantChannel()
      })
    })
  }

  return {
    start() {
      postState('starting', null)
      keeper.start()
      wantChannel()
    },
    setChannel,
    tellSchedule,
    async close() {
      closed = true
      cancelReconnect()
      end('closed', true)
      await ending
      link?.close('closed')
      await keeper.close()
    },
  }
}
