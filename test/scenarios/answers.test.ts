import { expect, test } from 'vitest'
import type { WireReply } from '../sim/network.ts'
import {
  type Call,
  HOUR_MS,
  handedIn,
  handedInBy,
  htmlReply,
  jsonReply,
  MINUTE_MS,
  SECOND_MS,
  SILENCE,
  type Stage,
  setStage,
} from './stage.ts'

/** The longest wait of an item or of the breaker (queue-and-sync.md section 7, scenario 7). */
const CAP_MS = 15 * MINUTE_MS
/** A try that is not answered is given up after this (sync/hub-client/transport.ts), a probe comes at a tick. */
const TRY_MS = 30 * SECOND_MS

const receiptOf = (reply: WireReply) => (JSON.parse(reply.body.toString('utf8')) as { receipt?: string }).receipt
const tries = (stage: Stage): readonly Call[] => stage.calls.filter((call) => handedIn(call).length > 0)
function counts(stage: Stage) {
  const { waiting, quarantined, received } = stage.terminal().ledger
  return { waiting, quarantined, received }
}
const delivered = (stage: Stage, count: number) =>
  stage.until('delivered', () => stage.terminal().ledger.received === count, 30 * MINUTE_MS)

test('scenario 5: sent, and the reply is lost: the same key again brings the stored receipt, one row', async () => {
  const stage = await setStage()
  const receipts: unknown[] = []
  stage.onTheWay = async (request, next) => {
    const reply = await next()
    if (handedInBy(request).length === 0) return reply
    receipts.push(receiptOf(reply))
    return receipts.length === 1 ? SILENCE : reply
  }
  const { submissionId } = await stage.submit(1)
  await stage.until('the first reply is lost', () => receipts.length === 1, MINUTE_MS)
  expect(stage.rows()).toHaveLength(1)
  await delivered(stage, 1)
  const [first, second] = tries(stage)
  expect(second?.path).toBe(first?.path)
  expect(second?.body).toEqual(first?.body)
  expect(receipts).toHaveLength(2)
  expect(receipts[1]).toBe(receipts[0])
  expect(stage.rows().map((row) => row.submissionId)).toEqual([submissionId])
  await stage.judge()
})

const busy = (status: number, headers = {}) =>
  jsonReply(status, { defined: false, code: 'TROUBLE', status, message: 'not now' }, headers)

test.each([
  ['500', () => busy(500)],
  ['502', () => htmlReply(502)],
  ['503 with Retry-After', () => busy(503, { 'retry-after': '120' })],
  ['silence', () => SILENCE],
] as const)(
  'scenario 7: a hub of %s for three hours: ever rarer tries with jitter, capped, and all delivered when it is well',
  async (what, trouble) => {
    const stage = await setStage({ worker: true })
    for (let draft = 1; draft <= 5; draft++) await stage.submit(draft)
    await delivered(stage, 5)
    const before = tries(stage).length
    stage.onTheWay = async () => trouble()
    for (let draft = 6; draft <= 10; draft++) await stage.submit(draft)
    const beganMs = stage.scheduler.nowMs()
    await stage.run(3 * HOUR_MS)
    const made = tries(stage).slice(before)
    expect(counts(stage)).toEqual({ waiting: 5, quarantined: 0, received: 5 })
    const late = made.filter(({ atMs }) => atMs > beganMs + HOUR_MS)
    // A plain 500 may be the fault of one submission: each waits for itself. All else is the hub's, and one probe asks.
    const rows = what === '500' ? [6, 7, 8, 9, 10].map((n) => late.filter((call) => isOf(stage, call, n))) : [late]
    if (what !== '500') expect(late.every((call) => handedIn(call).length === 1)).toBe(true)
    for (const row of rows) {
      const gaps = row.slice(1).map((call, at) => call.atMs - (row[at]?.atMs ?? 0))
      expect(Math.max(...gaps)).toBeLessThanOrEqual(CAP_MS + TRY_MS)
      // Two hours in waits of up to 15 minutes, half of it on average: it never gives up, and it never hammers.
      expect(gaps.length).toBeGreaterThan(6)
      expect(gaps.length).toBeLessThan(50)
      expect(new Set(gaps.map((gap) => Math.round(gap / SECOND_MS))).size).toBeGreaterThan(gaps.length / 2)
      if (what === '503 with Retry-After') expect(Math.min(...gaps)).toBeGreaterThanOrEqual(120 * SECOND_MS)
    }
    stage.onTheWay = undefined
    await stage.until('all delivered', () => stage.terminal().ledger.received === 10, CAP_MS + TRY_MS)
    await stage.judge()
  },
  60_000,
)

function isOf(stage: Stage, call: Call, deviceSequence: number): boolean {
  const ids = handedIn(call)
  return ids.some((id) => stage.terminal().ledger.bySubmission(id)?.deviceSequence === deviceSequence)
}

test('scenario 8: what the hub refuses is kept, visible with its reason, in nobody’s way, and goes after a fix', async () => {
  const stage = await setStage({ worker: true })
  const refusals = [
    [400, 'BAD_ENVELOPE', 'bad-envelope'],
    [409, 'HASH_CONFLICT', 'hash-conflict'],
    [413, 'TOO_LARGE', 'too-large'],
    [422, 'SOMETHING_NEW', 'refused'],
    [426, 'UPGRADE_NEEDED', 'upgrade-needed'],
  ] as const
  stage.host.link.state = 'unreachable'
  const ids: string[] = []
  for (let draft = 1; draft <= 8; draft++) ids.push((await stage.submit(draft)).submissionId)
  let batches = 0
  stage.onTheWay = async (request, next) => {
    const asked = handedInBy(request)
    if (request.url.endsWith('/v1/batches')) {
      // A proxy that takes no large bodies: answered by smaller calls.
      batches++
      return htmlReply(413)
    }
    const [status, code] = refusals[ids.indexOf(asked[0] ?? '')] ?? []
    return status === undefined ? next() : jsonReply(status, { defined: true, code, status, message: 'no', data: {} })
  }
  stage.host.link.state = 'up'
  await stage.until('the others are delivered', () => stage.terminal().ledger.received === 3, 10 * MINUTE_MS)
  await stage.until('the five are set aside', () => stage.terminal().ledger.quarantined === 5, 10 * MINUTE_MS)
  expect(batches).toBeGreaterThan(0)
  const { ledger, journal } = stage.terminal()
  const shown = [...ledger.page({ state: 'quarantined', before: null, limit: 10 }).items].reverse()
  expect(shown.map(({ submissionId, reason }) => [submissionId, reason])).toEqual(
    refusals.map(([, , reason], at) => [ids[at], reason]),
  )
  for (const [at, item] of shown.entries()) expect(item.detail).toContain(String(refusals[at]?.[0]))
  await stage.run(10 * SECOND_MS)
  const queue = await stage.host.workerDisk.content.get(ids)
  expect(queue.map((item) => item?.reason)).toEqual([...refusals.map(([, , reason]) => reason), null, null, null])
  const made = tries(stage).length
  await stage.run(2 * HOUR_MS)
  expect(tries(stage)).toHaveLength(made)
  // A restart forgets none of it, and its bytes are still here.
  stage.host.crash('program')
  await stage.until('the terminal is back', () => stage.host.terminal !== undefined, MINUTE_MS)
  expect(stage.terminal().ledger.quarantined).toBe(5)
  expect(await readAll(stage, ids.slice(0, 5))).toEqual([true, true, true, true, true])
  expect(journal).not.toBe(stage.terminal().journal)
  stage.onTheWay = undefined
  stage.host.requeueQuarantined(() => true)
  await delivered(stage, 8)
  await stage.judge()
})

async function readAll(stage: Stage, ids: readonly string[]): Promise<readonly boolean[]> {
  const read: boolean[] = []
  for (const id of ids)
    void stage
      .terminal()
      .journal.readAccepted(id)
      .then(({ ok }) => read.push(ok))
  await stage.until('all are read', () => read.length === ids.length, MINUTE_MS)
  return read
}

test.each([
  ['HTML with 200', () => htmlReply(200)],
  ['JSON of somebody else with 200', () => jsonReply(200, { status: 'ok' })],
  ['a redirect', () => htmlReply(302, { location: 'http://portal.invalid/' })],
  ['a receipt with a bad signature', undefined],
] as const)('scenario 9: %s is no success: nothing is received until the hub’s own receipt', async (_, answer) => {
  const stage = await setStage()
  stage.onTheWay = async (request) => (answer === undefined ? (stage.hub.forge(request) ?? htmlReply(200)) : answer())
  await stage.submit(1)
  await stage.run(HOUR_MS)
  expect(tries(stage).length).toBeGreaterThan(2)
  expect(counts(stage)).toEqual({ waiting: 1, quarantined: 0, received: 0 })
  expect(stage.terminal().delivery.connection.get()).not.toBe('connected')
  stage.onTheWay = undefined
  await delivered(stage, 1)
  await stage.judge()
})

test('scenario 10: a reply for another, a reordered, a duplicated and a late one: each receipt counts for its own alone', async () => {
  const stage = await setStage()
  const receipts = new Map<string, WireReply>()
  const order: string[] = []
  const pairs: unknown[][] = []
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  stage.onTheWay = async (request, next) => {
    const [id] = handedInBy(request)
    if (id === undefined) return next()
    // Everything arrives twice.
    const [reply, again] = await Promise.all([next(), next()])
    pairs.push([receiptOf(reply), receiptOf(again)])
    const isFirst = !receipts.has(id)
    if (isFirst) {
      receipts.set(id, reply)
      order.push(id)
    }
    // The first waits until the second has its answer, which is the first's.
    if (isFirst && order.length === 1) {
      await held
      return reply
    }
    if (isFirst && order.length === 2) {
      stage.scheduler.after(SECOND_MS, 'the first goes on', release)
      return receipts.get(order[0] ?? '') ?? reply
    }
    return reply
  }
  const one = await stage.submit(1)
  await stage.until('the first is on its way', () => order.length === 1, MINUTE_MS)
  const two = await stage.submit(2)
  await stage.until('the second is on its way', () => order.length === 2, MINUTE_MS)
  await stage.run(500)
  // The second got the first's receipt: good, and of another.
  expect(stage.terminal().ledger.received).toBe(0)
  expect(stage.said('flight-failed').map(({ detail }) => detail.why)).toContain('bad-receipt')
  await stage.run(2 * SECOND_MS)
  expect(stage.terminal().ledger.bySubmission(one.submissionId)?.state).toBe('received')
  await delivered(stage, 2)
  expect(pairs.length).toBeGreaterThan(2)
  for (const [first, second] of pairs) expect(second).toBe(first)

  // Late: after the terminal has given up and been answered by another try.
  let late: WireReply | undefined
  stage.onTheWay = async (request, next) => {
    const reply = await next()
    if (handedInBy(request).length === 0 || late !== undefined) return reply
    late = reply
    return new Promise((resolve) => void stage.scheduler.after(5 * MINUTE_MS, 'the late one', () => resolve(reply)))
  }
  const three = await stage.submit(3)
  await delivered(stage, 3)
  await stage.run(10 * MINUTE_MS)
  for (const { submissionId } of [one, two, three]) {
    const row = stage.rows().find((each) => each.submissionId === submissionId)
    expect(stage.terminal().ledger.bySubmission(submissionId)).toMatchObject({
      hubSequence: row?.hubSequence,
      envelopeSha256: row?.sha256,
    })
  }
  expect(stage.rows()).toHaveLength(3)
  await stage.judge()
})

test('scenario 11: the hub commits and falls before it answers; two of its workers get one key at once: one row', async () => {
  const stage = await setStage()
  let fell = false
  const receipts: unknown[] = []
  stage.onTheWay = async (request, next) => {
    if (handedInBy(request).length === 0) return next()
    // Two at once, and a third reads back.
    const [reply, other] = await Promise.all([next(), next()])
    receipts.push(receiptOf(reply), receiptOf(other), receiptOf(await next()))
    if (fell) return reply
    fell = true
    stage.hub.crash()
    return SILENCE
  }
  await stage.submit(1)
  await stage.until('the hub falls', () => fell, MINUTE_MS)
  expect(stage.rows()).toHaveLength(1)
  await delivered(stage, 1)
  expect(receipts).toHaveLength(6)
  expect(receipts).toEqual(Array(6).fill(receipts[0]))
  expect(receipts[0]).toEqual(expect.any(String))
  expect(stage.rows()).toHaveLength(1)
  await stage.judge()
})
