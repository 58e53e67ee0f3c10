import { beforeEach, expect, test } from 'vitest'
import { LEASE_MS, LEASE_RENEW_MS } from '../sync/protocol/worker-port.ts'
import { createLease, type Lease, MAIN } from './lease.ts'
import { logBook, manualClock } from './testing/fixtures.ts'

const A = '00000000-0000-4000-8000-00000000000a'
const B = '00000000-0000-4000-8000-00000000000b'
let clock: ReturnType<typeof manualClock>
let lease: Lease
beforeEach(() => {
  clock = manualClock()
  lease = createLease(clock, logBook().log)
})

test('main has it until a worker takes it, and again 15 s after the last renewal', async () => {
  expect(lease.owner.get()).toBe(MAIN)
  expect(lease.take(A)).toBe(true)
  await clock.advance(LEASE_RENEW_MS)
  expect(lease.renew(A)).toBe(true)
  await clock.advance(LEASE_MS - 1)
  expect(lease.owner.get()).toBe(A)
  await clock.advance(1)
  expect(lease.owner.get()).toBe(MAIN)
  expect(lease.renew(A)).toBe(false)
  expect(lease.owner.get()).toBe(MAIN)
})

test('the newest worker wins; the older can neither renew nor give away what is not its own', async () => {
  lease.take(A)
  await clock.advance(10_000)
  lease.take(B)
  expect(lease.renew(A)).toBe(false)
  expect(lease.release(A, 'late')).toBe(false)
  expect(lease.owner.get()).toBe(B)
  await clock.advance(LEASE_MS - 1)
  expect(lease.owner.get()).toBe(B)
})

test('given back, main has it at once, and an old timer takes nothing from the next', async () => {
  lease.take(A)
  expect(lease.release(A, 'no IndexedDB')).toBe(true)
  expect(lease.owner.get()).toBe(MAIN)
  await clock.advance(LEASE_MS - 1)
  lease.take(B)
  await clock.advance(1)
  expect(lease.owner.get()).toBe(B)
})

test('stopped, it leaves no timer, not even for a worker that comes late', () => {
  lease.take(A)
  lease.stop()
  expect(clock.timers()).toBe(0)
  expect(lease.take(B)).toBe(false)
  expect(lease.renew(A)).toBe(false)
  expect(clock.timers()).toBe(0)
})
