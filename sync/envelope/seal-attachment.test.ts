import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ApplicationPayload, CHUNK_BYTES, ChunkSchema, type SubmissionSummary } from '../protocol/submission.ts'
import { makeTicket } from '../protocol/ticket.ts'
import { joseSuite } from './jose-suite.ts'
import { openEnvelope } from './open.ts'
import { readEnvelope } from './read-envelope.ts'
import { sealSubmission } from './seal.ts'
import { openAttachment, type SealedAttachment, sealAttachment } from './seal-attachment.ts'
import { seededRandom } from './testing/seeded-random.ts'
import { seededSuite } from './testing/seeded-suite.ts'

const ID = '0190a1b2-0000-7000-8000-000000000001'
const OTHER = '0190a1b2-0000-7000-8000-000000000002'
const AT = '2026-03-01T08:00:00.000Z'
const common = { materialId: 'household-register', mediaType: 'image/jpeg' } as const
/** Two whole chunks and a bit, no two alike. */
const PLAIN = Buffer.alloc(2 * CHUNK_BYTES + 5)
for (let at = 0; at < PLAIN.length; at += 4096) PLAIN.writeUInt32LE(at, Math.min(at, PLAIN.length - 4))

describe.each([joseSuite, seededSuite(seededRandom(1))])('with the $name suite', (suite) => {
  let three: SealedAttachment
  const stored = (...all: SealedAttachment[]) => {
    const held = new Map(all.flatMap(({ chunks }) => chunks.map(({ sha256, sealed }) => [sha256, sealed] as const)))
    return async (sha256: string) => held.get(sha256)
  }
  const open = (
    { attachment }: Pick<SealedAttachment, 'attachment'>,
    read: (sha256: string) => Promise<Uint8Array | undefined>,
    index = 0,
    id = ID,
  ) => openAttachment(attachment, index, id, read, suite)

  beforeAll(async () => {
    three = await sealAttachment({ submissionId: ID, index: 0, ...common, plain: PLAIN }, suite)
  })

  it('goes there and back in chunks of one MiB', async () => {
    for (const bytes of [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, PLAIN.length]) {
      const plain = PLAIN.subarray(0, bytes)
      const sealed = await sealAttachment({ submissionId: ID, index: 2, ...common, plain }, suite)
      expect(sealed.chunks).toHaveLength(Math.ceil(bytes / CHUNK_BYTES))
      for (const { sha256, bytes: size, sealed: text } of sealed.chunks) {
        expect(ChunkSchema.parse({ sha256, bytes: size })).toEqual({
          sha256: suite.sha256Hex(text),
          bytes: text.byteLength,
        })
      }
      expect(sealed.attachment).toMatchObject({ ...common, bytes, sha256: suite.sha256Hex(plain) })
      const opened = await open(sealed, stored(sealed), 2)
      expect(opened.ok && opened.plain.equals(plain)).toBe(true)
    }
  })

  it('leaves nothing of the plain bytes in the chunks, and seals twice differently', async () => {
    const plain = Buffer.from('样例省样例市样例路七号'.repeat(20))
    const request = { submissionId: ID, index: 0, ...common, plain }
    const [one, two] = [await sealAttachment(request, suite), await sealAttachment(request, suite)]
    expect(one.chunks[0]?.sealed.includes(Buffer.from('样例'))).toBe(false)
    expect(one.attachment.key).not.toBe(two.attachment.key)
    expect(one.chunks[0]?.sha256).not.toBe(two.chunks[0]?.sha256)
  })

  it('opens in its own place only: submission, attachment, order, count', async () => {
    const read = stored(three)
    expect(await open(three, read)).toMatchObject({ ok: true })
    expect(await open(three, read, 1)).toMatchObject({ fault: 'cannot-open' })
    expect(await open(three, read, 0, OTHER)).toMatchObject({ fault: 'cannot-open' })
    const [first = '', second = '', last = ''] = three.attachment.chunks
    const swapped = { attachment: { ...three.attachment, chunks: [second, first, last] } }
    expect(await open(swapped, read)).toMatchObject({ fault: 'cannot-open' })
    const shorter = { attachment: { ...three.attachment, chunks: [first, second] } }
    expect(await open(shorter, read)).toMatchObject({ fault: 'mismatch' })
    const fewer = { attachment: { ...shorter.attachment, bytes: 2 * CHUNK_BYTES } }
    expect(await open(fewer, read)).toMatchObject({ fault: 'cannot-open' })
  })

  it('says when a chunk is gone, and when its bytes are no longer those of its hash', async () => {
    expect(await open(three, async () => undefined)).toMatchObject({ fault: 'missing' })
    const read = stored(three)
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, at, flip) => {
        const hash = three.attachment.chunks[which]
        const damaged = async (sha256: string) => {
          const bytes = await read(sha256)
          if (bytes === undefined || sha256 !== hash) return bytes
          const copy = Buffer.from(bytes)
          copy.writeUInt8(copy.readUInt8(at % copy.length) ^ flip, at % copy.length)
          return copy
        }
        expect(await open(three, damaged)).toMatchObject({ ok: false, fault: 'damaged' })
      }),
      { numRuns: 20 },
    )
  })

  it('does not call whole what has another size or hash', async () => {
    const { attachment } = three
    const read = stored(three)
    expect(await open({ attachment: { ...attachment, sha256: suite.sha256Hex('') } }, read)).toMatchObject({
      fault: 'mismatch',
    })
    expect(await open({ attachment: { ...attachment, bytes: attachment.bytes - 1 } }, read)).toMatchObject({
      fault: 'mismatch',
    })
  })

  it('has no empty attachment', async () => {
    const request = { submissionId: ID, index: 0, ...common, plain: Buffer.alloc(0) }
    await expect(sealAttachment(request, suite)).rejects.toMatchObject({ name: 'ZodError' })
  })
})

describe('an envelope with attachments', () => {
  const suite = seededSuite(seededRandom(1))
  const item = { id: 'S07', code: '11100000MB0000000X2000114001000', version: 3 }
  const base: ApplicationPayload = {
    v: 1,
    kind: 'application',
    submissionId: ID,
    item,
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
    answers: {},
    acceptedAt: AT,
  }
  const summary: Omit<SubmissionSummary, 'sealedSha256' | 'v'> = {
    kind: 'application',
    submissionId: ID,
    terminalId: 'HALL-0001',
    deviceSequence: 1,
    item,
    ticket: makeTicket(() => 5),
    secretSha256: suite.sha256Hex('secret'),
    acceptedAt: AT,
  }

  it('lists every chunk in the clear, in order, and keeps their keys sealed', async () => {
    const { key: deviceKey } = await suite.generateSigningKey()
    const { jwk, privateJwk } = await suite.generateSealKey()
    const sealed = await Promise.all(
      [PLAIN, Buffer.from('small')].map((plain, index) =>
        sealAttachment({ submissionId: ID, index, ...common, plain }, suite),
      ),
    )
    const payload = { ...base, attachments: sealed.map(({ attachment }) => attachment) }
    const chunks = sealed.flatMap((each) => each.chunks.map(({ sha256, bytes }) => ({ sha256, bytes })))
    const request = { payload, summary, sealKey: { kid: 'seal-1', jwk }, deviceKey }
    const { envelope } = await sealSubmission({ ...request, chunks }, suite)
    const read = await readEnvelope(envelope, async () => deviceKey.jwk, suite)
    expect(read).toMatchObject({ ok: true, chunks })
    expect(chunks).toHaveLength(4)
    const readable = envelope.split(/[."]/).map((part) => Buffer.from(part, 'base64url').toString('utf8'))
    for (const { attachment } of sealed) {
      expect(envelope.includes(attachment.key) || readable.some((text) => text.includes(attachment.key))).toBe(false)
    }
    const opened = await openEnvelope(envelope, () => privateJwk, suite)
    expect(opened).toMatchObject({ ok: true, payload: { attachments: payload.attachments } })

    for (const wrong of [[], chunks.slice(1), [...chunks].reverse()]) {
      await expect(sealSubmission({ ...request, chunks: wrong }, suite)).rejects.toThrow('disagree')
    }
    await expect(sealSubmission({ ...request, payload: base, chunks }, suite)).rejects.toThrow('disagree')
  })

  it('whose header lists other chunks than the payload does not open', async () => {
    const { key: deviceKey } = await suite.generateSigningKey()
    const { jwk, privateJwk } = await suite.generateSealKey()
    const one = await sealAttachment({ submissionId: ID, index: 0, ...common, plain: Buffer.from('one') }, suite)
    const payload = { ...base, attachments: [one.attachment] }
    const sealedText = await suite.encrypt(
      JSON.stringify(payload),
      { kid: 'seal-1', submissionId: ID, chunks: [] },
      suite.wrapContentKey(jwk),
    )
    const signed = await deviceKey.sign(
      { ...summary, v: 1, sealedSha256: suite.sha256Hex(sealedText) },
      'bm-summary+jws',
    )
    const envelope = JSON.stringify({ summary: signed, sealed: sealedText })
    expect(await readEnvelope(envelope, async () => deviceKey.jwk, suite)).toMatchObject({ ok: true })
    expect(await openEnvelope(envelope, () => privateJwk, suite)).toMatchObject({ fault: 'mismatch' })
  })
})
