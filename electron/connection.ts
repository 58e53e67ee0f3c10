import type { Clock } from '../drivers/transport/clock.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'

/** A signed answer older than this no longer proves anything (look.md section 4.4). */
export const FRESH_MS = 30_000
const PING_EVERY_MS = 10_000
/** While the hub is away we ask more often, so that delivery starts soon after the network is back. */
const PING_AWAY_EVERY_MS = 3_000

/** How the hub stands, from signed answers only: navigator.onLine and HTTP 200 prove nothing. */
export interface ConnectionWatch {
  readonly connection: Cell<Connection>
  /** A receipt or another signed answer just arrived. */
  proven(): void
  /** A flight could not reach the hub: ask at once. */
  doubt(): void
  start(): void
  stop(): void
}

export interface ConnectionOptions {
  readonly clock: Clock
  /** One signed ping; never throws. */
  readonly ping: () => Promise<Connection>
  /** Called on every contact, so that trust and packages can be refreshed. */
  readonly onContact: () => Promise<void>
  readonly log: Log
}

export function createConnectionWatch({ clock, ping, onContact, log }: ConnectionOptions): ConnectionWatch {
  // Before the first answer nothing is known; "no network" promises least.
  const connection = createCell<Connection>('no-network')
  let provenAtMs = Number.NEGATIVE_INFINITY
  let cancel: (() => void) | undefined
  let asking = false
  let stopped = false

  function become(next: Connection): void {
    if (connection.get() !== next) log('connection-changed', { connection: next })
    connection.set(next)
  }

  async function ask(): Promise<void> {
    if (asking || stopped) return
    asking = true
    cancel?.()
    const answer = await ping()
    if (answer === 'connected') {
      provenAtMs = clock.nowMs()
      become('connected')
      await onContact()
    } else if (clock.nowMs() - provenAtMs >= FRESH_MS || connection.get() !== 'connected' || answer === 'no-network') {
      become(answer)
    }
    asking = false
    if (!stopped) cancel = clock.after(answer === 'connected' ? PING_EVERY_MS : PING_AWAY_EVERY_MS, () => void ask())
  }

  return {
    connection,
    proven() {
      provenAtMs = clock.nowMs()
      become('connected')
    },
    doubt() {
      void ask()
    },
    start() {
      void ask()
    },
    stop() {
      stopped = true
      cancel?.()
    },
  }
}
