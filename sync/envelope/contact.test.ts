import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { CodeIdentityAnswerSchema, CodeIdentityClaimSchema } from '../protocol/code-identity.ts'
import {
  type BundleManifest,
  CasePullAnswerSchema,
  CasePullClaimSchema,
  ChunkOfferSchema,
  type ContactAnswer,
  ContactAnswerSchema,
  type ContactClaim,
  ContactClaimSchema,
  ReconcileAnswerSchema,
  ReconcileClaimSchema,
  StaffPullClaimSchema,
} from '../protocol/contact.ts'
import {
  HandoverAnswerSchema,
  HandoverEndClaimSchema,
  HandoverPutClaimSchema,
  HandoverTakeClaimSchema,
} from '../protocol/handover.ts'
import type { KeySet } from '../protocol/keys.ts'
import { PersonQuestionClaimSchema } from '../protocol/person.ts'
import {
  type DeviceClaim,
  type HubAnswer,
  signBundleManifest,
  signDeviceClaim,
  signHubAnswer,
  verifyBundleManifest,
  verifyDeviceClaim,
  verifyHubAnswer,
} from './contact.ts'
import { joseSuite } from './jose-suite.ts'
import type { SigningKey } from './suite.ts'
import { seededRandom } from './testing/seeded-random.ts'
import { seededSuite } from './testing/seeded-suite.ts'

const AT = '2026-03-01T08:00:00.000Z'
const EPOCH = '5b0f1d9e-46b1-4f0f-9b0a-0d7d8f3c1a11'
const ID = '0190a1b2-0000-7000-8000-000000000001'
const HASH = 'a'.repeat(64)
const NONCE = 'nonce-nonce-nonce-1'
const TERMINAL = 'HALL-0001'

const asked = { v: 1, terminalId: TERMINAL, nonce: NONCE, at: AT } as const
const CONTACT: ContactClaim = {
  kind: 'contact',
  ...asked,
  mark: { hubEpoch: EPOCH, hubSequence: 4, receiptSha256: HASH },
  lastDeviceSequence: 9,
  waiting: 3,
  quarantined: 1,
  oldestWaitingAt: AT,
  damage: 0,
  freeBytes: 1_000_000,
  version: '0.1.0',
}
const CLAIMS = {
  contact: CONTACT,
  'chunk-offer': { kind: 'chunk-offer', ...asked, submissionId: ID, chunks: [{ sha256: HASH, bytes: 40 }] },
  reconcile: {
    kind: 'reconcile',
    ...asked,
    fromDeviceSequence: 1,
    throughDeviceSequence: 2,
    items: [{ deviceSequence: 1, submissionId: ID, sha256: HASH, state: 'received' }],
  },
  'case-pull': { kind: 'case-pull', ...asked, checkpoint: null, limit: 100 },
  'staff-pull': { kind: 'staff-pull', ...asked },
  'handover-put': {
    kind: 'handover-put',
    ...asked,
    handoverId: ID,
    sealed: 'c2VhbGVk',
    verifierSha256: HASH,
    cardProofSha256: HASH,
    expiresAt: AT,
  },
  'handover-take': {
    kind: 'handover-take',
    ...asked,
    handoverId: ID,
    verifier: 'v'.repeat(43),
    by: { who: 'card', cardProof: 'c'.repeat(43) },
  },
  'handover-end': { kind: 'handover-end', ...asked, handoverId: ID, verifier: 'v'.repeat(43), why: 'done' },
  'code-identity': {
    ...{ kind: 'code-identity', ...asked, code: 'a code' },
    sealTo: { kty: 'RSA', n: 'n'.repeat(512), e: 'AQAB' },
  },
  'person-question': { kind: 'person-question', ...asked, sealed: 'a.b.c.d.e' },
} as const satisfies Record<DeviceClaim['kind'], unknown>
const CLAIM_SCHEMAS = {
  contact: ContactClaimSchema,
  'chunk-offer': ChunkOfferSchema,
  reconcile: ReconcileClaimSchema,
  'case-pull': CasePullClaimSchema,
  'staff-pull': StaffPullClaimSchema,
  'handover-put': HandoverPutClaimSchema,
  'handover-take': HandoverTakeClaimSchema,
  'handover-end': HandoverEndClaimSchema,
  'code-identity': CodeIdentityClaimSchema,
  'person-question': PersonQuestionClaimSchema,
} as const
const claimOf = (kind: DeviceClaim['kind']) => structuredClone(CLAIMS[kind]) as unknown as DeviceClaim

const answered = { terminalId: TERMINAL, nonce: NONCE, at: AT, hubEpoch: EPOCH }
const CONTACT_ANSWER: ContactAnswer = {
  kind: 'contact-answer',
  ...answered,
  hubSequence: 12,
  backedUpThrough: null,
  keySetVersion: 2,
  packages: { catalogue: 3 },
  caseSequence: 0,
  proofWanted: false,
}
const ANSWERS: Record<HubAnswer['kind'], HubAnswer> = {
  'contact-answer': CONTACT_ANSWER,
  'reconcile-answer': { kind: 'reconcile-answer', ...answered, missing: [ID], mismatched: [], unlisted: [] },
  'case-pull-answer': {
    kind: 'case-pull-answer',
    ...answered,
    fromStart: true,
    changes: [],
    checkpoint: { hubEpoch: EPOCH, sequence: 0 },
    more: false,
  },
  'handover-answer': { kind: 'handover-answer', ...answered, result: { outcome: 'kept' } },
  'code-identity-answer': { kind: 'code-identity-answer', ...answered, result: { ok: false, why: 'used' } },
}
const ANSWER_SCHEMAS = {
  'contact-answer': ContactAnswerSchema,
  'reconcile-answer': ReconcileAnswerSchema,
  'case-pull-answer': CasePullAnswerSchema,
  'handover-answer': HandoverAnswerSchema,
  'code-identity-answer': CodeIdentityAnswerSchema,
} as const
const MANIFEST: BundleManifest = {
  kind: 'rescue-bundle',
  v: 1,
  terminalId: TERMINAL,
  journalId: 'journal-1',
  at: AT,
  submissions: [{ submissionId: ID, deviceSequence: 1, sha256: HASH, chunks: [] }],
}

const CLAIM_KINDS = Object.keys(CLAIMS) as DeviceClaim['kind'][]
const ANSWER_KINDS = Object.keys(ANSWERS) as HubAnswer['kind'][]

describe.each([joseSuite, seededSuite(seededRandom(1))])('with the $name suite', (suite) => {
  let device: SigningKey
  let foreign: SigningKey
  let pingKey: SigningKey
  let receiptKey: SigningKey
  let keySet: KeySet
  const deviceKeyOf = async (terminalId: string, kid: string) =>
    terminalId === TERMINAL && kid === device.kid ? device.jwk : undefined

  beforeAll(async () => {
    device = (await suite.generateSigningKey()).key
    foreign = (await suite.generateSigningKey()).key
    pingKey = (await suite.generateSigningKey()).key
    receiptKey = (await suite.generateSigningKey()).key
    const valid = { from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' }
    keySet = {
      kind: 'key-set',
      version: 1,
      keys: [
        { ...valid, kid: pingKey.kid, use: 'ping', jwk: pingKey.jwk },
        { ...valid, kid: receiptKey.kid, use: 'receipt', jwk: receiptKey.jwk },
      ],
    }
  })

  describe('a claim', () => {
    it.each(CLAIM_KINDS)('%s says who speaks', async (kind) => {
      const jws = await signDeviceClaim(claimOf(kind), device)
      const verified = await verifyDeviceClaim(jws, CLAIM_SCHEMAS[kind], deviceKeyOf, suite)
      expect(verified).toEqual({ ok: true, claim: claimOf(kind), kid: device.kid })
    })

    it.each(CLAIM_KINDS)('%s is taken for no other kind', async (kind) => {
      const jws = await signDeviceClaim(claimOf(kind), device)
      for (const other of CLAIM_KINDS.filter((each) => each !== kind)) {
        const verified = await verifyDeviceClaim(jws, CLAIM_SCHEMAS[other], deviceKeyOf, suite)
        expect(verified).toMatchObject({ ok: false, fault: 'bad-content' })
      }
    })

    it('is refused from an unknown or revoked key, a foreign one, and another terminal', async () => {
      const by = (key: SigningKey, claim = CONTACT) => signDeviceClaim(claim, key)
      const verify = (jws: string, keyOf = deviceKeyOf) => verifyDeviceClaim(jws, ContactClaimSchema, keyOf, suite)
      expect(await verify(await by(device), async () => undefined)).toMatchObject({ fault: 'key-unknown' })
      expect(await verify(await by(foreign))).toMatchObject({ fault: 'key-unknown' })
      const liar: SigningKey = { ...foreign, kid: device.kid, sign: foreign.sign }
      const forged = await verifyDeviceClaim(await by(liar), ContactClaimSchema, async () => device.jwk, suite)
      expect(forged).toMatchObject({ fault: 'bad-signature' })
      const posing = await by(device, { ...CONTACT, terminalId: 'HALL-0002' })
      expect(await verify(posing)).toMatchObject({ fault: 'key-unknown' })
    })

    it('asks for the key of the terminal and id that stand in it', async () => {
      const askedFor: string[] = []
      await verifyDeviceClaim(
        await signDeviceClaim(CONTACT, device),
        ContactClaimSchema,
        async (...names) => {
          askedFor.push(...names)
          return device.jwk
        },
        suite,
      )
      expect(askedFor).toEqual([TERMINAL, device.kid])
    })

    it('is found when any byte of it was changed', async () => {
      const jws = await signDeviceClaim(CONTACT, device)
      await fc.assert(
        fc.asyncProperty(fc.nat(jws.length - 1), fc.constantFrom(...'AQgw_.-=9'), async (at, sign) => {
          const bad = jws.slice(0, at) + sign + jws.slice(at + 1)
          fc.pre(bad !== jws)
          const verified = await verifyDeviceClaim(bad, ContactClaimSchema, async () => device.jwk, suite)
          expect(verified.ok).toBe(false)
        }),
        { numRuns: 150, examples: [[jws.length - 1, 'A']] },
      )
    })

    it('is not signed when it is none', async () => {
      const bad = { ...CONTACT, waiting: -1 }
      await expect(signDeviceClaim(bad, device)).rejects.toMatchObject({ name: 'ZodError' })
    })

    it('is no bundle, no answer and no summary', async () => {
      const verify = (jws: string) => verifyDeviceClaim(jws, ContactClaimSchema, deviceKeyOf, suite)
      for (const typ of ['bm-bundle+jws', 'bm-answer+jws', 'bm-summary+jws']) {
        expect(await verify(await device.sign(CONTACT, typ))).toMatchObject({ fault: 'malformed' })
      }
      for (const text of ['', 'a.b.c', '<html>']) expect(await verify(text)).toMatchObject({ fault: 'malformed' })
    })
  })

  describe('an answer', () => {
    const verify = (jws: string, to: object = {}) =>
      verifyHubAnswer(jws, ContactAnswerSchema, { nonce: NONCE, terminalId: TERMINAL, ...to }, keySet, suite)

    it.each(ANSWER_KINDS)('%s verifies, and as no other kind', async (kind) => {
      const jws = await signHubAnswer(ANSWERS[kind], pingKey)
      for (const other of ANSWER_KINDS) {
        const verified = await verifyHubAnswer(
          jws,
          ANSWER_SCHEMAS[other],
          { nonce: NONCE, terminalId: TERMINAL },
          keySet,
          suite,
        )
        expect(verified).toMatchObject(other === kind ? { ok: true, answer: ANSWERS[kind] } : { fault: 'bad-content' })
      }
    })

    it('counts for this nonce and this terminal only', async () => {
      const jws = await signHubAnswer(CONTACT_ANSWER, pingKey)
      expect(await verify(jws)).toMatchObject({ ok: true })
      expect(await verify(jws, { nonce: 'nonce-nonce-nonce-2' })).toMatchObject({ fault: 'wrong-nonce' })
      expect(await verify(jws, { terminalId: 'HALL-0002' })).toMatchObject({ fault: 'wrong-terminal' })
    })

    it('is refused from a foreign key, a key of another use, and a key that was not valid then', async () => {
      for (const key of [foreign, receiptKey]) {
        expect(await verify(await signHubAnswer(CONTACT_ANSWER, key))).toMatchObject({ fault: 'key-unknown' })
      }
      const late = { ...CONTACT_ANSWER, at: '2027-06-01T00:00:00.000Z' }
      expect(await verify(await signHubAnswer(late, pingKey))).toMatchObject({ fault: 'key-unknown' })
      const ping = await pingKey.sign(CONTACT_ANSWER, 'bm-ping+jws')
      expect(await verify(ping)).toMatchObject({ fault: 'malformed' })
    })
  })

  it('a bundle’s manifest verifies, and is refused when changed or from elsewhere', async () => {
    const jws = await signBundleManifest(MANIFEST, device)
    expect(await verifyBundleManifest(jws, deviceKeyOf, suite)).toEqual({
      ok: true,
      manifest: MANIFEST,
      kid: device.kid,
    })
    const [head, body = '', tail] = jws.split('.')
    const fewer = Buffer.from(JSON.stringify({ ...MANIFEST, submissions: [] })).toString('base64url')
    expect(body).not.toBe(fewer)
    const bad = [`${head}.${fewer}.${tail}`, await signBundleManifest(MANIFEST, foreign)]
    expect(await verifyBundleManifest(bad[0] ?? '', deviceKeyOf, suite)).toMatchObject({ fault: 'bad-signature' })
    expect(await verifyBundleManifest(bad[1] ?? '', deviceKeyOf, suite)).toMatchObject({ fault: 'key-unknown' })
    const claim = await device.sign(MANIFEST, 'bm-claim+jws')
    expect(await verifyBundleManifest(claim, deviceKeyOf, suite)).toMatchObject({ fault: 'malformed' })
  })
})
