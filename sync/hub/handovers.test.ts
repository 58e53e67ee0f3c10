import { beforeEach, expect, test } from 'vitest'
import { signDeviceClaim, verifyHubAnswer } from '../envelope/contact.ts'
import { newSlip, sealDraft, slipKeys } from '../envelope/handover.ts'
import { makeVerifier } from '../envelope/scrypt.ts'
import {
  HANDOVER_LIFE_MS,
  HANDOVER_TRIES,
  HandoverAnswerSchema,
  type HandoverEndClaim,
  type HandoverPutClaim,
  type HandoverResult,
  type HandoverTakeClaim,
} from '../protocol/handover.ts'
import { HANDOVER_REMEMBERED_MS, HANDOVERS_AN_HOUR, sweepHandovers } from './handovers.ts'
import { hubSuite } from './hub-suite.ts'
import { keepStaffBook } from './staff-book.ts'
import { TEST_NOW } from './test-hub.ts'
import { enrolled, makeMemoryHub, type SpeakingTerminal } from './test-memory-hub.ts'

const OWNER = '990101198611020033'
const STRANGER = '990101195503150025'
const EXPIRES_AT = new Date(Date.parse(TEST_NOW) + HANDOVER_LIFE_MS).toISOString()
const slip = newSlip()
const { handoverId } = slip
const keys = slipKeys(slip)
const { verifier } = keys
const card = (number: string) => ({ who: 'card' as const, cardProof: keys.cardProof(number) })
const sealed = await sealDraft(
  {
    ...{ v: 1, item: { id: 'S07', version: 1 }, answers: {}, step: 0, mode: 'standard', language: 'zh' },
    ...{ papers: [], papersLeftOut: [], pagesLeftBehind: 0, ownerNumber: OWNER },
  },
  keys,
  { handoverId, terminalId: 'T-1', expiresAt: EXPIRES_AT },
)
const opened = { outcome: 'opened', sealed, sealedBy: 'T-1', expiresAt: EXPIRES_AT }

let hub: Awaited<ReturnType<typeof makeMemoryHub>>
let first: SpeakingTerminal
let second: SpeakingTerminal
let asked = 0
beforeEach(async () => {
  hub = await makeMemoryHub()
  first = await enrolled(hub, 'T-1')
  second = await enrolled(hub, 'T-2')
})

type Claim = HandoverPutClaim | HandoverTakeClaim | HandoverEndClaim
const about = (terminal: SpeakingTerminal) => ({
  ...{
    v: 1 as const,
    terminalId: terminal.terminalId,
    nonce: `nonce-of-handover-${++asked}`,
    at: TEST_NOW,
    handoverId,
  },
})
async function say(terminal: SpeakingTerminal, claim: Claim): Promise<HandoverResult> {
  const jws = await signDeviceClaim(claim, terminal.deviceKey)
  const { answer } = await {
    'handover-put': hub.hub.putHandover,
    'handover-take': hub.hub.takeHandover,
    'handover-end': hub.hub.endHandover,
  }[claim.kind]({ claim: jws })
  const verified = await verifyHubAnswer(answer, HandoverAnswerSchema, claim, hub.keySet)
  if (!verified.ok) throw new Error(verified.fault)
  return verified.answer.result
}
function put(change: Partial<HandoverPutClaim> = {}, terminal = first) {
  const proofs = {
    verifierSha256: hubSuite.sha256Hex(verifier),
    cardProofSha256: hubSuite.sha256Hex(card(OWNER).cardProof),
  }
  return say(terminal, {
    kind: 'handover-put',
    ...about(terminal),
    sealed,
    ...proofs,
    expiresAt: EXPIRES_AT,
    ...change,
  })
}
const take = (by: HandoverTakeClaim['by'], terminal = second, change: Partial<HandoverTakeClaim> = {}) =>
  say(terminal, { kind: 'handover-take', ...about(terminal), verifier, by, ...change })
const end = (why: HandoverEndClaim['why'], terminal = second, change: Partial<HandoverEndClaim> = {}) =>
  say(terminal, { kind: 'handover-end', ...about(terminal), verifier, why, ...change })
const acts = async () => (await hub.store.handoverLog(handoverId)).map(({ act }) => act)
const addStaff = async (terminals: string[] | null) =>
  keepStaffBook(hub.store, hub.sources, {
    ...{ kind: 'staff', act: 'add', name: '李静', number: '0217', badgeId: 'A'.repeat(11), terminals },
    verifier: await makeVerifier('271828', { secret: 'B'.repeat(22) }),
  })

test('kept, taken with the card at another terminal, erased when that holds it; sent again it is harmless', async () => {
  expect(await put()).toEqual({ outcome: 'kept' })
  expect(await put()).toEqual({ outcome: 'kept' })
  expect(await put({ sealed: 'b3RoZXI' })).toEqual({ outcome: 'refused', why: 'id-taken' })
  expect(await put({}, second)).toEqual({ outcome: 'refused', why: 'id-taken' })
  expect(await take(card(OWNER))).toEqual(opened)
  // The answer was lost: the same terminal, and no other.
  expect(await take(card(OWNER))).toEqual(opened)
  expect(await take(card(OWNER), first)).toEqual({ outcome: 'open-elsewhere' })
  expect(await end('done', first)).toEqual({ outcome: 'unknown' })
  expect(await end('done')).toEqual({ outcome: 'ended', why: 'used' })
  expect(await end('done')).toEqual({ outcome: 'ended', why: 'used' })
  for (const terminal of [first, second]) {
    expect(await take(card(OWNER), terminal)).toEqual({ outcome: 'ended', why: 'used' })
  }
  expect(await hub.store.handover(handoverId)).toMatchObject({ sealed: null, cardProofSha256: null, ended: 'used' })
  expect(await acts()).toEqual(['kept', 'taken', 'used'])
})

test('so many open slips an hour and terminal, and how long until the next', async () => {
  const id = () => hub.sources.randomUuid()
  const startMs = hub.sources.nowMs
  const [oldest] = [id()]
  expect(await put({ handoverId: oldest })).toEqual({ outcome: 'kept' })
  hub.sources.nowMs = startMs + 10 * 60_000
  for (let count = 1; count < HANDOVERS_AN_HOUR; count++) {
    expect(await put({ handoverId: id() })).toEqual({ outcome: 'kept' })
  }
  expect(await put()).toEqual({ outcome: 'too-many', retryAfterMs: 50 * 60_000 })
  expect(await hub.store.handover(handoverId)).toBeUndefined()
  // What was kept before is kept still, and another terminal is not held up.
  expect(await put({ handoverId: oldest })).toEqual({ outcome: 'kept' })
  expect(await put({ handoverId: id() }, second)).toEqual({ outcome: 'kept' })
  // One that came to an end makes room at once, an hour makes room by itself.
  expect(await end('withdrawn', first, { handoverId: oldest })).toEqual({ outcome: 'ended', why: 'withdrawn' })
  expect(await put()).toEqual({ outcome: 'kept' })
  expect(await put({ handoverId: id() })).toMatchObject({ outcome: 'too-many' })
  hub.sources.nowMs = startMs + 70 * 60_000
  expect(await put({ handoverId: id() })).toEqual({ outcome: 'kept' })
})

test('five wrong cards destroy it, and the right one comes too late', async () => {
  await put()
  for (let left = HANDOVER_TRIES - 1; left > 0; left--) {
    expect(await take(card(STRANGER))).toEqual({ outcome: 'wrong-card', triesLeft: left })
  }
  expect(await take(card(STRANGER))).toEqual({ outcome: 'ended', why: 'destroyed' })
  expect(await take(card(OWNER))).toEqual({ outcome: 'ended', why: 'destroyed' })
  expect(await hub.store.handover(handoverId)).toMatchObject({ sealed: null, ended: 'destroyed' })
})

test('who has not the slip learns nothing, spends no try and takes nothing away', async () => {
  await put()
  const guessed = slipKeys(newSlip())
  const wrong = { verifier: guessed.verifier }
  for (let turn = 0; turn < HANDOVER_TRIES + 1; turn++) {
    expect(await take(card(OWNER), second, wrong)).toEqual({ outcome: 'unknown' })
  }
  expect(await end('withdrawn', first, wrong)).toEqual({ outcome: 'unknown' })
  expect(await take(card(OWNER), second, { handoverId: newSlip().handoverId })).toEqual({ outcome: 'unknown' })
  expect(await hub.store.handover(handoverId)).toMatchObject({ tries: 0, takenBy: null, ended: null })
  expect(await take(card(OWNER))).toEqual(opened)
})

test('at a window: nobody who is not staff of the asking terminal, or no more; that spends no try', async () => {
  await put()
  const staff = { who: 'staff', staffId: '0217' } as const
  expect(await take(staff)).toEqual({ outcome: 'not-staff' })
  await addStaff(['T-1'])
  expect(await take(staff)).toEqual({ outcome: 'not-staff' })
  await keepStaffBook(hub.store, hub.sources, { kind: 'staff', act: 'remove', number: '0217' })
  expect(await take(staff, first)).toEqual({ outcome: 'not-staff' })
  expect(await hub.store.handover(handoverId)).toMatchObject({ tries: 0 })
  expect((await hub.store.handoverLog(handoverId)).at(-1)).toMatchObject({ act: 'kept', staffId: null })
})

test('at a window: staff of the asking terminal opens it without the card, and the log says who', async () => {
  await put()
  await addStaff(null)
  expect(await take({ who: 'staff', staffId: '0217' })).toEqual(opened)
  expect((await hub.store.handoverLog(handoverId)).at(-1)).toMatchObject({ act: 'taken', staffId: '0217' })
})

test('a slip that could not be printed is taken back by its own terminal alone', async () => {
  await put()
  expect(await end('withdrawn', second)).toEqual({ outcome: 'unknown' })
  expect(await end('withdrawn', first)).toEqual({ outcome: 'ended', why: 'withdrawn' })
  expect(await take(card(OWNER))).toEqual({ outcome: 'ended', why: 'withdrawn' })
})

test('after a day it is over and erased, by whoever asks or by the sweeper; later it is forgotten', async () => {
  await put()
  hub.sources.nowMs += HANDOVER_LIFE_MS - 1
  await sweepHandovers(hub.parts)
  expect(await hub.store.handover(handoverId)).toMatchObject({ sealed })
  hub.sources.nowMs += 1
  expect(await take(card(OWNER))).toEqual({ outcome: 'ended', why: 'expired' })
  expect(await hub.store.handover(handoverId)).toMatchObject({ sealed: null, ended: 'expired' })

  const other = { handoverId: newSlip().handoverId }
  await put({ ...other, expiresAt: new Date(hub.sources.nowMs + 60_000).toISOString() })
  hub.sources.nowMs += 60_000
  await sweepHandovers(hub.parts)
  expect(await hub.store.handover(other.handoverId)).toMatchObject({ sealed: null, ended: 'expired' })
  expect(hub.events).toContainEqual({ event: 'handovers.expired', level: 'info', handovers: 1 })
  hub.sources.nowMs += HANDOVER_REMEMBERED_MS
  await sweepHandovers(hub.parts)
  expect(await take(card(OWNER))).toEqual({ outcome: 'unknown' })
})

test('an end that the hub’s clock does not agree with is refused', async () => {
  for (const lifeMs of [0, -1, HANDOVER_LIFE_MS + 3_600_000]) {
    const expiresAt = new Date(Date.parse(TEST_NOW) + lifeMs).toISOString()
    expect(await put({ expiresAt })).toEqual({ outcome: 'refused', why: 'clock' })
  }
  expect(await hub.store.handover(handoverId)).toBeUndefined()
})

test('a terminal that is not enrolled is not heard', async () => {
  const stranger = await enrolled(await makeMemoryHub(), 'T-1')
  await expect(put({}, stranger)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  await expect(take(card(OWNER), stranger)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  await expect(end('withdrawn', stranger)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
})
