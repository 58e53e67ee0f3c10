import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryOf, type JournalEntry } from '../sync/journal/entry.ts'
import { Ledger } from '../sync/journal/ledger.ts'
import { AT, accepted, quarantined, received, requeued, submissionId } from '../sync/journal/sample-frames.ts'
import type { Frame } from '../sync/protocol/frames.ts'
import { createMemoryStore } from '../sync/queue/memory-store.ts'
import { applyFeed } from '../sync/queue/projection.ts'
import type { QueueItem, QueueStore } from '../sync/queue/queue-store.ts'
import { queueEventsOf } from './feed.ts'
import { createLedgerStore } from './ledger-store.ts'

/** A ledger and its store, beside the store that the projection fills from the same frames. */
function both() {
  const ledger = new Ledger()
  const mine = createLedgerStore(ledger)
  const model = createMemoryStore()
  let sequence = 0
  return {
    mine,
    model,
    async append(frame: Frame) {
      const entry: JournalEntry = entryOf(++sequence, frame)
      ledger.apply(entry)
      const events = [...queueEventsOf(entry, ledger)]
      const message = { kind: 'events', journalId: 'j', throughSequence: sequence, events } as const
      await applyFeed(model, message, { since: 0, first: sequence === 1 }, () => undefined)
    },
    async reschedule(changes: { id: string; attempts: number; nextAttemptAt: number }[]) {
      for (const store of [mine, model]) await store.reschedule(changes)
    },
  }
}

const number = fc.integer({ min: 1, max: 8 })
/** Few, so that many wait for the same. */
const moment = fc.integer({ min: 1, max: 4 })
const step = fc.oneof(
  { arbitrary: fc.constant({ do: 'accept' } as const), weight: 2 },
  ...(['receive', 'quarantine', 'requeue', 'purge'] as const).map((what) =>
    fc.record({ do: fc.constant(what), n: number }),
  ),
  fc.record({ do: fc.constant('wait' as const), n: number, attempts: fc.integer({ min: 0, max: 9 }), moment }),
)

function frameOf(what: 'receive' | 'quarantine' | 'requeue' | 'purge', n: number): Frame {
  if (what === 'purge') return { type: 'purged', at: AT, fromSequence: 1, throughSequence: n, submissions: 0 }
  return { receive: received, quarantine: quarantined, requeue: requeued }[what](n)
}

async function pages(store: Pick<QueueStore, 'due'>, now: number, limit: number): Promise<QueueItem[]> {
  const all: QueueItem[] = []
  for (;;) {
    const page = await store.due(now, limit, all.at(-1) ?? null)
    all.push(...page)
    if (page.length < limit) return all
  }
}

test('shows the same queue as a store that the projection fills, whatever came before', async () => {
  const looks = fc.record({ now: fc.integer({ min: -1, max: 5 }), limit: fc.integer({ min: 1, max: 3 }), moment })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40, size: 'max' }),
      looks,
      async (steps, { now, limit, moment: from }) => {
        const stores = both()
        let count = 0
        for (const each of steps) {
          if (each.do === 'accept') await stores.append(accepted(++count))
          else if (each.n > count) continue
          else if (each.do === 'wait') {
            const { n, attempts, moment: nextAttemptAt } = each
            await stores.reschedule([{ id: submissionId(n), attempts, nextAttemptAt }])
          } else await stores.append(frameOf(each.do, each.n))
        }
        const { mine, model } = stores
        const shown = ({ id, attempts, nextAttemptAt }: { id: string; attempts: number; nextAttemptAt: number }) => [
          id,
          attempts,
          nextAttemptAt,
        ]
        const all = Array.from({ length: count }, (_, index) => submissionId(index + 1))
        const queued = (await model.get(all)).filter(({ state }) => state === 'queued')
        expect((await mine.get(all)).filter(({ state }) => state === 'queued').map(shown)).toEqual(queued.map(shown))
        for (const after of [
          null,
          { nextAttemptAt: 0, deviceSequence: 3 },
          { nextAttemptAt: from, deviceSequence: 3 },
        ]) {
          expect((await mine.due(now, limit, after)).map(shown)).toEqual(
            (await model.due(now, limit, after)).map(shown),
          )
        }
        for (const after of [-1, now, from]) {
          expect((await mine.later(after, limit)).map(shown)).toEqual((await model.later(after, limit)).map(shown))
        }
        // Page by page, and looking a second time: nothing was forgotten that still counts.
        expect((await pages(mine, now, limit)).map(shown)).toEqual((await pages(model, now, 100)).map(shown))
      },
    ),
  )
})

test('an item is what the projection makes of it', async () => {
  const { append, mine, model } = both()
  await append(accepted(1))
  await append({ ...accepted(2), chunks: [{ sha256: 'a'.repeat(64), bytes: 7 }] } as Frame)
  expect(await mine.due(0, 9)).toEqual(await model.due(0, 9))
})

test('one that waits under a clock before 1970 is not passed over', async () => {
  const { append, mine, reschedule } = both()
  await append(accepted(1))
  await append(accepted(2))
  await reschedule([{ id: submissionId(1), attempts: 1, nextAttemptAt: -1000 }])
  expect([await mine.due(-2000, 9), (await mine.later(-2000, 9)).length]).toEqual([[], 2])
  expect((await pages(mine, 1, 1)).map(({ deviceSequence }) => deviceSequence)).toEqual([2, 1])
})
