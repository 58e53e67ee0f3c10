import { beforeEach, expect, test } from 'vitest'
import { signDeviceClaim } from '../envelope/contact.ts'
import { makeVerifier } from '../envelope/scrypt.ts'
import { verifyStaffList } from '../envelope/staff-list.ts'
import { STAFF_LIST_LIFE_MS } from '../protocol/staff.ts'
import { startNewEpoch } from './epoch.ts'
import { keepStaffBook, type StaffRequest } from './staff-book.ts'
import { RENEW_AFTER_MS } from './staff-lists.ts'
import { TEST_NOW } from './test-hub.ts'
import { enrolled, makeMemoryHub, type SpeakingTerminal } from './test-memory-hub.ts'

const verifier = await makeVerifier('271828', { secret: 'B'.repeat(22) })
let hub: Awaited<ReturnType<typeof makeMemoryHub>>
let terminal: SpeakingTerminal
beforeEach(async () => {
  hub = await makeMemoryHub()
  terminal = await enrolled(hub, 'T-1')
})

type Adding = Extract<StaffRequest, { act: 'add' }>
const ask = (request: StaffRequest) => keepStaffBook(hub.store, hub.sources, request)
const add = (name: string, change: Partial<Adding> = {}) =>
  ask({
    ...{ kind: 'staff', act: 'add', name, number: null, verifier, terminals: null },
    badgeId: Buffer.from(`${name}${change.number ?? ''}`.padEnd(8))
      .toString('base64url')
      .slice(0, 11),
    ...change,
  })

async function pull(by = terminal) {
  const claim = { kind: 'staff-pull', v: 1, terminalId: by.terminalId, nonce: 'n'.repeat(16), at: TEST_NOW } as const
  const signed = await hub.hub.pullStaffList({ claim: await signDeviceClaim(claim, by.deviceKey) })
  const verified = await verifyStaffList(signed, by.terminalId, hub.keySet)
  if (!verified.ok) throw new Error(`${verified.fault}: ${verified.detail}`)
  return verified
}
const named = async (by = terminal) => (await by.contact(hub.hub)).staffListVersion

test('a terminal where nobody ever was staff hears of no list', async () => {
  expect(await named()).toBeUndefined()
  await expect(pull()).rejects.toMatchObject({ code: 'NOT_PUBLISHED' })
})

test('who was added is on the list of her terminals, signed for each, and on no other', async () => {
  const other = await enrolled(hub, 'T-2')
  expect(await add('李静')).toEqual({ ok: true, act: 'add', number: '0001', renewed: false })
  expect(await add('吴平', { terminals: ['T-2'] })).toMatchObject({ number: '0002' })
  const { manifest, list } = await pull()
  expect(list.members.map(({ name }) => name)).toEqual(['李静'])
  expect(Date.parse(list.expiresAt) - Date.parse(list.issuedAt)).toBe(STAFF_LIST_LIFE_MS)
  expect(await named()).toBe(manifest.version)
  expect((await pull(other)).list.members.map(({ name }) => name)).toEqual(['李静', '吴平'])
})

test('the same list stands while it is young; it is issued anew before it ages, for whoever is in touch', async () => {
  await add('李静')
  const first = await named()
  hub.sources.nowMs += RENEW_AFTER_MS - 1
  expect(await named()).toBe(first)
  hub.sources.nowMs += 1
  const second = await named()
  expect(second).toBeGreaterThan(first ?? 0)
  expect((await pull()).list.issuedAt).toBe(new Date(hub.sources.nowMs).toISOString())
})

test('who is taken off is off at the next contact; the last one leaves an empty list, not the old one', async () => {
  await add('李静')
  const first = await named()
  expect(await ask({ kind: 'staff', act: 'remove', number: '0001' })).toMatchObject({ ok: true })
  expect(await named()).toBeGreaterThan(first ?? 0)
  expect((await pull()).list.members).toEqual([])
  expect(await ask({ kind: 'staff', act: 'remove', number: '0001' })).toEqual({ ok: false, fault: 'not-staff' })
})

test('a number is one person’s for ever; a new badge takes the old one’s place', async () => {
  await add('李静')
  await ask({ kind: 'staff', act: 'remove', number: '0001' })
  expect(await add('吴平')).toMatchObject({ number: '0002' })
  expect(await add('吴平', { number: '0001' })).toEqual({ ok: false, fault: 'number-taken' })
  const before = (await pull()).list.members
  expect(await add('吴平', { number: '0002' })).toMatchObject({ number: '0002', renewed: true })
  const after = (await pull()).list.members
  expect([before.length, after.length]).toEqual([1, 1])
  expect(after[0]?.badgeId).not.toBe(before[0]?.badgeId)
  expect(await ask({ kind: 'staff', act: 'list' })).toMatchObject({ staff: [{ number: '0002', name: '吴平' }] })
})

test('a new epoch issues it anew, and a database that was put back gives no number again', async () => {
  await add('李静')
  const copy = hub.store.snapshot()
  const first = await pull()
  hub.sources.nowMs += 60_000
  await add('吴平')
  const second = await pull()
  expect(second.manifest.version).toBeGreaterThan(first.manifest.version)
  hub.store.restore(copy)
  hub.sources.nowMs += 60_000
  expect((await pull()).manifest.version).toBeGreaterThan(second.manifest.version)
  const hubEpoch = await startNewEpoch(hub.parts, 'restore')
  expect((await pull()).manifest.hubEpoch).toBe(hubEpoch)
})

test('a stranger’s claim gets no list', async () => {
  await add('李静')
  const stranger = await enrolled(await makeMemoryHub(), 'T-1')
  await expect(pull(stranger)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
})
