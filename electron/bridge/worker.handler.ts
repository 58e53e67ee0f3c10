import { implement } from '@orpc/server'
import { workerContract } from '../../sync/protocol/worker-port.ts'
import { changesSince } from '../catalogue-changes.ts'
import { type FeedSources, followFeed } from '../feed.ts'
import type { Flights } from '../flights.ts'
import type { Lease } from '../lease.ts'

export interface WorkerParts {
  readonly lease: Lease
  readonly feed: FeedSources
  readonly flights: Pick<Flights, 'send'>
}

/**
 * One sync worker's channel: queue methods only. Sending is for whoever holds the lease. A worker that goes with its
 * page cannot say goodbye, so the lease it took goes back when its channel closes.
 */
export function openWorkerChannel({ lease, feed, flights }: WorkerParts) {
  const os = implement(workerContract)
  let holder: string | undefined
  const router = os.router({
    takeLease: os.takeLease.handler(({ input }) => {
      const granted = lease.take(input.workerId)
      if (granted) holder = input.workerId
      return { granted }
    }),
    renewLease: os.renewLease.handler(({ input }) => ({ held: lease.renew(input.workerId) })),
    releaseLease: os.releaseLease.handler(({ input }) => ({ released: lease.release(input.workerId, input.why) })),
    feed: os.feed.handler(({ input, signal }) => followFeed(feed, input.since, signal)),
    send: os.send.handler(async ({ input }) => {
      if (lease.owner.get() === input.workerId) return { hints: await flights.send(input.submissionIds) }
      const wait = { outcome: 'failed' as const, hubWide: false, retryAfterMs: null }
      return { hints: input.submissionIds.map((submissionId) => ({ submissionId, ...wait })) }
    }),
    changesSince: os.changesSince.handler(({ input }) =>
      changesSince(feed.listing.get(), input.checkpoint, input.limit),
    ),
  })
  return {
    router,
    closed() {
      if (holder !== undefined) lease.release(holder, 'channel-closed')
    },
  }
}
