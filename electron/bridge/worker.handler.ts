import { implement } from '@orpc/server'
import { workerContract } from '../../sync/protocol/worker-port.ts'
import { changesSince } from '../catalogue-changes.ts'
import { type FeedSources, followFeed } from '../feed.ts'
import type { Flights } from '../flights.ts'
import type { Lease } from '../lease.ts'

export interface WorkerParts {
  readonly lease: Lease
  readonly feed: FeedSources
  readonly flights: Flights
}

/** The sync worker's channel: queue methods only. Sending is for whoever holds the lease. */
export function workerHandlers({ lease, feed, flights }: WorkerParts) {
  const os = implement(workerContract)
  return os.router({
    takeLease: os.takeLease.handler(({ input }) => ({ granted: lease.take(input.workerId) })),
    renewLease: os.renewLease.handler(({ input }) => ({ held: lease.renew(input.workerId) })),
    releaseLease: os.releaseLease.handler(({ input }) => ({ released: lease.release(input.workerId, input.why) })),
    feed: os.feed.handler(({ input, signal }) => followFeed(feed, input.since, signal)),
    send: os.send.handler(async ({ input }) => {
      if (lease.owner.get() === input.workerId) return { hints: await flights.send(input.submissionIds) }
      const wait = { outcome: 'failed' as const, hubWide: false, retryAfterMs: null }
      return { hints: input.submissionIds.map((submissionId) => ({ submissionId, ...wait })) }
    }),
    changesSince: os.changesSince.handler(({ input }) =>
      changesSince(feed.catalogue.get(), input.checkpoint, input.limit),
    ),
  })
}
