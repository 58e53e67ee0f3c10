import type { Clock } from '../drivers/transport/clock.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'

/** A signed answer older than this no longer proves anything (look.md section 4.4). */
export const FRESH_MS = 30_000
const PING_EVERY_MS = 10_000
/** While the hub is away we ask more often, so that delivery starts soon after the network is back. */
const PING_AWAY_EVERY_MS = 3_000
/** Many flights fail at once when the hub is in trouble: their doubts share one ping in this time. */
const DOUBT_EVERY_MS = 1_000

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
  /** One signed ping. */
  readonly ping: () => Promise<Connection>
  /** Called on every contact, so that trust and packages can be refreshed. Pings go on meanwhile, itself it never overlaps. */
  readonly onContact: () => Promise<void>
  readonly log: Log
}

/**
 * What `ping` or `onContact` throw (a full disk when a key set was to be stored) is logged and costs that one turn: the
 * watch itself goes on until it is stopped.
 */
export function createConnectionWatch({ clock, ping, onContact, log }: ConnectionOptions): ConnectionWatch {
  // Before the first answer nothing is known; "no network" promises least.
  const connection = createCell<Connection>('no-network')
  let provenAtMs = Number.NEGATIVE_INFINITY
  let askedAtMs = Number.NEGATIVE_INFINITY
  let cancel: (() => void) | undefined
  let cancelStale: (() => void) | undefined
  let asking = false
  let contacting = false
  let stopped = false

  function become(next: Connection): void {
    if (connection.get() !== next) log('connection-changed', { connection: next })
    connection.set(next)
  }

  function proven(): void {
    if (stopped) return
    provenAtMs = clock.nowMs()
    cancelStale?.()
    // A ping that hangs must not keep an old proof alive.
    cancelStale = clock.after(FRESH_MS, () => become('hub-silent'))
    become('connected')
  }

  /** A failed ping: what was proven since it left outweighs it, and a silent hub is believed to be there for 30 s. */
  function failed(answer: Exclude<Connection, 'connected'>): void {
    if (provenAtMs > askedAtMs) return
    if (answer === 'hub-silent' && clock.nowMs() - provenAtMs < FRESH_MS && connection.get() === 'connected') return
    cancelStale?.()
    become(answer)
  }

  async function ask(): Promise<void> {
    if (asking || stopped) return
    asking = true
    askedAtMs = clock.nowMs()
    cancel?.()
    const answer = await pinged()
    asking = false
    if (stopped) return
    if (answer === 'connected') {
      proven()
      void contact()
    } else {
      failed(answer)
    }
    cancel = clock.after(answer === 'connected' ? PING_EVERY_MS : PING_AWAY_EVERY_MS, () => void ask())
  }

  async function pinged(): Promise<Connection> {
    try {
      return await ping()
    } catch (error) {
      log('contact-fault', { where: 'ping', error: errorText(error) })
      return 'hub-silent'
    }
  }

  async function contact(): Promise<void> {
    if (contacting) return
    contacting = true
    try {
      await onContact()
    } catch (error) {
      log('contact-fault', { where: 'refresh', error: errorText(error) })
    } finally {
      contacting = false
    }
  }

  return {
    connection,
    proven,
    doubt() {
      if (stopped || asking) return
      const waitMs = askedAtMs + DOUBT_EVERY_MS - clock.nowMs()
      if (waitMs <= 0) {
        void ask()
        return
      }
      cancel?.()
      cancel = clock.after(waitMs, () => void ask())
    },
    start() {
      void ask()
    },
    stop() {
      stopped = true
      cancel?.()
      cancelStale?.()
    },
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
