import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BatchItemResult } from '../protocol/hub-api.ts'
import type { BatchAnswer, PutResult, Submission } from './answers.ts'
import { EPOCH, html, json, refusal, type SmallWorld, smallWorld, submissions } from './testing/small-hub.ts'

let world: SmallWorld
let three: [Submission, Submission, Submission]

beforeAll(async () => {
  world = await smallWorld()
  three = submissions(world.suite, 3) as typeof three
})
beforeEach(() => {
  world.seen.length = 0
  world.waits.length = 0
})

const put = (answer: () => Response | Promise<Response>, sent: readonly Submission[] = three) =>
  world.client(answer).putBatch(sent, world.keySet)
const stored = ({ submissionId }: Submission): BatchItemResult => ({ submissionId, outcome: 'stored' })
const reply = async (receipt: string | null, results: readonly BatchItemResult[], more: object = {}) =>
  json({ receipt, results, ...more })

/** The results in the order of the submissions. */
function results(answer: BatchAnswer, sent: readonly Submission[] = three): (PutResult | undefined)[] {
  if (answer.outcome !== 'answered') throw new Error(answer.detail)
  expect(answer.results.size).toBe(sent.length)
  return sent.map(({ submissionId }) => answer.results.get(submissionId))
}
const notProven = { outcome: 'failed', why: 'bad-receipt', hubWide: false }

describe('a batch', () => {
  it('is received when one receipt proves every item, and sends what the contract says', async () => {
    const receipt = await world.receipt(three)
    const got = results(await put(() => reply(receipt, three.map(stored))))
    for (const [at, { deviceSequence }] of three.entries()) {
      const hubSequence = 1000 + deviceSequence
      expect(got[at]).toEqual({ outcome: 'received', receipt, hubSequence, hubEpoch: EPOCH })
    }
    expect(world.seen).toHaveLength(1)
    expect(world.seen[0]).toMatchObject({ method: 'POST', path: '/v1/batches' })
    expect(JSON.parse(world.seen[0]?.bytes.toString() ?? '')).toEqual({
      submissions: three.map(({ submissionId, sha256, envelope }) => ({ submissionId, sha256, envelope })),
    })
  })

  it('checks the one signature once', async () => {
    let checks = 0
    const suite = {
      ...world.suite,
      verifiedText: (...args: Parameters<typeof world.suite.verifiedText>) => {
        checks++
        return world.suite.verifiedText(...args)
      },
    }
    const receipt = await world.receipt(three)
    const held = await world.receipt(three, { receivedAt: '2026-02-01T00:00:00.000Z' })
    const client = world.client(
      () => reply(receipt, [stored(three[0]), ...three.slice(1).map((each) => heldBy(each, held))]),
      { suite },
    )
    expect(results(await client.putBatch(three, world.keySet))).toMatchObject(Array(3).fill({ outcome: 'received' }))
    expect(checks).toBe(2)
  })

  const heldBy = ({ submissionId }: Submission, receipt: string): BatchItemResult => ({
    submissionId,
    outcome: 'held',
    receipt,
  })

  it('item is not received by a receipt that leaves it out or says something else of it; the others are', async () => {
    const [one, two, last] = three
    const wrong: Submission[][] = [
      [one, last],
      [one, { ...two, sha256: world.suite.sha256Hex('another envelope') }, last],
      [one, { ...two, deviceSequence: 77 }, last],
      [one, { ...two, submissionId: world.suite.randomUuid() }, last],
    ]
    for (const covered of wrong) {
      const got = results(await put(async () => reply(await world.receipt(covered), three.map(stored))))
      expect(got).toMatchObject([{ outcome: 'received' }, notProven, { outcome: 'received' }])
    }
  })

  it('is not received by a receipt for another terminal, or by none', async () => {
    const foreign = await world.receipt(three, { terminalId: 'HALL-0002' })
    for (const receipt of [foreign, null]) {
      expect(results(await put(() => reply(receipt, three.map(stored))))).toMatchObject(Array(3).fill(notProven))
    }
  })

  it('whose receipt the hub did not sign fails as a whole: its refusals are not believed either', async () => {
    const liar = { ...world.foreign, kid: world.hubKey.kid }
    const { submissionId } = three[0]
    const refusedOne: BatchItemResult = { submissionId, outcome: 'refused', status: 400, code: 'BAD_ENVELOPE', why: '' }
    for (const key of [world.foreign, liar]) {
      const receipt = await world.receipt(three, {}, key)
      const answer = await put(() => reply(receipt, [refusedOne, ...three.slice(1).map(stored)]))
      expect(answer).toMatchObject({ outcome: 'failed', why: 'bad-receipt', hubWide: true })
    }
    const late = await world.receipt(three, { receivedAt: '2028-01-01T00:00:00.000Z' })
    expect(await put(() => reply(late, three.map(stored)))).toMatchObject({ outcome: 'failed', hubWide: true })
  })

  it('held before is received by each stored receipt, which may be a batch’s and stand there once', async () => {
    const [one, two, last] = three
    const old = await world.receipt([one, last])
    const own = await world.receipt([two])
    const got = results(
      await put(() =>
        reply(null, [
          heldBy(one, old),
          heldBy(two, own),
          { submissionId: last.submissionId, outcome: 'held-with', heldWith: one.submissionId },
        ]),
      ),
    )
    expect(got).toMatchObject([
      { outcome: 'received', receipt: old, hubSequence: 1001 },
      { outcome: 'received', receipt: own, hubSequence: 1002 },
      { outcome: 'received', receipt: old, hubSequence: 1003 },
    ])
  })

  it('held before is not received by a bad, foreign or other stored receipt; the others are', async () => {
    const [one, two, last] = three
    const good = await world.receipt([one])
    const bad = [
      heldBy(two, await world.receipt([two], {}, world.foreign)),
      heldBy(two, await world.receipt([last])),
      heldBy(two, good),
      { submissionId: two.submissionId, outcome: 'held-with', heldWith: one.submissionId } as const,
      { submissionId: two.submissionId, outcome: 'held-with', heldWith: two.submissionId } as const,
      { submissionId: two.submissionId, outcome: 'held-with', heldWith: last.submissionId } as const,
    ]
    for (const item of bad) {
      const batch = await world.receipt([last])
      const got = results(await put(() => reply(batch, [heldBy(one, good), item, stored(last)])))
      expect(got).toMatchObject([{ outcome: 'received' }, notProven, { outcome: 'received' }])
    }
  })

  it('item that is refused is quarantined, one without its chunks says which, and neither touches the others', async () => {
    const [one, two, last] = three
    const missing = [world.suite.sha256Hex('chunk')]
    const cases = [
      [400, 'BAD_ENVELOPE', 'bad-envelope'],
      [401, 'KEY_UNKNOWN', 'key-unknown'],
      [409, 'HASH_CONFLICT', 'hash-conflict'],
      [413, 'TOO_LARGE', 'too-large'],
      [426, 'UPGRADE_NEEDED', 'upgrade-needed'],
    ] as const
    for (const [status, code, reason] of cases) {
      const receipt = await world.receipt([one])
      const got = results(
        await put(() =>
          reply(receipt, [
            stored(one),
            { submissionId: two.submissionId, outcome: 'refused', status, code, why: 'because' },
            { submissionId: last.submissionId, outcome: 'chunks-missing', missing },
          ]),
        ),
      )
      expect(got).toMatchObject([
        { outcome: 'received' },
        { outcome: 'quarantined', reason, detail: `status ${status} ${code}` },
        { outcome: 'chunks-missing', missing },
      ])
    }
  })

  it('item that the answer leaves out, or names twice, failed; strangers in it are nothing', async () => {
    const [one, two, last] = three
    const receipt = await world.receipt(three)
    const strange = { ...one, submissionId: world.suite.randomUuid() }
    expect(results(await put(() => reply(receipt, [stored(one), stored(last), stored(strange)])))).toMatchObject([
      { outcome: 'received' },
      notProven,
      { outcome: 'received' },
    ])
    expect(results(await put(() => reply(receipt, [...three, two].map(stored))))).toMatchObject([
      { outcome: 'received' },
      notProven,
      { outcome: 'received' },
    ])
  })

  it('answer’s stand of the hub is passed on as a hint', async () => {
    const hub = { hubEpoch: EPOCH, hubSequence: 9, backedUpThrough: null }
    const receipt = await world.receipt(three)
    expect(await put(() => reply(receipt, three.map(stored), { hub }))).toMatchObject({ unprovenStand: hub })
    expect(await put(() => reply(receipt, three.map(stored)))).not.toHaveProperty('unprovenStand')
    const single = world.client(() => json({ receipt, hub })).putSubmission(three[0], world.keySet)
    expect(await single).toMatchObject({ outcome: 'received', unprovenStand: hub })
  })

  it('as a whole fails narrowly when only this call was wrong, so that it can be cut smaller', async () => {
    const cases = [
      [refusal(400, 'BAD_BATCH', { why: 'x' }), 'http-400', false],
      [refusal(404, 'NOT_FOUND'), 'http-404', false],
      [html(413), 'http-413', false],
      [html(500), 'http-500', false],
      [html(503), 'http-503', true],
      [html(200), 'not-our-hub', true],
      [html(404), 'not-our-hub', true],
      [json({ results: [] }), 'not-our-hub', true],
    ] as const
    for (const [response, why, hubWide] of cases) {
      expect(await put(() => response)).toMatchObject({ outcome: 'failed', why, hubWide })
    }
  })

  it('that nobody may send is a bug', async () => {
    const { client, suite, keySet } = world
    const send = (sent: readonly Submission[]) => () => client(() => json({})).putBatch(sent, keySet)
    const [one] = three
    expect(send([])).toThrow(RangeError)
    expect(send([one, one])).toThrow(RangeError)
    expect(send(submissions(suite, 201))).toThrow(RangeError)
    expect(send([{ ...one, envelope: 'x'.repeat(5 << 20) }])).toThrow(RangeError)
    expect(world.seen).toEqual([])
  })

  it('of 200 that were all held takes the 200 receipts of a hub that repeats them', async () => {
    const many = submissions(world.suite, 200)
    const old = await world.receipt(many)
    const answer = await put(
      () =>
        reply(
          null,
          many.map((each) => heldBy(each, old)),
        ),
      many,
    )
    expect(results(answer, many).every((each) => each?.outcome === 'received')).toBe(true)
    expect(old.length * 200).toBeGreaterThan(5_000_000)
  })

  it('gets time for its size', async () => {
    const small = async () => void (await put(() => html(200)))
    await small()
    const [one, two] = three
    const big = [
      { ...one, envelope: 'x'.repeat(1 << 20) },
      { ...two, envelope: 'x'.repeat(1 << 20) },
    ]
    await put(() => html(200), big)
    const [shortMs = 0, longMs = 0] = world.waits
    // 2 MiB but the 64 KiB that are free, at 8 KiB a second.
    expect(longMs - shortMs).toBe((2048 - 64) * 125)
    expect(world.openTimers()).toBe(0)
  })
})
