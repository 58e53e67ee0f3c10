import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type HubAnswer, signHubAnswer, verifyDeviceClaim } from '../envelope/contact.ts'
import {
  type CaseChange,
  type CasePullAnswer,
  CasePullClaimSchema,
  type ContactAnswer,
  ContactClaimSchema,
  type ReconcileAnswer,
  ReconcileClaimSchema,
} from '../protocol/contact.ts'
import { HandoverTakeClaimSchema } from '../protocol/handover.ts'
import { makeTicket } from '../protocol/ticket.ts'
import type { CasePullFacts, ContactFacts, ReconcileFacts } from './answers.ts'
import {
  type Answerer,
  AT,
  EPOCH,
  html,
  json,
  refusal,
  type SmallWorld,
  smallWorld,
  TERMINAL,
} from './testing/small-hub.ts'

const ID = '0190a1b2-0000-7000-8000-000000000001'
const OTHER = '0190a1b2-0000-7000-8000-000000000002'
const OTHER_EPOCH = '5b0f1d9e-46b1-4f0f-9b0a-0d7d8f3c1a12'
const HASH = 'a'.repeat(64)

let world: SmallWorld
beforeAll(async () => {
  world = await smallWorld()
})
beforeEach(() => {
  world.seen.length = 0
})

/** The unverified content of a compact JWS in a request's body. */
function claimIn(body: unknown): { jws: string; nonce: string } {
  const jws = (body as { claim: string }).claim
  return { jws, nonce: JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()).nonce }
}

/** A hub that signs `answer` over the nonce it was asked. */
const answering =
  (answer: object, by = () => world.hubKey): Answerer =>
  async (_, body) => {
    const full = { terminalId: TERMINAL, nonce: claimIn(body).nonce, at: AT, hubEpoch: EPOCH, ...answer }
    return json({ answer: await signHubAnswer(full as HubAnswer, by()) })
  }

const FACTS: ContactFacts = {
  terminalId: TERMINAL,
  mark: { hubEpoch: EPOCH, hubSequence: 4, receiptSha256: HASH },
  lastDeviceSequence: 9,
  waiting: 3,
  quarantined: 1,
  oldestWaitingAt: AT,
  damage: 0,
  freeBytes: null,
  version: '0.1.0',
}
const STAND: Omit<ContactAnswer, 'terminalId' | 'nonce' | 'at' | 'hubEpoch'> = {
  kind: 'contact-answer',
  hubSequence: 12,
  backedUpThrough: 7,
  keySetVersion: 2,
  packages: { catalogue: 3 },
  caseSequence: 5,
  proofWanted: true,
}
const contact = (answer: Answerer, proof?: string) =>
  world.client(answer).contact(FACTS, world.device, world.keySet, proof)

describe('contact', () => {
  it('says how the terminal stands, signed, and learns how the hub stands, signed', async () => {
    const got = await contact(answering(STAND))
    expect(got).toMatchObject({ outcome: 'answered', answer: { ...STAND, hubEpoch: EPOCH } })
    expect(world.seen[0]).toMatchObject({ method: 'POST', path: '/v1/contacts' })
    const body = JSON.parse(world.seen[0]?.bytes.toString() ?? '')
    expect(body).not.toHaveProperty('proof')
    const verified = await verifyDeviceClaim(body.claim, ContactClaimSchema, async () => world.device.jwk, world.suite)
    expect(verified).toMatchObject({ ok: true, claim: { kind: 'contact', v: 1, at: AT, ...FACTS } })
  })

  it('asks with a new nonce each time, and sends the proof that was wanted', async () => {
    await contact(answering(STAND), 'a.b.c')
    await contact(answering(STAND))
    const bodies = world.seen.map(({ bytes }) => JSON.parse(bytes.toString()))
    expect(bodies[0].proof).toBe('a.b.c')
    expect(claimIn(bodies[0]).nonce).not.toBe(claimIn(bodies[1]).nonce)
  })

  it('believes no answer to another question, for another terminal, of another key or kind', async () => {
    const bad: Answerer[] = [
      answering({ ...STAND, nonce: 'nonce-nonce-nonce-1' }),
      answering({ ...STAND, terminalId: 'HALL-0002' }),
      answering(STAND, () => world.foreign),
      answering(STAND, () => ({ ...world.foreign, kid: world.hubKey.kid })),
      answering({ kind: 'reconcile-answer', missing: [], mismatched: [], unlisted: [] }),
      answering({ ...STAND, at: '2028-01-01T00:00:00.000Z' }),
    ]
    for (const answer of bad) {
      expect(await contact(answer)).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
    }
  })

  it('does not take a recorded answer for a new one', async () => {
    let recorded: string | undefined
    const replay: Answerer = async (seen, body) => {
      const fresh = await answering(STAND)(seen, body)
      recorded ??= await fresh.text()
      return new Response(recorded, { headers: { 'content-type': 'application/json' } })
    }
    expect(await contact(replay)).toMatchObject({ outcome: 'answered' })
    expect(await contact(replay)).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
  })

  it('tells an unknown key from a bad claim, and both from strangers', async () => {
    const cases = [
      [refusal(401, 'KEY_UNKNOWN', { why: 'x' }), { outcome: 'claim-refused', reason: 'key-unknown' }],
      [refusal(400, 'BAD_CLAIM', { why: 'x' }), { outcome: 'claim-refused', reason: 'bad-claim' }],
      [refusal(404, 'NOT_FOUND'), { outcome: 'failed', why: 'http-404' }],
      [html(200), { outcome: 'failed', why: 'not-our-hub' }],
      [json({ answer: 'a.b.c' }), { outcome: 'failed', why: 'bad-receipt' }],
      [json({ answer: 'yes' }), { outcome: 'failed', why: 'not-our-hub' }],
    ] as const
    for (const [response, outcome] of cases) expect(await contact(() => response)).toMatchObject(outcome)
  })
})

describe('reconcile', () => {
  const item = { deviceSequence: 1, submissionId: ID, sha256: HASH, state: 'received' } as const
  const facts: ReconcileFacts = {
    terminalId: TERMINAL,
    fromDeviceSequence: 1,
    throughDeviceSequence: 5,
    items: [item, { ...item, deviceSequence: 2, submissionId: OTHER }],
  }
  const reconcile = (change: Partial<ReconcileAnswer>) =>
    world
      .client(answering({ kind: 'reconcile-answer', missing: [], mismatched: [], unlisted: [], ...change }))
      .reconcile(facts, world.device, world.keySet)

  it('compares, signed on both sides', async () => {
    const unlisted = [{ deviceSequence: 3, submissionId: world.suite.randomUuid() }]
    const got = await reconcile({ missing: [ID], mismatched: [OTHER], unlisted })
    expect(got).toMatchObject({ outcome: 'answered', answer: { missing: [ID], mismatched: [OTHER], unlisted } })
    const { jws } = claimIn(JSON.parse(world.seen[0]?.bytes.toString() ?? ''))
    expect(world.seen[0]?.path).toBe('/v1/reconciliations')
    const verified = await verifyDeviceClaim(jws, ReconcileClaimSchema, async () => world.device.jwk, world.suite)
    expect(verified).toMatchObject({ ok: true, claim: facts })
  })

  it('of 1,000 submissions gets time for its size', async () => {
    const client = world.client(() => html(200))
    const items = Array.from({ length: 1000 }, (_, at) => ({ ...item, deviceSequence: at + 1 }))
    world.waits.length = 0
    await client.reconcile({ ...facts, items: [item] }, world.device, world.keySet)
    await client.reconcile({ ...facts, items }, world.device, world.keySet)
    const [shortMs = 0, longMs = 0] = world.waits
    const claimBytes = (world.seen.at(-1)?.bytes.length ?? 0) - 65_536
    expect(claimBytes).toBeGreaterThan(100_000)
    expect(longMs - shortMs).toBeCloseTo(claimBytes / 8.192, -2)
  })

  it('believes nothing about what was not compared', async () => {
    const stranger = world.suite.randomUuid()
    const bad: Partial<ReconcileAnswer>[] = [
      { missing: [stranger] },
      { mismatched: [stranger] },
      { unlisted: [{ deviceSequence: 6, submissionId: stranger }] },
    ]
    for (const change of bad) expect(await reconcile(change)).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
  })
})

describe('pullCases', () => {
  const change = (sequence: number): CaseChange => ({
    sequence,
    submissionId: ID,
    ticket: makeTicket(() => 5),
    state: '已受理',
    at: AT,
  })
  const pull = (checkpoint: CasePullFacts['checkpoint'], answer: Partial<CasePullAnswer>) =>
    world
      .client(
        answering({
          kind: 'case-pull-answer',
          fromStart: false,
          changes: [],
          checkpoint: { hubEpoch: EPOCH, sequence: 4 },
          more: false,
          ...answer,
        }),
      )
      .pullCases({ terminalId: TERMINAL, checkpoint, limit: 100 }, world.device, world.keySet)
  const at = (sequence: number, hubEpoch = EPOCH) => ({ hubEpoch, sequence })

  it('learns changes in order, from a checkpoint or from the start', async () => {
    const changes = [change(5), change(9)]
    const got = await pull(at(4), { changes, checkpoint: at(9), more: true })
    expect(got).toMatchObject({ outcome: 'answered', answer: { changes, checkpoint: at(9), more: true } })
    expect(await pull(at(4), {})).toMatchObject({ outcome: 'answered' })
    expect(await pull(null, { fromStart: true, changes: [change(1)], checkpoint: at(1) })).toMatchObject({
      outcome: 'answered',
    })
    const { jws } = claimIn(JSON.parse(world.seen[0]?.bytes.toString() ?? ''))
    expect(world.seen[0]?.path).toBe('/v1/case-pulls')
    const verified = await verifyDeviceClaim(jws, CasePullClaimSchema, async () => world.device.jwk, world.suite)
    expect(verified).toMatchObject({ ok: true, claim: { checkpoint: at(4), limit: 100 } })
  })

  it('begins again in another epoch, and only when the hub says so', async () => {
    const old = at(90, OTHER_EPOCH)
    expect(await pull(old, { fromStart: true, changes: [change(1)], checkpoint: at(1) })).toMatchObject({
      outcome: 'answered',
    })
    expect(await pull(old, { changes: [change(91)], checkpoint: at(91) })).toMatchObject({ outcome: 'failed' })
  })

  it('follows no checkpoint that would skip changes, turn in circles or mix epochs', async () => {
    const bad: Partial<CasePullAnswer>[] = [
      { changes: [change(9), change(5)], checkpoint: at(9) },
      { changes: [change(5), change(5)], checkpoint: at(5) },
      { changes: [change(4)], checkpoint: at(4) },
      { changes: [change(9)], checkpoint: at(8) },
      { checkpoint: at(3) },
      { checkpoint: at(4), more: true },
      { checkpoint: at(4, OTHER_EPOCH) },
    ]
    for (const answer of bad) {
      expect(await pull(at(4), answer)).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
    }
  })
})

describe('hand-over', () => {
  const verifier = 'v'.repeat(43)
  const facts = { terminalId: TERMINAL, handoverId: ID, verifier, by: { who: 'card', cardProof: verifier } } as const
  const take = (answer: Answerer) => world.client(answer).takeHandover(facts, world.device, world.keySet)

  it('asks with slip and card, signed, and learns what became of it, signed', async () => {
    const result = { outcome: 'wrong-card', triesLeft: 3 }
    let claim = ''
    const got = await take((seen, body) => {
      claim = claimIn(body).jws
      return answering({ kind: 'handover-answer', result })(seen, body)
    })
    expect(got).toMatchObject({ outcome: 'answered', answer: { result } })
    expect(world.seen[0]).toMatchObject({ method: 'POST', path: '/v1/handover-takes' })
    const said = await verifyDeviceClaim(claim, HandoverTakeClaimSchema, async () => world.device.jwk, world.suite)
    expect(said).toMatchObject({ ok: true, claim: facts })
  })

  it('believes no answer to another call, of another signer or without a signature', async () => {
    const kept = { kind: 'handover-answer', result: { outcome: 'kept' } }
    expect(await take(answering(kept))).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
    const ended = { kind: 'handover-answer', result: { outcome: 'ended', why: 'used' } }
    expect(await take(answering(ended, () => world.device))).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
    expect(await take(() => json({ answer: 'a.b.c' }))).toMatchObject({ outcome: 'failed' })
    expect(await take(() => refusal(401, 'KEY_UNKNOWN', { why: '' }))).toMatchObject({ outcome: 'claim-refused' })
  })
})
