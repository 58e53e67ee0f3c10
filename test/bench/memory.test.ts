import { expect, test } from 'vitest'
import { cpuMs, residentMb } from './memory.ts'

test('resident memory grows by what a process holds', () => {
  const beforeMb = residentMb(process.pid)
  const held = Buffer.alloc(64 << 20, 1)
  expect(residentMb(process.pid) - beforeMb).toBeGreaterThan(48)
  expect(held[held.length - 1]).toBe(1)
})

test('processor time grows while a process works', () => {
  const before = cpuMs(process.pid)
  let rounds = 0
  // Without an end of its own it would hang here, were the reading always the same.
  while (cpuMs(process.pid) < before + 20 && rounds < 1_000_000) rounds += 1
  expect(cpuMs(process.pid)).toBeGreaterThanOrEqual(before + 20)
})

test('a process that is not there is an error, not a zero', () => {
  expect(() => residentMb(2 ** 30)).toThrow('ENOENT')
})
