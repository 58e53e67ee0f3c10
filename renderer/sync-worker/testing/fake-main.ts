import { eventIterator, oc } from '@orpc/contract'
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { z } from 'zod'
import type { Connection as HubConnection } from '../../../sync/protocol/queue-view.ts'
import {
  type FeedMessage,
  LEASE_MS,
  type QueueEvent,
  type SendHint,
  workerContract,
} from '../../../sync/protocol/worker-port.ts'
import { EPOCH_A, fakeCatalogueMain, listing } from '../../../sync/queue/testing/catalogue.ts'
import { accepted, type FakeJournal, feedOf, later } from '../../../sync/queue/testing/fixtures.ts'

/** A feed that this side does not check, so that a test can say what the contract forbids. */
const unchecked = oc.input(z.object({ since: z.int().min(0) })).output(eventIterator(z.custom<FeedMessage>()))

/** Main's side of the worker port over an in-memory journal: for tests of the worker. */
export function createFakeMain(nowMs: () => number) {
  const journal: FakeJournal = { journalId: 'journal-1', events: [], through: 0 }
  const catalogue = fakeCatalogueMain({ epoch: EPOCH_A, version: 1, lines: listing(['S07', 'S02']) })
  const wakers = new Set<() => void>()
  let lease: { workerId: string; untilMs: number } | null = null
  const main = {
    journal,
    catalogue,
    connection: 'connected' as HubConnection,
    answer: (submissionId: string): SendHint => ({ submissionId, outcome: 'received' }),
    sent: [] as string[],
    leases: [] as string[],
    released: [] as string[],
    subscriptions: [] as number[],
    /** Answers to lease calls that said no, and sends without a lease. */
    leaseRefusals: 0,
    sendsWithoutLease: 0,
    /** Main takes the drain for itself, or gives it up. */
    keepLease(keep: boolean): void {
      lease = keep ? { workerId: 'main', untilMs: Number.POSITIVE_INFINITY } : null
    },
    /** What to say instead of the truth, once. */
    spoil: null as unknown,
    accept(number: number): void {
      append(accepted(journal.through + 1, number))
    },
    /** A new catalogue lies ready. */
    announce(): void {
      extra.push({ kind: 'catalogue-changed', version: catalogue.version })
      wake()
    },
    setConnection(connection: HubConnection): void {
      main.connection = connection
      extra.push({ kind: 'connection', connection })
      wake()
    },
    /** Another journal takes the place of this one, as after a new disk. */
    replaceJournal(journalId: string, events: QueueEvent[]): void {
      journal.journalId = journalId
      journal.events = events
      journal.through = events.at(-1)?.journalSequence ?? 0
    },
    serve(port: MessagePort): void {
      handler.upgrade(port)
      port.start()
    },
    router: () => router,
  }
  const extra: FeedMessage[] = []

  function wake(): void {
    for (const waker of [...wakers]) waker()
  }
  function append(event: QueueEvent): void {
    journal.events.push(event)
    journal.through = event.journalSequence
    wake()
  }

  const os = implement({ ...workerContract, feed: unchecked })
  const held = (workerId: string) => lease !== null && lease.workerId === workerId && nowMs() < lease.untilMs
  const router = os.router({
    takeLease: os.takeLease.handler(({ input }) => {
      const free = lease === null || nowMs() >= lease.untilMs || lease.workerId === input.workerId
      if (free) {
        lease = { workerId: input.workerId, untilMs: nowMs() + LEASE_MS }
        main.leases.push(input.workerId)
      } else main.leaseRefusals++
      return { granted: free }
    }),
    renewLease: os.renewLease.handler(({ input }) => {
      if (!held(input.workerId)) {
        main.leaseRefusals++
        return { held: false }
      }
      lease = { workerId: input.workerId, untilMs: nowMs() + LEASE_MS }
      return { held: true }
    }),
    releaseLease: os.releaseLease.handler(({ input }) => {
      const released = held(input.workerId)
      if (released) lease = null
      main.released.push(input.why)
      return { released }
    }),
    feed: os.feed.handler(async function* ({ input, signal }): AsyncGenerator<FeedMessage> {
      main.subscriptions.push(input.since)
      let at = input.since
      let told = extra.length
      for (const message of feedOf(journal, at, 3)) yield message
      at = journal.through
      yield { kind: 'connection', connection: main.connection }
      while (!(signal?.aborted ?? false)) {
        if (main.spoil !== null) {
          const spoilt = main.spoil
          main.spoil = null
          yield spoilt as FeedMessage
        }
        const more = told < extra.length || at < journal.through
        if (!more) await nextWake(signal)
        for (; told < extra.length; told++) {
          const message = extra[told]
          if (message !== undefined) yield message
        }
        if (at < journal.through) {
          for (const message of feedOf(journal, at, 3)) yield message
          at = journal.through
        }
      }
    }),
    send: os.send.handler(({ input }) => {
      if (!held(input.workerId)) {
        main.sendsWithoutLease++
        throw new Error('you do not hold the lease')
      }
      main.sent.push(...input.submissionIds)
      const hints = input.submissionIds.map(main.answer)
      for (const hint of hints) {
        if (hint.outcome === 'received' || hint.outcome === 'quarantined') {
          append(later(hint.outcome, journal.through + 1, Number(hint.submissionId.slice(-12))))
        }
      }
      return { hints }
    }),
    changesSince: os.changesSince.handler(({ input }) => catalogue.changesSince(input)),
  })
  const handler = new RPCHandler(router)

  function nextWake(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        wakers.delete(done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      wakers.add(done)
      signal?.addEventListener('abort', done)
    })
  }

  return main
}
