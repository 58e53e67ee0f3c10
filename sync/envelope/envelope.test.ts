import fc from 'fast-check'
import { CompactEncrypt, CompactSign, generateSecret, importJWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ApplicationPayload, SubmissionSummary } from '../protocol/submission.ts'
import { makeTicket } from '../protocol/ticket.ts'
import { openEnvelope } from './open.ts'
import { readEnvelope } from './read-envelope.ts'
import { sealSubmission } from './seal.ts'
import { generateSealKey } from './seal-key.ts'
import { sha256Hex } from './sha256.ts'
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from './signing-key.ts'

const SUBMISSION = '0190a1b2-0000-7000-8000-000000000001'
const OTHER = '0190a1b2-0000-7000-8000-000000000002'
const AT = '2026-03-01T08:00:00.000Z'
const ITEM = { id: 'S07', code: '11100000MB0000000X2000114001000', version: 3 }
const PAYLOAD: ApplicationPayload = {
  v: 1,
  kind: 'application',
  submissionId: SUBMISSION,
  item: ITEM,
  applicant: {
    cardType: 'citizen',
    name: '张样例',
    idNumber: '990101199003070003',
    sex: 'female',
    birth: '1990-03-07',
    address: '样例省样例市样例路七号',
    validTo: '2036.01.01',
    source: 'id-card-chip',
    readAt: AT,
  },
  answers: { reason: 'contract-ended', phone: '13900001234', note: 'a note of the citizen' },
  pledge: '本人承诺以上内容属实',
  acceptedAt: AT,
}
const SUMMARY: Omit<SubmissionSummary, 'sealedSha256' | 'v'> = {
  kind: 'application',
  submissionId: SUBMISSION,
  terminalId: 'HALL-0001',
  deviceSequence: 1,
  item: ITEM,
  ticket: makeTicket(() => 5),
  secretSha256: sha256Hex('secret'),
  acceptedAt: AT,
}

let device: SigningKey
let devicePrivate: Record<string, unknown>
let seal: Awaited<ReturnType<typeof generateSealKey>>
let foreignSeal: Awaited<ReturnType<typeof generateSealKey>>
let envelope: string
let sha256: string

const deviceKeyOf = async (terminalId: string, kid: string) =>
  terminalId === 'HALL-0001' && kid === device.kid ? device.jwk : undefined
const open = (text: string) => openEnvelope(text, (kid) => (kid === 'seal-1' ? seal.privateJwk : undefined))

beforeAll(async () => {
  ;({ key: device, privateJwk: devicePrivate } = await generateSigningKey())
  seal = await generateSealKey()
  foreignSeal = await generateSealKey()
  ;({ envelope, sha256 } = await sealSubmission({
    payload: PAYLOAD,
    summary: SUMMARY,
    sealKey: { kid: 'seal-1', jwk: seal.jwk },
    deviceKey: device,
  }))
})

describe('sealing', () => {
  it('goes there and back, and the summary is readable without a private key', async () => {
    const read = await readEnvelope(envelope, deviceKeyOf)
    if (!read.ok) throw new Error(read.detail)
    expect(read.sha256).toBe(sha256)
    expect(read.sha256).toBe(sha256Hex(Buffer.from(envelope, 'utf8')))
    expect(read.summary).toMatchObject(SUMMARY)
    expect(read.header).toEqual({
      alg: 'RSA-OAEP-256',
      enc: 'A256GCM',
      kid: 'seal-1',
      submissionId: SUBMISSION,
      chunks: [],
    })
    const opened = await open(envelope)
    expect(opened).toMatchObject({ ok: true, payload: PAYLOAD })
  })

  it('leaves no personal string of the payload in the envelope, in the clear or in base64', () => {
    const readable = [
      envelope,
      ...envelope.split(/[."]/).map((part) => Buffer.from(part, 'base64url').toString('utf8')),
    ]
    expect(readable.some((text) => text.includes(SUBMISSION))).toBe(true)
    const { applicant, answers, pledge } = PAYLOAD
    const personal = [applicant.name, applicant.idNumber, applicant.birth, applicant.address, applicant.validTo]
    for (const secret of [...personal, ...Object.values(answers), pledge ?? '']) {
      expect(readable.filter((text) => text.includes(secret))).toEqual([])
    }
  })

  it('makes a fresh content key each time', async () => {
    const sealKey = { kid: 'seal-1', jwk: seal.jwk }
    const again = await sealSubmission({ payload: PAYLOAD, summary: SUMMARY, sealKey, deviceKey: device })
    expect(again.sha256).not.toBe(sha256)
    expect(JSON.parse(again.envelope).sealed.split('.')[1]).not.toBe(JSON.parse(envelope).sealed.split('.')[1])
  })

  it('refuses to seal what the summary does not describe', async () => {
    const summary = { ...SUMMARY, submissionId: OTHER }
    const sealKey = { kid: 'seal-1', jwk: seal.jwk }
    await expect(sealSubmission({ payload: PAYLOAD, summary, sealKey, deviceKey: device })).rejects.toThrow('disagree')
  })
})

/** The parts of an envelope: three of the summary, five of the sealed text. */
const PARTS = ['summary', 'sealed'].flatMap((side) =>
  Array.from({ length: side === 'summary' ? 3 : 5 }, (_, index) => ({ side, index })),
)

function withPart(side: string, index: number, change: (part: string) => string): string {
  const texts = JSON.parse(envelope)
  const parts = texts[side].split('.')
  parts[index] = change(parts[index])
  return JSON.stringify({ ...texts, [side]: parts.join('.') })
}

describe('tampering', () => {
  it.each(PARTS)('finds any changed character of $side part $index', async ({ side, index }) => {
    const length = JSON.parse(envelope)[side].split('.')[index].length
    await fc.assert(
      fc.asyncProperty(fc.nat(length - 1), fc.constantFrom('A', 'Q', 'g', 'w', '_', '.', '='), async (at, sign) => {
        const bad = withPart(side, index, (part) => part.slice(0, at) + sign + part.slice(at + 1))
        fc.pre(bad !== envelope)
        expect((await readEnvelope(bad, deviceKeyOf)).ok).toBe(false)
      }),
      {
        numRuns: 40,
        examples: [
          [length - 1, 'A'],
          [length - 1, 'Q'],
          [length - 1, 'w'],
          [0, '_'],
        ],
      },
    )
  })

  it.each([0, 1, 2, 3, 4])('does not open a sealed text whose part %i was changed', async (index) => {
    const bad = withPart('sealed', index, (part) => {
      const bytes = Buffer.from(part, 'base64url')
      bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
      return bytes.toString('base64url')
    })
    const opened = await open(bad)
    expect(opened.ok).toBe(false)
    if (index > 0) expect(opened).toMatchObject({ fault: 'cannot-decrypt' })
  })

  it('finds a sealed text that was put into another summary', async () => {
    const sealKey = { kid: 'seal-1', jwk: seal.jwk }
    const other = await sealSubmission({ payload: PAYLOAD, summary: SUMMARY, sealKey, deviceKey: device })
    const mixed = JSON.stringify({ summary: JSON.parse(envelope).summary, sealed: JSON.parse(other.envelope).sealed })
    expect(await readEnvelope(mixed, deviceKeyOf)).toMatchObject({ ok: false, fault: 'mismatch' })
  })

  it('has one spelling: spaces, repeated names and other orders are malformed', async () => {
    const { summary, sealed } = JSON.parse(envelope)
    const spellings = [
      ` ${envelope}`,
      JSON.stringify({ sealed, summary }),
      `{"summary":"a.b.c","summary":${JSON.stringify(summary)},"sealed":${JSON.stringify(sealed)}}`,
      JSON.stringify({ summary, sealed, more: 1 }),
      'not JSON',
      '',
    ]
    for (const text of spellings) {
      expect(await readEnvelope(text, deviceKeyOf)).toMatchObject({ ok: false, fault: 'malformed' })
      expect(await open(text)).toMatchObject({ ok: false, fault: 'malformed' })
    }
  })
})

describe('keys', () => {
  it('names an unknown device key and an unknown terminal', async () => {
    expect(await readEnvelope(envelope, async () => undefined)).toMatchObject({ ok: false, fault: 'key-unknown' })
    const summary = { ...SUMMARY, terminalId: 'HALL-0002' }
    const sealKey = { kid: 'seal-1', jwk: seal.jwk }
    const foreign = await sealSubmission({ payload: PAYLOAD, summary, sealKey, deviceKey: device })
    expect(await readEnvelope(foreign.envelope, deviceKeyOf)).toMatchObject({ ok: false, fault: 'key-unknown' })
  })

  it('finds a foreign device key that calls itself ours', async () => {
    const { privateJwk } = await generateSigningKey()
    const deviceKey = await signingKeyFromJwk(privateJwk, device.kid)
    const sealKey = { kid: 'seal-1', jwk: seal.jwk }
    const forged = await sealSubmission({ payload: PAYLOAD, summary: SUMMARY, sealKey, deviceKey })
    expect(await readEnvelope(forged.envelope, deviceKeyOf)).toMatchObject({ ok: false, fault: 'bad-signature' })
  })

  it('opens with the right private key only', async () => {
    expect(await openEnvelope(envelope, () => undefined)).toMatchObject({ fault: 'key-unknown' })
    expect(await openEnvelope(envelope, () => foreignSeal.privateJwk)).toMatchObject({ fault: 'cannot-decrypt' })
  })

  it('refuses a private key whose public part is another', async () => {
    const other = await generateSigningKey()
    await expect(signingKeyFromJwk({ ...devicePrivate, x: other.key.jwk.x })).rejects.toThrow()
  })
})

/** A summary signed by the device with a header of our choice, around the sealed text given. */
async function handMade(header: Record<string, unknown>, sealed: string, change: object = {}): Promise<string> {
  const summary = { ...SUMMARY, v: 1, sealedSha256: sha256Hex(sealed), ...change }
  const key = await importJWK(devicePrivate, 'EdDSA')
  const jws = await new CompactSign(Buffer.from(JSON.stringify(summary)))
    .setProtectedHeader({ alg: 'EdDSA', typ: 'bm-summary+jws', kid: device.kid, ...header })
    .sign(key)
  return JSON.stringify({ summary: jws, sealed })
}

async function sealedBy(header: Record<string, unknown>, payload: unknown = PAYLOAD): Promise<string> {
  return new CompactEncrypt(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({
      alg: 'RSA-OAEP-256',
      enc: 'A256GCM',
      kid: 'seal-1',
      submissionId: SUBMISSION,
      chunks: [],
      ...header,
    })
    .encrypt(await importJWK({ ...seal.jwk, use: 'enc' }, 'RSA-OAEP-256'))
}

describe('headers', () => {
  it('accepts what the hand-made helpers write unchanged, so that the refusals below mean something', async () => {
    const text = await handMade({}, await sealedBy({}))
    expect(await readEnvelope(text, deviceKeyOf)).toMatchObject({ ok: true })
    expect(await open(text)).toMatchObject({ ok: true })
  })

  it('insists on the typ and on EdDSA', async () => {
    const sealed = await sealedBy({})
    const wrongTyp = await handMade({ typ: 'bm-receipt+jws' }, sealed)
    expect(await readEnvelope(wrongTyp, deviceKeyOf)).toMatchObject({ ok: false, fault: 'malformed' })
    const hmac = await new CompactSign(Buffer.from('{}'))
      .setProtectedHeader({ alg: 'HS256', typ: 'bm-summary+jws', kid: device.kid })
      .sign(await generateSecret('HS256'))
    const payload = JSON.parse(await handMade({}, sealed)).summary.split('.')[1]
    const [head, , tail] = hmac.split('.')
    const wrongAlg = JSON.stringify({ summary: `${head}.${payload}.${tail}`, sealed })
    expect(await readEnvelope(wrongAlg, deviceKeyOf)).toMatchObject({ ok: false, fault: 'malformed' })
  })

  it('insists on the sealing algorithms and on an uncompressed text', async () => {
    for (const header of [{ enc: 'A128GCM' }, { chunks: 'none' }, { submissionId: 'x' }, { kid: 7 }]) {
      const text = await handMade({}, await sealedBy(header))
      expect(await readEnvelope(text, deviceKeyOf)).toMatchObject({ ok: false, fault: 'malformed' })
      expect(await open(text)).toMatchObject({ ok: false, fault: 'malformed' })
    }
    const [, ...rest] = (await sealedBy({})).split('.')
    const zip = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'seal-1', submissionId: SUBMISSION, chunks: [], zip: 'DEF' }
    const zipped = [Buffer.from(JSON.stringify(zip)).toString('base64url'), ...rest].join('.')
    expect(await readEnvelope(await handMade({}, zipped), deviceKeyOf)).toMatchObject({ fault: 'malformed' })
  })

  it('finds ids that disagree: header against summary, payload against both', async () => {
    const text = await handMade({}, await sealedBy({ submissionId: OTHER }))
    expect(await readEnvelope(text, deviceKeyOf)).toMatchObject({ ok: false, fault: 'mismatch' })
    const inner = await handMade({}, await sealedBy({}, { ...PAYLOAD, submissionId: OTHER }))
    expect(await readEnvelope(inner, deviceKeyOf)).toMatchObject({ ok: true })
    expect(await open(inner)).toMatchObject({ ok: false, fault: 'mismatch' })
    const item = await handMade({}, await sealedBy({}, { ...PAYLOAD, item: { ...ITEM, version: 4 } }))
    expect(await open(item)).toMatchObject({ ok: false, fault: 'mismatch' })
  })

  it('names a payload that breaks its schema, and a summary with more than its fields', async () => {
    const text = await handMade({}, await sealedBy({}, { ...PAYLOAD, applicant: null }))
    expect(await open(text)).toMatchObject({ ok: false, fault: 'bad-payload' })
    const talkative = await handMade({}, await sealedBy({}), { name: 'somebody' })
    expect(await readEnvelope(talkative, deviceKeyOf)).toMatchObject({ ok: false, fault: 'malformed' })
  })
})
