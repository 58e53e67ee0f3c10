import type { Ledger } from '../sync/journal/ledger.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import type { Clock as QueueClock, Log as QueueLog } from '../sync/queue/clock.ts'
import { createDrain, type Drain } from '../sync/queue/drain.ts'
import type { Cell } from './cell.ts'
import type { Flights } from './flights.ts'
import { type Lease, MAIN } from './lease.ts'
import { createLedgerStore, type LedgerStore } from './ledger-store.ts'

/**
 * Main's own drain, over the journal's ledger as it stands: it works whenever no sync worker holds the lease, so a broken
 * page or an unusable IndexedDB never stops delivery, and costs nothing while one does.
 */
export interface MainDrain {
  start(): void
  /** No new flight leaves. Resolves when the running look at the queue has ended. */
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
  readonly ledger: Ledger
  /** Set to the journal's last sequence after each durable frame. */
  readonly journalHead: Cell<number>
  readonly connection: Cell<Connection>
  readonly clock: QueueClock
  readonly random: () => number
  readonly log: QueueLog
}

interface Watch {
  readonly store: LedgerStore
  readonly drain: Drain
  readonly stops: readonly (() => void)[]
}

export function createMainDrain(options: MainDrainOptions): MainDrain {
  const { lease, flights, ledger, journalHead, connection, clock, random, log } = options
  let watch: Watch | undefined
  let unsubscribe: (() => void) | undefined
  const endings = new Set<Promise<void>>()

  function begin(): void {
    const store = createLedgerStore(ledger)
    const drain = createDrain({ store, send: (ids) => flights.send(ids), clock, random, log })
    const stops = [
      journalHead.subscribe(() => drain.wake()),
      connection.subscribe((now) => {
        if (now === 'connected') drain.kick()
      }),
    ]
    drain.start()
    watch = { store, drain, stops }
  }

  /** Stops at once, so that the next may begin; what is still to be tidied up is waited for in stop(). */
  function end(): void {
    const ending = watch
    watch = undefined
    if (ending === undefined) return
    for (const stop of ending.stops) stop()
    const over = ending.drain.stop().then(() => void endings.delete(over))
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
