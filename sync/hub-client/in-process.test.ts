import { beforeAll, describe, expect, it } from 'vitest'
import { signHubAnswer } from '../envelope/contact.ts'
import { joseSuite } from '../envelope/jose-suite.ts'
import { rootKeySha256, signKeySet } from '../envelope/key-set.ts'
import { signManifest } from '../envelope/package.ts'
import { openQuestion, sealAnswer } from '../envelope/person.ts'
import { signPing } from '../envelope/ping.ts'
import { signStaffManifest } from '../envelope/staff-list.ts'
import { inMicrotasks } from '../envelope/testing/microtasks.ts'
import type { RsaJwk } from '../protocol/keys.ts'
import { STAFF_LIST_LIFE_MS } from '../protocol/staff.ts'
import { CHUNK_BYTES } from '../protocol/submission.ts'
import {
  type Answerer,
  AT,
  EPOCH,
  html,
  json,
  type SmallWorld,
  smallWorld,
  submissions,
  TERMINAL,
} from './testing/small-hub.ts'

/**
 * The simulation runs the client over a function instead of a network, under a clock of its own. It can only repeat its
 * history when no call needs an event of the real machine: no timer, no thread, no turn of the event loop.
 */
let world: SmallWorld
let hub: Answerer
let seal: Awaited<ReturnType<SmallWorld['suite']['generateSealKey']>>
const PERSON = { idNumber: '990101198611020033', name: '周明远' }

beforeAll(async () => {
  world = await smallWorld()
  const { suite, hubKey, keySet } = world
  const sent = submissions(suite, 20)
  seal = await suite.generateSealKey()
  const topics = JSON.stringify({ topics: [] })
  hub = async ({ path }, body) => {
    const asked = body as { nonce: string; claim: string }
    const claimOf = <T>() => JSON.parse(Buffer.from(asked.claim.split('.')[1] ?? '', 'base64url').toString('utf8')) as T
    const common = () => ({ terminalId: TERMINAL, nonce: claimOf<{ nonce: string }>().nonce, at: AT, hubEpoch: EPOCH })
    if (path.startsWith('/v1/submissions/')) return json({ receipt: await world.receipt(sent) })
    if (path === '/v1/batches') {
      const results = sent.map(({ submissionId }) => ({ submissionId, outcome: 'stored' }))
      return json({ receipt: await world.receipt(sent), results })
    }
    if (path === '/v1/chunks/offers') return json({ missing: [suite.sha256Hex('chunk')] })
    if (path.startsWith('/v1/chunks/')) return json({ stored: true })
    if (path === '/v1/key-set') return json({ keySet: await signKeySet(keySet, hubKey) })
    if (path === '/v1/ping') {
      const answer = { kind: 'ping', nonce: asked.nonce, at: AT, hubEpoch: EPOCH } as const
      return json({ answer: await signPing(answer, hubKey) })
    }
    if (path === '/v1/contacts') {
      const stand = { hubSequence: 1, backedUpThrough: null, keySetVersion: 1, packages: {}, caseSequence: 0 }
      const answer = { kind: 'contact-answer', ...common(), ...stand, proofWanted: false } as const
      return json({ answer: await signHubAnswer(answer, hubKey) })
    }
    if (path === '/v1/reconciliations') {
      const answer = { ...common(), missing: [], mismatched: [], unlisted: [] }
      return json({ answer: await signHubAnswer({ kind: 'reconcile-answer', ...answer }, hubKey) })
    }
    if (path === '/v1/case-pulls') {
      const checkpoint = { hubEpoch: EPOCH, sequence: 0 }
      const answer = { ...common(), fromStart: true, changes: [], checkpoint, more: false }
      return json({ answer: await signHubAnswer({ kind: 'case-pull-answer', ...answer }, hubKey) })
    }
    if (path.startsWith('/v1/handover')) {
      const results = {
        '/v1/handovers': { outcome: 'kept' },
        '/v1/handover-takes': { outcome: 'wrong-card', triesLeft: 4 },
        '/v1/handover-ends': { outcome: 'ended', why: 'used' },
      } as const
      const result = results[path as keyof typeof results]
      return json({ answer: await signHubAnswer({ kind: 'handover-answer', ...common(), result }, hubKey) })
    }
    if (path === '/v1/person-questions') {
      const text = Buffer.from(asked.claim.split('.')[1] ?? '', 'base64url').toString('utf8')
      const question = await openQuestion(JSON.parse(text), () => seal.privateJwk, suite)
      if (question === undefined) return html(400)
      const answer = { v: 1 as const, at: AT, cases: [] }
      return json({ answer: await sealAnswer(answer, question, suite) })
    }
    if (path === '/v1/staff-pulls') {
      const list = { kind: 'staff-list', terminalId: TERMINAL, issuedAt: AT, members: [] } as const
      const expiresAt = new Date(Date.parse(AT) + STAFF_LIST_LIFE_MS).toISOString()
      const content = JSON.stringify({ ...list, expiresAt })
      const about = { sha256: suite.sha256Hex(content), bytes: content.length, publishedAt: AT, hubEpoch: EPOCH }
      const manifest = { kind: 'staff', terminalId: TERMINAL, version: 1, ...about } as const
      return json({ manifest: await signStaffManifest(manifest, hubKey), content })
    }
    if (path === '/v1/code-identities') {
      const { sealTo } = claimOf<{ sealTo: RsaJwk }>()
      const person = JSON.stringify({ name: '周明远', idNumber: '990101198611020033' })
      const sealed = await suite.encrypt(person, {}, suite.wrapContentKey(sealTo))
      const answer = { kind: 'code-identity-answer', ...common(), result: { ok: true, sealed } } as const
      return json({ answer: await signHubAnswer(answer, hubKey) })
    }
    if (path.startsWith('/v1/packages/')) {
      const manifest = { kind: 'topics', version: 1, hubEpoch: EPOCH, publishedAt: AT } as const
      const size = { sha256: suite.sha256Hex(topics), bytes: topics.length }
      return json({ changed: true, manifest: await signManifest({ ...manifest, ...size }, hubKey), content: topics })
    }
    if (path.endsWith('/enrolment')) return json({ terminalId: TERMINAL, deviceKid: world.device.kid })
    return html(404)
  }
  calls = callsOf(sent)
})

type Calls = Record<string, () => Promise<unknown>>
let calls: Calls

function callsOf(sent: ReturnType<typeof submissions>): Calls {
  const { suite, device, keySet, hubKey } = world
  const client = world.client((seen, body) => hub(seen, body))
  const sha256 = suite.sha256Hex('chunk')
  const offer = { submissionId: suite.randomUuid(), chunks: [{ sha256, bytes: 5 }], terminalId: TERMINAL }
  const facts = {
    terminalId: TERMINAL,
    mark: null,
    lastDeviceSequence: 0,
    waiting: 0,
    quarantined: 0,
    oldestWaitingAt: null,
    damage: 0,
    freeBytes: null,
    version: '1',
  }
  const range = { terminalId: TERMINAL, fromDeviceSequence: 1, throughDeviceSequence: 1, items: [] }
  const slip = { terminalId: TERMINAL, handoverId: suite.randomUuid() }
  const verifier = 'v'.repeat(43)
  const [one] = sent
  if (one === undefined) throw new Error('fixture')
  return {
    putSubmission: () => client.putSubmission(one, keySet),
    putBatch: () => client.putBatch(sent, keySet),
    offerChunks: () => client.offerChunks({ ...offer, deviceKey: device }),
    putChunk: () => client.putChunk({ sha256, bytes: Buffer.alloc(CHUNK_BYTES + 28) }),
    contact: () => client.contact(facts, device, keySet),
    reconcile: () => client.reconcile(range, device, keySet),
    pullCases: () => client.pullCases({ terminalId: TERMINAL, checkpoint: null, limit: 10 }, device, keySet),
    pullStaffList: () => client.pullStaffList(TERMINAL, device, keySet),
    putHandover: () =>
      client.putHandover(
        { ...slip, sealed: 'c2VhbGVk', verifierSha256: sha256, cardProofSha256: sha256, expiresAt: AT },
        device,
        keySet,
      ),
    takeHandover: () =>
      client.takeHandover({ ...slip, verifier, by: { who: 'card', cardProof: verifier } }, device, keySet),
    endHandover: () => client.endHandover({ ...slip, verifier, why: 'done' }, device, keySet),
    redeemCode: () => client.redeemCode({ terminalId: TERMINAL, code: 'a code' }, device, keySet),
    askPerson: () =>
      client.askPerson({
        ...{ terminalId: TERMINAL, kinds: ['cases'], person: PERSON, deviceKey: device },
        sealKey: { kid: 'seal-1', jwk: seal.jwk },
      }),
    getPackage: () => client.getPackage('topics', null, keySet),
    ping: () => client.ping(keySet),
    getKeySet: () => client.getKeySet(rootKeySha256(hubKey.jwk, suite)),
    enrol: () => client.enrol({ terminalId: TERMINAL, code: 'one-time-code-0001', deviceKey: device }),
  }
}

const GOOD = /^(redeemed|received|answered|stored|verified|connected|enrolled)$/
function wordOf(result: unknown): string {
  const { outcome, connection } = result as { outcome?: string; connection?: string }
  return outcome ?? connection ?? JSON.stringify(result)
}

const NAMES = [
  'putSubmission',
  'putBatch',
  'offerChunks',
  'putChunk',
  'contact',
  'reconcile',
  'pullCases',
  'pullStaffList',
  'putHandover',
  'takeHandover',
  'endHandover',
  'redeemCode',
  'askPerson',
  'getPackage',
  'ping',
  'getKeySet',
  'enrol',
]

describe('over a function instead of a network', () => {
  it('every method of the client is tried here', () => {
    const methods = Object.keys(world.client(() => html(404)))
    expect([...methods].sort()).toEqual([...NAMES].sort())
  })

  it.each(NAMES)('%s ends well in microtasks alone', async (name) => {
    const run = calls[name]
    if (run === undefined) throw new Error('fixture')
    const outcome = await inMicrotasks(run)
    if (outcome === 'left') throw new Error('it waits for a tick, a thread or a timer')
    expect(wordOf(outcome.result)).toMatch(GOOD)
  })

  it('with the real suite leaves the microtasks: what is tested here can fail', async () => {
    const real = world.client((seen, body) => hub(seen, body), { suite: joseSuite })
    expect(await inMicrotasks(() => real.ping(world.keySet))).toBe('left')
  })

  it.each(NAMES)('%s leaves no timer, of the real clock or of ours', async (name) => {
    const before = process.getActiveResourcesInfo().sort()
    await calls[name]?.()
    expect(process.getActiveResourcesInfo().sort()).toEqual(before)
    expect(world.openTimers()).toBe(0)
  })

  it('says the same words over and over for the same seed', async () => {
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const again = await smallWorld()
        const client = again.client(() => html(503))
        await client.ping(again.keySet)
        await client.pullCases({ terminalId: TERMINAL, checkpoint: null, limit: 10 }, again.device, again.keySet)
        return again.seen.map(({ bytes }) => bytes.toString())
      }),
    )
    expect(runs[0]).toHaveLength(2)
    expect(runs[1]).toEqual(runs[0])
  })
})
