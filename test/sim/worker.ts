import { createRouterClient } from '@orpc/server'
import type { openWorkerChannel } from '../../electron/bridge/worker.handler.ts'
import { LEASE_MS, LEASE_RENEW_MS } from '../../sync/protocol/worker-port.ts'
import type { Clock, Log } from '../../sync/queue/clock.ts'
import { withLimit } from '../../sync/queue/clock.ts'
import { createDrain } from '../../sync/queue/drain.ts'
import { applyFeed, reset, subscribeFrom } from '../../sync/queue/projection.ts'
import { type QueueStore, StoreInconsistent } from '../../sync/queue/queue-store.ts'
import type { SimProcess } from './process.ts'
import { StoreGone, type WorkerDisk } from './worker-store.ts'

/** As renderer/sync-worker/session.ts has them. */
const CALL_LIMIT_MS = 10_000
const RESUBSCRIBE_MS = 1_000
/** A message between page and main. */
const HOP_MS = 0.3

export interface WorkerParts {
  readonly process: SimProcess
  readonly workerId: string
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly disk: WorkerDisk
  readonly channel: ReturnType<typeof openWorkerChannel>
  /** False once the terminal behind the channel is gone. */
  readonly mainLives: () => boolean
}

/**
 * The sync worker as the terminal sees it, over the production projection and drain: it follows the feed, takes the
 * lease, renews it, and asks main to send. What renderer/sync-worker does around that (RxDB, the catalogue's pull, the
 * page) is left out; the e2e tests and the fault campaign have it.
 */
export async function runWorker(parts: WorkerParts): Promise<void> {
  const { process, workerId, clock, log } = parts
  const client = createRouterClient(parts.channel.router)
  let leaseHeldUntilMs = -1
  let replayWanted = false
  let leasing = false
  let subscription = new AbortController()
  let store = parts.disk.open(process)

  /** A call to main and back: either side may be gone before it is over, and then nothing comes. */
  async function call<T>(what: string, run: () => Promise<T>): Promise<T> {
    const asked = async () => {
      await process.sleep(HOP_MS, `asks ${what}`)
      if (!parts.mainLives()) return await new Promise<never>(() => undefined)
      const answer = await run()
      await process.sleep(HOP_MS, `hears ${what}`)
      return answer
    }
    return withLimit(clock, CALL_LIMIT_MS, what, asked())
  }
  const leaseHeld = () => clock.monotonic() < leaseHeldUntilMs

  function drainOver(queue: QueueStore) {
    return createDrain({
      store: queue,
      clock,
      random: parts.random,
      log,
      async send(ids) {
        if (!leaseHeld()) throw new Error('lease not held')
        await process.sleep(HOP_MS, 'asks send')
        const { hints } = await client.send({ workerId, submissionIds: [...ids] })
        await process.sleep(HOP_MS, 'hears send')
        return hints
      },
      onUnknown() {
        replayWanted = true
        subscription.abort()
      },
    })
  }
  let drain = drainOver(store)

  async function followOnce(since: number): Promise<boolean> {
    subscription = new AbortController()
    const { signal } = subscription
    const messages = await call('feed', () => client.feed({ since }, { signal }))
    let first = true
    for await (const message of messages) {
      await process.sleep(HOP_MS, 'hears the feed')
      if (message.kind === 'events') {
        const applied = await applyFeed(store, message, { since, first }, log)
        if (applied.outcome === 'replay') return true
        first = false
        drain.wake()
        if (!leasing) {
          leasing = true
          void keepLease()
        }
      } else if (message.kind === 'connection' && message.connection === 'connected') drain.kick()
      if (replayWanted) return true
    }
    return replayWanted
  }

  async function keepLease(): Promise<void> {
    for (;;) {
      const askedAtMs = clock.monotonic()
      try {
        const held = leaseHeld()
          ? (await call('renewLease', () => client.renewLease({ workerId }))).held
          : (await call('takeLease', () => client.takeLease({ workerId }))).granted
        leaseHeldUntilMs = held ? askedAtMs + LEASE_MS : -1
        if (held) drain.start()
        else await drain.stop()
      } catch (error) {
        log('lease-call-failed', { error: String(error) })
        if (!leaseHeld()) await drain.stop()
      }
      await process.sleep(LEASE_RENEW_MS, 'renews')
    }
  }

  for (;;) {
    try {
      if (replayWanted) await reset(store)
      replayWanted = false
      if (await followOnce(await subscribeFrom(store))) continue
      log('feed-ended')
    } catch (error) {
      log('feed-failed', { error: String(error) })
      if (error instanceof StoreInconsistent || error instanceof StoreGone) {
        // As the keeper does (sync/queue/recovery.ts): delete it, open an empty one, let the journal fill it.
        await drain.stop()
        if (error instanceof StoreInconsistent) await parts.disk.delete()
        store = parts.disk.open(process)
        drain = drainOver(store)
        if (leaseHeld()) drain.start()
      }
    }
    await process.sleep(RESUBSCRIBE_MS, 'waits to follow again')
  }
}
