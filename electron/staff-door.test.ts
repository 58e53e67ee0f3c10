import { beforeEach, expect, test } from 'vitest'
import { diskError } from '../sync/journal/memory-disk.ts'
import { createStaffDoor, IDLE_MS, type LastLockout, LOCKOUT_MS } from './staff-door.ts'
import { hashPin, isPin, PinScryptSchema } from './staff-pin.ts'
import { type JournalOnMemory, journalOnMemory, logBook, NOW } from './testing/fixtures.ts'

const RIGHT = '271828'
let held: JournalOnMemory
let book: ReturnType<typeof logBook>
let nowMs: number
let wallMs: number
let tokens: number
beforeEach(async () => {
  held = await journalOnMemory()
  book = logBook()
  nowMs = 5000
  wallMs = Date.parse(NOW)
  tokens = 0
})
function door(lastLockout: LastLockout | null = null, pin: string | undefined = RIGHT) {
  return createStaffDoor({
    checkPin: async (tried) => tried === pin,
    lastLockout,
    journal: held.journal,
    clock: { now: () => wallMs, monotonic: () => nowMs },
    newToken: () => `token-${++tokens}-0123456789`,
    log: book.log,
  })
}
async function lockouts(): Promise<LastLockout[]> {
  const found: LastLockout[] = []
  for await (const entry of held.journal.read()) {
    if (entry.known && entry.frame.type === 'staff-lockout' && entry.frame.untilUnixMs > 0) found.push(entry.frame)
  }
  return found
}
const pass = (ms: number) => {
  nowMs += ms
  wallMs += ms
}

test('the fifth wrong PIN shuts the door for a quarter of an hour, and that is a frame', async () => {
  const it = door()
  for (const triesLeft of [4, 3, 2, 1]) expect(await it.unlock('000000')).toEqual({ outcome: 'wrong-pin', triesLeft })
  const untilUnixMs = wallMs + LOCKOUT_MS
  expect(await it.unlock('000000')).toEqual({ outcome: 'locked-out', untilUnixMs })
  expect(await lockouts()).toMatchObject([{ failures: 5, untilUnixMs }])
  pass(LOCKOUT_MS - 1)
  expect(await it.unlock(RIGHT)).toMatchObject({ outcome: 'locked-out' })
  pass(1)
  expect(await it.unlock(RIGHT)).toMatchObject({ outcome: 'open' })
})

test('many wrong PINs at once get no more tries than one after the other', async () => {
  const it = door()
  const answers = await Promise.all(Array.from({ length: 40 }, () => it.unlock('000000')))
  expect(answers.filter((answer) => answer.outcome === 'wrong-pin')).toHaveLength(4)
  expect(await lockouts()).toHaveLength(1)
})

test('the right PIN gives the tries back', async () => {
  const it = door()
  for (let n = 0; n < 20; n++) {
    expect(await it.unlock('000000')).toEqual({ outcome: 'wrong-pin', triesLeft: 4 })
    expect(await it.unlock(RIGHT)).toMatchObject({ outcome: 'open' })
  }
})

test('a restart does not open it; a clock that jumped cannot shut it for ever', async () => {
  const soon = door({ failures: 5, untilUnixMs: wallMs + 60_000 })
  expect(await soon.unlock(RIGHT)).toEqual({ outcome: 'locked-out', untilUnixMs: wallMs + 60_000 })
  pass(60_000)
  expect(await soon.unlock(RIGHT)).toMatchObject({ outcome: 'open' })
  // Locked in 2106, started again in 2026.
  const far = door({ failures: 5, untilUnixMs: Date.parse('2106-01-01T00:00:00.000Z') })
  expect(await far.unlock(RIGHT)).toMatchObject({ outcome: 'locked-out' })
  pass(LOCKOUT_MS)
  expect(await far.unlock(RIGHT)).toMatchObject({ outcome: 'open' })
  expect(await door({ failures: 5, untilUnixMs: wallMs - 1 }).unlock(RIGHT)).toMatchObject({ outcome: 'open' })
})

test('a wall clock set forward does not open it within a run', async () => {
  const it = door()
  for (let n = 0; n < 5; n++) await it.unlock('000000')
  wallMs += 10 * LOCKOUT_MS
  expect(await it.unlock(RIGHT)).toMatchObject({ outcome: 'locked-out' })
})

test('a full disk does not lift the lock', async () => {
  held.disk.before = (operation) => {
    if (operation === 'sync') throw diskError('ENOSPC')
  }
  const it = door()
  for (let n = 0; n < 5; n++) await it.unlock('000000')
  expect(await it.unlock(RIGHT)).toMatchObject({ outcome: 'locked-out' })
})

test('a visit ends when it is locked, when a new one begins, and ten minutes after its last use', async () => {
  const it = door()
  const first = await it.unlock(RIGHT)
  if (first.outcome !== 'open') throw new Error(first.outcome)
  expect(it.isOpen('another-token-0123')).toBe(false)
  pass(IDLE_MS - 1)
  expect(it.isOpen(first.token)).toBe(true)
  pass(IDLE_MS - 1)
  expect(it.isOpen(first.token)).toBe(true)
  pass(IDLE_MS)
  expect(it.isOpen(first.token)).toBe(false)
  const second = await it.unlock(RIGHT)
  const third = await it.unlock(RIGHT)
  if (second.outcome !== 'open' || third.outcome !== 'open') throw new Error('shut')
  expect(it.isOpen(second.token)).toBe(false)
  it.lock(third.token)
  expect(it.isOpen(third.token)).toBe(false)
})

test('without a PIN in the settings there is no door', async () => {
  const it = createStaffDoor({
    checkPin: undefined,
    lastLockout: null,
    journal: held.journal,
    clock: { now: () => wallMs, monotonic: () => nowMs },
    newToken: () => 'x',
    log: book.log,
  })
  expect(await it.unlock(RIGHT)).toEqual({ outcome: 'no-pin-set' })
})

test('no PIN reaches the log', async () => {
  const it = door()
  await it.unlock('314159')
  await it.unlock(RIGHT)
  expect(book.lines).not.toEqual([])
  for (const pin of ['314159', RIGHT]) expect(book.text()).not.toContain(pin)
})

test('the line for the settings knows its PIN and no other, and is another one each time', async () => {
  const line = await hashPin(RIGHT)
  expect(PinScryptSchema.parse(line)).toBe(line)
  expect(await isPin(RIGHT, line)).toBe(true)
  expect(await isPin('271829', line)).toBe(false)
  expect(await hashPin(RIGHT)).not.toBe(line)
  expect(line).not.toContain(RIGHT)
})

test('pulling the plug gives no new tries; the right PIN does', async () => {
  expect(await door().unlock('000000')).toEqual({ outcome: 'wrong-pin', triesLeft: 4 })
  for (const triesLeft of [3, 2, 1]) {
    expect(await door(held.ledger.lastLockout).unlock('000000')).toEqual({ outcome: 'wrong-pin', triesLeft })
  }
  expect(await door(held.ledger.lastLockout).unlock(RIGHT)).toMatchObject({ outcome: 'open' })
  expect(await door(held.ledger.lastLockout).unlock('000000')).toEqual({ outcome: 'wrong-pin', triesLeft: 4 })
})
