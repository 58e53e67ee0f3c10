import { afterEach, beforeEach, expect, test } from 'vitest'
import { joseSuite } from '../sync/envelope/jose-suite.ts'
import { generateSigningKey } from '../sync/envelope/signing-key.ts'
import type { MemoryDisk } from '../sync/journal/memory-disk.ts'
import { accepted, submissionId } from '../sync/journal/sample-frames.ts'
import type { KeySet } from '../sync/protocol/keys.ts'
import { seededRandom } from '../sync/queue/testing/fixtures.ts'
import { createCell } from './cell.ts'
import { createDelivery, type Delivery } from './delivery.ts'
import { type FakeHub, fakeHub } from './testing/fake-hub.ts'
import {
  type JournalOnMemory,
  journalOnMemory,
  logBook,
  manualClock,
  NOW,
  settle,
  TERMINAL_ID,
} from './testing/fixtures.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const deviceKey = (await generateSigningKey()).key
const KEY_SET: KeySet = { kind: 'key-set', version: 1, keys: [] }

let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>
let held: JournalOnMemory
let hub: FakeHub
let delivery: Delivery
let refreshes: number
let refresh: () => void
let take: () => Promise<boolean>

beforeEach(async () => {
  clock = manualClock()
  book = logBook()
  hub = fakeHub(clock.nowMs)
  refreshes = 0
  refresh = () => undefined
  take = async () => true
  await open()
})
afterEach(() => delivery.stop())

async function open(disk?: MemoryDisk): Promise<void> {
  held = await journalOnMemory(disk)
  delivery = createDelivery({
    terminalId: TERMINAL_ID,
    version: '1.0.0',
    journal: held.journal,
    ledger: held.ledger,
    journalHead: held.journalHead,
    attachments: { read: () => Promise.reject(new Error('not used')), remove: async () => undefined },
    hub,
    trust: {
      deviceKey,
      keySet: () => KEY_SET,
      enrolled: () => true,
      refresh: async () => {
        refreshes++
        refresh()
        return undefined
      },
    },
    packages: { have: () => null, take: () => take(), settings: createCell(null), listing: createCell(null) },
    cases: { checkpoint: null, take: async () => undefined, of: () => undefined },
    clock: { now: () => Date.parse(NOW) + clock.nowMs(), monotonic: clock.nowMs, after: clock.after },
    random: seededRandom(1),
    suite: joseSuite,
    freeBytes: () => null,
    log: book.log,
  })
}
async function fill(from: number, through: number): Promise<void> {
  for (let n = from; n <= through; n++) await held.journal.append(accepted(n))
}
const pass = (ms: number) => clock.advance(ms)

test('what waits reaches the hub, in batches, as soon as it is there', async () => {
  hub.isAway = true
  await fill(1, 120)
  delivery.start()
  await pass(MINUTE_MS)
  expect(delivery.connection.get()).not.toBe('connected')
  expect(hub.rows.size).toBe(0)
  hub.isAway = false
  await pass(30_000)
  expect(delivery.connection.get()).toBe('connected')
  expect(hub.rows.size).toBe(120)
  expect(held.ledger.received).toBe(120)
  // The first after the silence is a probe; the others travel together.
  expect(hub.calls.filter((call) => call.startsWith('put')).length).toBeLessThan(10)
})

test('a hub that was put back to a backup without a word gets everything again, and is compared when it has it', async () => {
  await fill(1, 30)
  delivery.start()
  await pass(10_000)
  expect(hub.rows.size).toBe(30)
  hub.restore(10)
  hub.calls.length = 0
  await pass(3 * MINUTE_MS)
  expect(hub.calls).toContain('contact with proof')
  expect(book.of('epoch-seen').map((each) => each.why)).toEqual(['first', 'changed'])
  expect(hub.rows.size).toBe(30)
  expect(held.ledger.received).toBe(30)
  expect(hub.calls).toContain('reconcile')
  expect(delivery.reconciled.get()).toMatchObject({ requeued: 0, lost: 0 })
})

test('what was purged here and is lost there is found and said after a change of epoch, though nothing can be offered', async () => {
  await fill(1, 5)
  delivery.start()
  await pass(10_000)
  await held.journal.rotate()
  await held.journal.purge(1, NOW)
  expect(held.ledger.purged).toBe(5)
  hub.restore(3)
  await pass(3 * MINUTE_MS)
  expect(book.of('epoch-seen').map((each) => each.why)).toEqual(['first', 'changed'])
  expect(delivery.reconciled.get()).toMatchObject({ requeued: 0, lost: 2 })
  expect(book.of('reconcile-lost')).toEqual([{ submissions: 2, ids: [4, 5].map(submissionId) }])
})

test('a hub that lost rows and kept its mark is found out by the daily comparison', async () => {
  await fill(1, 5)
  delivery.start()
  await pass(10_000)
  hub.rows.delete(submissionId(2))
  // Within the first hour of a run.
  await pass(61 * MINUTE_MS)
  expect(hub.rows.has(submissionId(2))).toBe(true)
  expect(held.ledger.received).toBe(5)
  const before = hub.calls.filter((call) => call === 'reconcile').length
  await pass(23 * HOUR_MS)
  const inADay = hub.calls.filter((call) => call === 'reconcile').length - before
  expect(inADay).toBe(0)
  await pass(2 * HOUR_MS)
  expect(hub.calls.filter((call) => call === 'reconcile').length).toBe(before + 1)
})

test('a crash before all was offered again is made good at the next start, without a hub', async () => {
  await fill(1, 5)
  delivery.start()
  await pass(10_000)
  await delivery.stop()
  // The frame was written, then the power went.
  await held.journal.append({ type: 'epoch-seen', at: NOW, hubEpoch: hub.epoch, why: 'went-back' })
  await held.journal.close()
  hub.isAway = true
  await open(held.disk)
  expect(held.ledger.waiting).toBe(0)
  delivery.start()
  await pass(1000)
  expect(held.ledger.waiting).toBe(5)
})

test('contact is made once a minute, and the keys are fetched once, while nothing changes', async () => {
  delivery.start()
  await pass(10 * MINUTE_MS)
  const contacts = hub.calls.filter((call) => call === 'contact').length
  expect(contacts).toBeGreaterThanOrEqual(9)
  expect(contacts).toBeLessThanOrEqual(11)
  expect(refreshes).toBe(1)
  hub.more = { keySetVersion: 2 }
  await pass(70_000)
  expect(refreshes).toBe(2)
})

test('an answer that cannot be proven makes it ask for the keys, not at every ping', async () => {
  delivery.start()
  await pass(1000)
  const before = refreshes
  hub.ping = async () => ({ connection: 'hub-silent', failed: { ...(await awayAs('bad-receipt')) } })
  await pass(5 * MINUTE_MS)
  expect(refreshes - before).toBeGreaterThanOrEqual(4)
  expect(refreshes - before).toBeLessThanOrEqual(6)
})
const awayAs = async (why: 'bad-receipt') =>
  ({ outcome: 'failed', why, hubWide: true, retryAfterMs: null, detail: '' }) as const

test('what the hub has in a backup is purged after a day, and nothing before it says so', async () => {
  await fill(1, 5)
  delivery.start()
  await pass(25 * HOUR_MS)
  expect(held.ledger.received).toBe(5)
  expect(held.ledger.purged).toBe(0)
  hub.backedUpThrough = 5
  await pass(2 * MINUTE_MS)
  expect(delivery.stand.get()?.backedUpThrough).toBe(5)
  expect(held.ledger.purged).toBe(5)
})

test('a disk that takes no newer keys and packages keeps neither contact nor the purge from being made', async () => {
  const full = () => {
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
  }
  refresh = full
  take = async () => full()
  hub.more = { keySetVersion: 2, packages: { settings: 1 } }
  hub.getPackage = async () => ({ outcome: 'verified', manifest: {}, content: {}, signed: {} }) as never
  hub.backedUpThrough = 5
  await fill(1, 5)
  delivery.start()
  await pass(26 * HOUR_MS)
  expect(book.of('task-fault').map((each) => each.task)).toEqual(expect.arrayContaining(['keys', 'pull']))
  expect(delivery.stand.get()).not.toBeNull()
  expect(delivery.reconciled.get()).not.toBeNull()
  expect(held.ledger.purged).toBe(5)
}, 30_000)

test('after stop no timer is left, and nothing leaves any more', async () => {
  await fill(1, 3)
  delivery.start()
  await pass(5000)
  await delivery.stop()
  await settle()
  expect(clock.timers()).toBe(0)
  const calls = hub.calls.length
  await fill(4, 6)
  await pass(MINUTE_MS)
  expect(hub.calls).toHaveLength(calls)
})

test('how often main tried is told while main drains, and not while a worker does', async () => {
  hub.isAway = true
  await fill(1, 1)
  delivery.start()
  await pass(30_000)
  const tries = await delivery.drain.attempts([submissionId(1)])
  expect(tries?.get(submissionId(1))?.attempts).toBeGreaterThan(0)
  delivery.lease.take('worker')
  expect(await delivery.drain.attempts([submissionId(1)])).toBeNull()
})
