import type { Clock } from '../drivers/transport/clock.ts'
import { LEASE_MS } from '../sync/protocol/worker-port.ts'
import { type Cell, createCell } from './cell.ts'
import type { Log } from './events.ts'

/**
 * Who drains the queue: one sync worker, or main when no worker has renewed for 15 s (design.md section 2). Main owns
 * the lease, so there is never a moment with two drains: a worker that lost it is told at its next call.
 */
export interface Lease {
  /** The worker's id, or "main". */
  readonly owner: Cell<string>
  take(workerId: string): boolean
  renew(workerId: string): boolean
  release(workerId: string, why: string): boolean
  /** From then on nobody gets it. */
  stop(): void
}

export const MAIN = 'main'

export function createLease(clock: Clock, log: Log): Lease {
  const owner = createCell<string>(MAIN)
  let cancel: (() => void) | undefined
  let stopped = false

  function give(to: string, why: string): void {
    if (owner.get() !== to) log('lease-changed', { owner: to === MAIN ? MAIN : 'sync-worker', why })
    owner.set(to)
  }
  function arm(): void {
    cancel?.()
    cancel = clock.after(LEASE_MS, () => give(MAIN, 'not-renewed'))
  }

  return {
    owner,
    // The newest worker wins: an older one belongs to a page that is gone.
    take(workerId) {
      if (stopped) return false
      arm()
      give(workerId, 'taken')
      return true
    },
    renew(workerId) {
      if (stopped || owner.get() !== workerId) return false
      arm()
      return true
    },
    release(workerId, why) {
      if (owner.get() !== workerId) return false
      cancel?.()
      give(MAIN, why)
      return true
    },
    stop() {
      stopped = true
      cancel?.()
    },
  }
}
