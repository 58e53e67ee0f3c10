import { beforeEach, expect, test } from 'vitest'
import { badgeText, type StaffMember } from '../sync/protocol/staff.ts'
import { createBadgeLocks, FIRST_LOCK_MS, FREE_TRIES } from './badge-locks.ts'
import {
  CALL_STANDS_MS,
  createStaffDesk,
  PIN_LIMITS,
  PIN_WITHIN_MS,
  REFUSAL_SHOWN_MS,
  type StaffDeskOptions,
} from './staff-desk.ts'
import type { StaffKnown } from './staff-list.ts'
import { type JournalOnMemory, journalOnMemory, logBook, manualClock, NOW } from './testing/fixtures.ts'
import { createTryRation } from './try-ration.ts'

const PIN = '271828'
const badge = (sign: string) => ({ badgeId: sign.repeat(11), secret: sign.repeat(22) })
const verifier = { cost: 32_768, blockSize: 8, lanes: 1, salt: 's'.repeat(22), hash: 'h'.repeat(43) } as const
const member = (id: string, name: string, sign: string): StaffMember => ({
  ...{ id, name, badgeId: badge(sign).badgeId, verifier },
})
const LI = member('0217', '李静', 'L')
const WU = member('0218', '吴平', 'W')
const LIS = badgeText(badge('L'))
const WUS = badgeText(badge('W'))

let held: JournalOnMemory
let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>
let known: StaffKnown
let canBeep: boolean
beforeEach(async () => {
  held = await journalOnMemory()
  clock = manualClock()
  book = logBook()
  known = { state: 'valid', members: [LI, WU], expiresAt: NOW }
  canBeep = true
})
const nowUnixMs = () => Date.parse(NOW) + clock.nowMs()
function open(
  verify: StaffDeskOptions['verify'] = async (pin, { secret }, { badgeId }) =>
    pin === PIN && secret.startsWith(badgeId[0] ?? '-'),
) {
  return createStaffDesk({
    known: () => known,
    locks: createBadgeLocks({
      lockouts: held.ledger.badgeLockouts,
      journal: held.journal,
      clock: { now: nowUnixMs, monotonic: clock.nowMs },
    }),
    verify,
    tries: createTryRation(PIN_LIMITS, clock.nowMs),
    beep: async () => canBeep,
    nowIso: () => new Date(nowUnixMs()).toISOString(),
    clock,
    log: book.log,
  })
}

test('badge, then PIN: she helps until she leaves, and the submission names her', async () => {
  const desk = open()
  expect(desk.takeCode('ABCD2345')).toBe(false)
  expect(desk.takeCode(LIS)).toBe(true)
  expect(desk.view.get()).toMatchObject({ pin: { stage: 'asking', wrongBefore: 0 }, assist: null })
  expect(await desk.pin(PIN)).toMatchObject({ outcome: 'joined', assist: { id: '0217', name: '李静', since: NOW } })
  expect(desk.view.get()).toMatchObject({ pin: null, assist: { id: '0217' } })
  expect(desk.isHelping()).toBe(true)
  desk.leave('assist')
  expect(desk.isHelping()).toBe(false)
  // The form that she helped with is still open.
  expect(desk.helpers()).toEqual([{ id: '0217', name: '李静' }])
  desk.submitted()
  expect(desk.helpers()).toEqual([])
})

test('nothing opens without a badge that was read just now, and a right PIN is good for one opening', async () => {
  const desk = open()
  expect(await desk.pin(PIN)).toEqual({ outcome: 'no-badge' })
  desk.takeCode(LIS)
  await clock.advance(PIN_WITHIN_MS)
  expect(desk.view.get().pin).toBeNull()
  expect(await desk.pin(PIN)).toEqual({ outcome: 'no-badge' })
  desk.takeCode(LIS)
  desk.leave('pin')
  expect(await desk.pin(PIN)).toEqual({ outcome: 'no-badge' })
})

test('wrong PINs: told, counted over pages and restarts, then the badge is locked and the others are not', async () => {
  const desk = open()
  desk.takeCode(LIS)
  expect(await desk.pin('000000')).toEqual({ outcome: 'wrong-pin', wrongBefore: 1 })
  expect(desk.view.get().pin).toEqual({ stage: 'asking', wrongBefore: 1 })
  expect(await desk.pin('000000')).toEqual({ outcome: 'wrong-pin', wrongBefore: 2 })
  const untilUnixMs = nowUnixMs() + FIRST_LOCK_MS
  const again = open()
  again.takeCode(LIS)
  expect(await again.pin('000000')).toEqual({ outcome: 'refused', why: 'locked-out', untilUnixMs })
  expect(again.view.get().pin).toEqual({ stage: 'refused', why: 'locked-out', untilUnixMs })
  const third = open()
  third.takeCode(LIS)
  expect(third.view.get().pin).toEqual({ stage: 'refused', why: 'locked-out', untilUnixMs })
  expect(await third.pin(PIN)).toEqual({ outcome: 'no-badge' })
  third.takeCode(WUS)
  expect(await third.pin(PIN)).toMatchObject({ outcome: 'joined' })
})

test('many guesses at once get no more tries than one after the other', async () => {
  const desk = open()
  desk.takeCode(LIS)
  const answers = await Promise.all(Array.from({ length: 8 }, () => desk.pin('000000')))
  expect(answers.filter(({ outcome }) => outcome === 'wrong-pin')).toHaveLength(FREE_TRIES - 1)
  expect(answers.filter(({ outcome }) => outcome === 'joined')).toHaveLength(0)
})

test('guesses are rationed over all badges', async () => {
  const desk = open()
  const members = [...'abcdefgh'].map((sign, n) => member(`1${n}`, '某', sign))
  known = { state: 'valid', members, expiresAt: NOW }
  const outcomes: string[] = []
  for (const { badgeId } of members) {
    desk.takeCode(badgeText({ badgeId, secret: (badgeId[0] ?? '').repeat(22) }))
    for (let n = 0; n < FREE_TRIES - 1; n++) outcomes.push((await desk.pin('000000')).outcome)
  }
  expect(outcomes.filter((outcome) => outcome === 'wrong-pin')).toHaveLength(PIN_LIMITS[0]?.tries ?? 0)
  expect(outcomes.at(-1)).toBe('too-many-tries')
})

test('a list that is missing, has expired or does not have the badge lets nobody in and says which', async () => {
  const desk = open()
  for (const [state, why] of [
    ['none', 'no-list'],
    ['expired', 'list-expired'],
    ['clock-wrong', 'clock-wrong'],
  ] as const) {
    known = { state }
    expect(desk.takeCode(LIS)).toBe(true)
    expect(desk.view.get().pin).toEqual({ stage: 'refused', why, untilUnixMs: null })
    expect(await desk.pin(PIN)).toEqual({ outcome: 'no-badge' })
  }
  known = { state: 'valid', members: [WU], expiresAt: NOW }
  desk.takeCode(LIS)
  expect(desk.view.get().pin).toMatchObject({ stage: 'refused', why: 'unknown-badge' })
  await clock.advance(REFUSAL_SHOWN_MS)
  expect(desk.view.get().pin).toBeNull()
})

test('a list that expires between badge and PIN lets nobody in', async () => {
  const desk = open()
  desk.takeCode(LIS)
  known = { state: 'expired' }
  expect(await desk.pin(PIN)).toMatchObject({ outcome: 'refused', why: 'list-expired' })
  expect(desk.isHelping()).toBe(false)
})

test('the visit’s end and another document end it; the names stay with the form only as long as the visit', async () => {
  const desk = open()
  desk.takeCode(LIS)
  await desk.pin(PIN)
  desk.newPage()
  expect(desk.isHelping()).toBe(false)
  expect(desk.helpers()).toHaveLength(1)
  desk.takeCode(LIS)
  await desk.pin(PIN)
  await desk.call()
  desk.visitOver()
  expect(desk.view.get()).toEqual({ call: null, pin: null, assist: null })
  expect(desk.helpers()).toEqual([])
})

test('a PIN that is still being checked when the visit ends opens nothing for the next citizen', async () => {
  for (const end of ['visitOver', 'newPage'] as const) {
    let finish: () => void = () => undefined
    let begin: () => void = () => undefined
    const checked = new Promise<void>((resolve) => {
      finish = resolve
    })
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const desk = open(async () => {
      begin()
      await checked
      return true
    })
    desk.takeCode(LIS)
    const answer = desk.pin(PIN)
    await begun
    desk[end]()
    finish()
    expect(await answer).toEqual({ outcome: 'no-badge' })
    expect(desk.isHelping()).toBe(false)
  }
})

test('her own badge once more lets her leave; another badge takes over, and both are named', async () => {
  const desk = open()
  desk.takeCode(LIS)
  await desk.pin(PIN)
  desk.takeCode(WUS)
  expect(desk.view.get().assist).toMatchObject({ id: '0217' })
  await desk.pin(PIN)
  expect(desk.view.get().assist).toMatchObject({ id: '0218' })
  desk.takeCode(WUS)
  expect(desk.isHelping()).toBe(false)
  expect(desk.helpers().map(({ id }) => id)).toEqual(['0217', '0218'])
})

test('a call stands with its time until somebody joins; it says what could be heard', async () => {
  const desk = open()
  expect(await desk.call()).toEqual({ at: NOW, signal: 'beeped', answeredAt: null })
  await clock.advance(60_000)
  canBeep = false
  expect(await desk.call()).toEqual({ at: NOW, signal: 'screen-only', answeredAt: null })
  desk.takeCode(LIS)
  await desk.pin(PIN)
  expect(desk.view.get().call).toMatchObject({ at: NOW, answeredAt: '2026-11-23T02:49:00.000Z' })
  await clock.advance(CALL_STANDS_MS)
  const next = await desk.call()
  expect(next.at).not.toBe(NOW)
  await clock.advance(CALL_STANDS_MS)
  expect(desk.view.get().call).toBeNull()
})

test('neither PIN nor badge secret reaches the log', async () => {
  const desk = open()
  desk.takeCode(LIS)
  await desk.pin('314159')
  await desk.pin(PIN)
  for (const secret of ['314159', PIN, badge('L').secret, '李静']) expect(book.text()).not.toContain(secret)
  expect(book.of('assist-opened')).toEqual([{ staff: '0217' }])
})
