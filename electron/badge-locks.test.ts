import { beforeEach, expect, test } from 'vitest'
import { diskError } from '../sync/journal/memory-disk.ts'
import { createBadgeLocks, FIRST_LOCK_MS, FREE_TRIES, LONGEST_LOCK_MS, lockMsAfter } from './badge-locks.ts'
import { type JournalOnMemory, journalOnMemory, NOW } from './testing/fixtures.ts'

const HERS = 'AAAAAAAAAAA'
const HIS = 'BBBBBBBBBBB'
let held: JournalOnMemory
let nowMs: number
let wallMs: number
beforeEach(async () => {
  held = await journalOnMemory()
  nowMs = 5000
  wallMs = Date.parse(NOW)
})
/** As after a start: with what the journal says. */
const locks = () =>
  createBadgeLocks({
    lockouts: held.ledger.badgeLockouts,
    journal: held.journal,
    clock: { now: () => wallMs, monotonic: () => nowMs },
  })
const pass = (ms: number) => {
  nowMs += ms
  wallMs += ms
}

test('slips are free, then each wrong PIN locks twice as long as the one before, up to a day', async () => {
  const it = locks()
  for (let n = 1; n < FREE_TRIES; n++) {
    expect(await it.failed(HERS)).toBe(n)
    expect(it.lockedUntil(HERS)).toBeUndefined()
  }
  for (const lockMs of [FIRST_LOCK_MS, 2 * FIRST_LOCK_MS, 4 * FIRST_LOCK_MS]) {
    await it.failed(HERS)
    expect(it.lockedUntil(HERS)).toBe(wallMs + lockMs)
    pass(lockMs - 1)
    expect(it.lockedUntil(HERS)).toBeDefined()
    pass(1)
    expect(it.lockedUntil(HERS)).toBeUndefined()
  }
  expect(lockMsAfter(1000)).toBe(LONGEST_LOCK_MS)
})

test('each badge has its own count, and the right PIN gives the tries back', async () => {
  const it = locks()
  for (let n = 0; n < FREE_TRIES; n++) await it.failed(HERS)
  expect(it.lockedUntil(HIS)).toBeUndefined()
  await it.succeeded(HERS)
  expect(it.lockedUntil(HERS)).toBeUndefined()
  expect(await it.failed(HERS)).toBe(1)
  expect(locks().lockedUntil(HERS)).toBeUndefined()
})

test('pulling the plug opens nothing: count and lock come back from the journal', async () => {
  const first = locks()
  for (let n = 0; n < FREE_TRIES + 1; n++) await first.failed(HERS)
  expect(held.ledger.lastLockout).toBeNull()
  pass(1000)
  nowMs = 3
  const again = locks()
  expect(again.lockedUntil(HERS)).toBe(wallMs + 2 * FIRST_LOCK_MS - 1000)
  pass(2 * FIRST_LOCK_MS)
  expect(await again.failed(HERS)).toBe(FREE_TRIES + 2)
  expect(again.lockedUntil(HERS)).toBe(wallMs + 4 * FIRST_LOCK_MS)
})

test('a wall clock that jumped neither lifts a lock in a run nor makes one last for ever over a restart', async () => {
  const it = locks()
  for (let n = 0; n < FREE_TRIES; n++) await it.failed(HERS)
  wallMs += LONGEST_LOCK_MS
  expect(it.lockedUntil(HERS)).toBeDefined()
  wallMs = Date.parse('2006-01-01T00:00:00.000Z')
  expect(locks().lockedUntil(HERS)).toBe(wallMs + FIRST_LOCK_MS)
})

test('a full disk does not lift the lock', async () => {
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('ENOSPC')
  }
  const it = locks()
  for (let n = 0; n < FREE_TRIES; n++) await it.failed(HERS)
  expect(it.lockedUntil(HERS)).toBe(wallMs + FIRST_LOCK_MS)
})
