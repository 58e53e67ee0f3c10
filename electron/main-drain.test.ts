import { afterEach, beforeEach, expect, test } from 'vitest'
import { diskError } from '../sync/journal/memory-disk.ts'
import { accepted, quarantined, received, requeued, submissionId } from '../sync/journal/sample-frames.ts'
import type { Connection } from '../sync/protocol/queue-view.ts'
import type { SendHint } from '../sync/protocol/worker-port.ts'
import { manualClock as queueClock, seededRandom } from '../sync/queue/testing/fixtures.ts'
import { type Cell, createCell } from './cell.ts'
import { createLease, type Lease } from './lease.ts'
import { createMainDrain, type MainDrain } from './main-drain.ts'
import { type JournalOnMemory, journalOnMemory, logBook, manualClock } from './testing/fixtures.ts'

const WORKER = '00000000-0000-4000-8000-00000000000a'
let held: JournalOnMemory
let clock: ReturnType<typeof queueClock>
let lease: Lease
let connection: Cell<Connection>
let drain: MainDrain
let sent: string[]
let logged: string[]
let answer: (id: string) => SendHint | Promise<SendHint>

beforeEach(async () => {
  held = await journalOnMemory()
  clock = queueClock()
  lease = createLease(manualClock(), logBook().log)
  connection = createCell<Connection>('connected')
  sent = []
  logged = []
  answer = async (id) => {
    await held.journal.append({ ...received(1), submissionId: id } as never)
    return { submissionId: id, outcome: 'received' }
  }
  drain = createMainDrain({
    lease,
    flights: {
      send(ids) {
        sent.push(...ids)
        return Promise.all(ids.map((id) => answer(id)))
      },
    },
    ledger: held.ledger,
    journalHead: held.journalHead,
    connection,
    clock,
    random: seededRandom(1),
    log: (event) => void logged.push(event),
  })
})
afterEach(() => drain.stop())

test('what waits in the journal and what comes later is delivered, once each', async () => {
  await held.journal.append(accepted(1))
  drain.start()
  await clock.advance(1_000)
  await held.journal.append(accepted(2))
  await clock.advance(1_000)
  expect(sent).toEqual([submissionId(1), submissionId(2)])
  expect(held.ledger.received).toBe(2)
})

test('while a worker holds the lease main sends nothing, and takes over when it is given back', async () => {
  drain.start()
  lease.take(WORKER)
  await held.journal.append(accepted(1))
  await clock.advance(60_000)
  expect(sent).toEqual([])
  lease.release(WORKER, 'no IndexedDB')
  await clock.advance(1_000)
  expect(sent).toEqual([submissionId(1)])
})

test('what main tried before and failed is left to the worker that takes the lease', async () => {
  await held.journal.append(accepted(1))
  answer = (id) => ({ submissionId: id, outcome: 'failed', hubWide: false, retryAfterMs: null })
  drain.start()
  await clock.advance(10_000)
  const before = sent.length
  expect(before).toBeGreaterThan(1)
  lease.take(WORKER)
  await clock.advance(3_600_000)
  expect(sent).toHaveLength(before)
})

test('however fast the lease goes to and fro, one drain is left', async () => {
  drain.start()
  for (let i = 0; i < 20; i++) {
    lease.take(WORKER)
    if (i % 3 === 0) await Promise.resolve()
    lease.release(WORKER, 'flip')
    if (i % 4 === 0) await Promise.resolve()
  }
  await clock.advance(1_000)
  await held.journal.append(accepted(1))
  await clock.advance(10_000)
  expect(sent).toEqual([submissionId(1)])

  lease.take(WORKER)
  await held.journal.append(accepted(2))
  await clock.advance(60_000)
  expect(sent).toEqual([submissionId(1)])
})

test('a disk that reads nothing for a while keeps nothing back', async () => {
  await held.journal.append(accepted(1))
  held.disk.before = (operation) => {
    if (operation === 'read') throw diskError('EIO')
  }
  drain.start()
  await clock.advance(1_000)
  expect(sent).toEqual([submissionId(1)])
})

test('what a maintainer queued again is tried at once, and as if for the first time', async () => {
  await held.journal.append(accepted(1))
  answer = (id) => ({ submissionId: id, outcome: 'failed', hubWide: false, retryAfterMs: 600_000 })
  drain.start()
  await clock.advance(1_000)
  expect([sent.length, (await drain.attempts([submissionId(1)]))?.get(submissionId(1))?.attempts]).toEqual([1, 1])
  await held.journal.append(quarantined(1))
  await clock.advance(10_000)
  expect(sent).toHaveLength(1)
  await held.journal.append(requeued(1))
  expect((await drain.attempts([submissionId(1)]))?.get(submissionId(1))?.attempts).toBe(0)
  await clock.advance(1_000)
  expect(sent).toHaveLength(2)
})

test('a failed try is made again when the network is back, not only after its wait', async () => {
  await held.journal.append(accepted(1))
  connection.set('no-network')
  answer = (id) => ({ submissionId: id, outcome: 'failed', hubWide: true, retryAfterMs: 600_000 })
  drain.start()
  await clock.advance(1_000)
  const before = sent.length
  expect(before).toBeGreaterThan(0)
  answer = async (id) => {
    await held.journal.append({ ...received(1), submissionId: id } as never)
    return { submissionId: id, outcome: 'received' }
  }
  connection.set('connected')
  await clock.advance(60_000)
  expect(held.ledger.received).toBe(1)
})

test('stop() ends a drain that waits, sends no more, and does so while the disk is in trouble too', async () => {
  drain.start()
  await clock.advance(1_000)
  await drain.stop()
  await held.journal.append(accepted(1))
  lease.take(WORKER)
  lease.release(WORKER, 'late')
  await clock.advance(60_000)
  expect(sent).toEqual([])

  held.disk.before = () => {
    throw diskError('EIO')
  }
  drain.start()
  await clock.advance(1_000)
  await drain.stop()
  const before = sent.length
  lease.take(WORKER)
  lease.release(WORKER, 'later still')
  await clock.advance(60_000)
  expect(sent).toHaveLength(before)
})
