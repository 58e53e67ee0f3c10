import { beforeAll, beforeEach, expect, test } from 'vitest'
import { makeVerifier } from '../sync/envelope/scrypt.ts'
import { sha256Hex } from '../sync/envelope/sha256.ts'
import { signStaffManifest } from '../sync/envelope/staff-list.ts'
import { STAFF_LIST_LIFE_MS, type StaffList, type StaffManifest } from '../sync/protocol/staff.ts'
import { SET_BACK_SLACK_MS } from './latest-time.ts'
import type { SmallFiles } from './small-files.ts'
import { openStaffList } from './staff-list.ts'
import { EPOCH, type HubWorld, logBook, makeHubWorld, NOW, TERMINAL_ID } from './testing/fixtures.ts'

const LATER_EPOCH = '22222222-2222-4222-8222-222222222222'
let world: HubWorld
let verifier: StaffList['members'][number]['verifier']
let stored: Map<string, string>
let wallMs: number
let nowMs: number
let book: ReturnType<typeof logBook>

beforeAll(async () => {
  world = await makeHubWorld()
  verifier = await makeVerifier('271828', { secret: 'B'.repeat(22) })
})
beforeEach(() => {
  stored = new Map()
  wallMs = Date.parse(NOW)
  nowMs = 0
  later = []
  book = logBook()
})
const files: SmallFiles = {
  place: (name) => name,
  read: async (name) => stored.get(name),
  write: async (name, text) => void stored.set(name, text),
}
/** What was to be done later, the newest last. */
let later: (() => void)[]
const clock = {
  now: () => wallMs,
  monotonic: () => nowMs,
  after: (_delayMs: number, run: () => void) => {
    later.push(run)
    return () => undefined
  },
}
const open = (terminalId = TERMINAL_ID, keySet: HubWorld['keySet'] | undefined = world.keySet) =>
  openStaffList({ files, terminalId, keySet, clock, log: book.log })

async function issued(version: number, hubEpoch = EPOCH) {
  const list: StaffList = {
    kind: 'staff-list',
    terminalId: TERMINAL_ID,
    issuedAt: NOW,
    expiresAt: new Date(Date.parse(NOW) + STAFF_LIST_LIFE_MS).toISOString(),
    members: [{ id: '0217', name: '李静', badgeId: 'A'.repeat(11), verifier }],
  }
  const content = JSON.stringify(list)
  const about = { sha256: sha256Hex(content), bytes: Buffer.byteLength(content), publishedAt: NOW }
  const manifest: StaffManifest = { kind: 'staff', terminalId: TERMINAL_ID, version, hubEpoch, ...about }
  return { manifest, list, signed: { manifest: await signStaffManifest(manifest, world.packageKey), content } }
}

test('nobody is known before the first list; a list that was taken is there after a restart', async () => {
  const keeper = await open()
  expect(keeper.known()).toEqual({ state: 'none' })
  expect(await keeper.take(await issued(3), EPOCH)).toBe(true)
  expect(keeper.known()).toMatchObject({ state: 'valid', members: [{ name: '李静' }] })
  const again = await open()
  expect(again.known()).toMatchObject({ state: 'valid', members: [{ name: '李静' }] })
  expect(again.have()).toMatchObject({ version: 3, hubEpoch: EPOCH })
})

test('an older list that is replayed is refused, also under an epoch that is over', async () => {
  const keeper = await open()
  await keeper.take(await issued(3), EPOCH)
  expect(await keeper.take(await issued(2), EPOCH)).toBe(false)
  expect(await keeper.take(await issued(3), EPOCH)).toBe(false)
  expect(await keeper.take(await issued(1, LATER_EPOCH), LATER_EPOCH)).toBe(true)
  expect(await keeper.take(await issued(1), LATER_EPOCH)).toBe(false)
  expect(keeper.have()).toMatchObject({ version: 1, hubEpoch: LATER_EPOCH })
})

test('after 72 hours nobody gets in, whatever the wall clock does in this run', async () => {
  const keeper = await open()
  await keeper.take(await issued(3), EPOCH)
  wallMs += STAFF_LIST_LIFE_MS - 1
  expect(keeper.known()).toMatchObject({ state: 'valid' })
  wallMs += 1
  expect(keeper.known()).toEqual({ state: 'expired' })
  wallMs = Date.parse(NOW)
  nowMs = STAFF_LIST_LIFE_MS
  expect(keeper.known()).toEqual({ state: 'expired' })
})

test('a clock before the list’s birth opens nothing', async () => {
  const keeper = await open()
  await keeper.take(await issued(3), EPOCH)
  wallMs = Date.parse(NOW) - 24 * 60 * 60_000
  expect(keeper.known()).toEqual({ state: 'clock-wrong' })
})

test('what lies on disk for another terminal, changed or without the hub’s keys is not believed', async () => {
  await (await open()).take(await issued(3), EPOCH)
  expect((await open('YZ-NQ-09')).known()).toEqual({ state: 'none' })
  expect(book.of('staff-list-refused')).toMatchObject([{ source: 'disk', fault: 'other-terminal' }])
  const noKeys = await openStaffList({
    ...{ files, terminalId: TERMINAL_ID, keySet: undefined, log: book.log },
    clock,
  })
  expect(noKeys.known()).toEqual({ state: 'none' })
  stored.set('staff.json', (stored.get('staff.json') ?? '').replace('李静', '李净'))
  expect((await open()).known()).toEqual({ state: 'none' })
})

const HOUR_MS = 60 * 60_000
/** A while with nobody at a badge: the clock is looked at all the same. */
function pass(hours: number): void {
  wallMs += hours * HOUR_MS
  later.at(-1)?.()
}

test('a clock that is set back over a restart revives nothing, until it is past what was seen', async () => {
  await (await open()).take(await issued(3), EPOCH)
  pass(73)
  expect((await open()).known()).toEqual({ state: 'expired' })
  wallMs = Date.parse(NOW) + 71 * HOUR_MS
  const keeper = await open()
  expect(keeper.known()).toEqual({ state: 'clock-wrong' })
  pass(3)
  expect(keeper.known()).toEqual({ state: 'expired' })
})

test('a clock that was ahead and is put right opens nothing, until the hub gives a new list', async () => {
  const keeper = await open()
  await keeper.take(await issued(3), EPOCH)
  pass(10_000)
  wallMs = Date.parse(NOW) + HOUR_MS
  expect(keeper.known()).toEqual({ state: 'clock-wrong' })
  await keeper.take(await issued(4), EPOCH)
  expect(keeper.known()).toMatchObject({ state: 'valid' })
  expect((await open()).known()).toMatchObject({ state: 'valid' })
})

test('a network that puts the clock right by some minutes shuts nobody out', async () => {
  const keeper = await open()
  await keeper.take(await issued(3), EPOCH)
  pass(1)
  wallMs -= SET_BACK_SLACK_MS
  expect(keeper.known()).toMatchObject({ state: 'valid' })
  wallMs -= 1
  expect(keeper.known()).toEqual({ state: 'clock-wrong' })
})
