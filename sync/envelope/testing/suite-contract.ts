import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { CompactJweSchema, CompactJwsSchema, SubmissionIdSchema } from '../../protocol/ids.ts'
import { Ed25519JwkSchema, RsaJwkSchema } from '../../protocol/keys.ts'
import type { Suite } from '../suite.ts'
import { thumbprint } from '../thumbprint.ts'

/** What FIPS 180-4 and NIST's examples say of SHA-256. */
const KNOWN_HASHES: readonly [string | Uint8Array, string][] = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [Buffer.alloc(1_000_000, 'a'), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
]
/** Ed25519 signatures have 64 bytes, RSA with 3072 bits 384. */
const SIGNATURE_CHARS = 86
const WRAPPED_KEY_CHARS = 512

/** What every suite must do, so that code which was tested with one may run with the other. */
export function describeSuite(name: string, newSuite: () => Suite): void {
  describe(`${name} suite`, () => {
    let suite: Suite
    let signer: Awaited<ReturnType<Suite['generateSigningKey']>>
    let other: typeof signer
    let seal: Awaited<ReturnType<Suite['generateSealKey']>>
    let otherSeal: typeof seal
    let jws: string
    let jwe: string
    let chunk: Buffer
    const chunkKey = Buffer.alloc(32, 3)
    const header = { kid: 'seal-1', submissionId: '0190a1b2-0000-7000-8000-000000000001', chunks: [] }
    const payload = { text: '便民 → "quoted"', number: 7 }

    beforeAll(async () => {
      suite = newSuite()
      signer = await suite.generateSigningKey()
      other = await suite.generateSigningKey()
      seal = await suite.generateSealKey()
      otherSeal = await suite.generateSealKey()
      jws = await signer.key.sign(payload, 'test+jws', { jwk: signer.key.jwk })
      jwe = await suite.encrypt(JSON.stringify(payload), header, suite.wrapContentKey(seal.jwk))
      chunk = await suite.sealChunk(chunkKey, Buffer.from('chunk'), 'place-1')
    })

    it('hashes as the standard says', () => {
      for (const [text, hash] of KNOWN_HASHES) expect(suite.sha256Hex(text)).toBe(hash)
      expect(suite.sha256Hex('便')).toBe(suite.sha256Hex(Buffer.from('便', 'utf8')))
    })

    it('draws bytes and ids that do not repeat', () => {
      for (const count of [0, 1, 3, 16, 32, 33]) expect(suite.randomBytes(count)).toHaveLength(count)
      const ids = Array.from({ length: 200 }, () => suite.randomUuid())
      for (const id of ids) expect(SubmissionIdSchema.safeParse(id).success).toBe(true)
      expect(new Set(ids.map((id) => id.charAt(14)))).toEqual(new Set(['4']))
      expect(new Set(ids).size).toBe(200)
      const bytes = suite.randomBytes(20_000)
      expect(new Set(bytes).size).toBe(256)
    })

    it('signs in the protocol’s shape, and reads back what was signed', async () => {
      expect(Ed25519JwkSchema.parse(signer.key.jwk)).toEqual(signer.key.jwk)
      expect(CompactJwsSchema.safeParse(jws).success).toBe(true)
      const [head = '', body = '', signature = ''] = jws.split('.')
      expect(signature).toHaveLength(SIGNATURE_CHARS)
      expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({
        jwk: signer.key.jwk,
        alg: 'EdDSA',
        typ: 'test+jws',
        kid: thumbprint(signer.key.jwk),
      })
      expect(JSON.parse(Buffer.from(body, 'base64url').toString())).toEqual(payload)
      expect(await suite.verifiedText(jws, signer.key.jwk)).toBe(JSON.stringify(payload))
      expect(await suite.verifiedText(jws, { ...signer.key.jwk })).toBe(JSON.stringify(payload))
    })

    it('knows a key again from its private JWK, under an id of choice', async () => {
      const again = await suite.signingKeyFromJwk(JSON.parse(JSON.stringify(signer.privateJwk)), 'mine')
      expect(again.jwk).toEqual(signer.key.jwk)
      const text = await again.sign(1, 't')
      expect(JSON.parse(Buffer.from(text.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ kid: 'mine' })
      expect(await suite.verifiedText(text, signer.key.jwk)).toBe('1')
      expect((await suite.signingKeyFromJwk(signer.privateJwk)).kid).toBe(signer.key.kid)
    })

    it('takes no private JWK that is none, or whose parts do not belong together', async () => {
      const mixed = { ...signer.privateJwk, x: other.key.jwk.x }
      await expect(suite.signingKeyFromJwk(mixed)).rejects.toMatchObject({ name: 'DataError' })
      await expect(suite.signingKeyFromJwk({ ...signer.key.jwk })).rejects.toMatchObject({ name: 'ZodError' })
    })

    it('finds another key, also one that nobody has', async () => {
      expect(await suite.verifiedText(jws, other.key.jwk)).toBeUndefined()
      const nonsense = { kty: 'OKP', crv: 'Ed25519', x: Buffer.alloc(32, 0xff).toString('base64url') } as const
      expect(await suite.verifiedText(jws, nonsense)).toBeUndefined()
    })

    it('finds any changed byte of a signed text', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(2), fc.nat(), fc.integer({ min: 1, max: 255 }), async (part, at, flip) => {
          const bad = flipped(jws, part, at, flip)
          expect(await suite.verifiedText(bad, signer.key.jwk)).toBeUndefined()
        }),
        { numRuns: 100 },
      )
    })

    it('is no more than silent at texts that are no JWS, and at swapped parts', async () => {
      const [head, body, signature] = jws.split('.')
      const [, otherBody] = (await signer.key.sign({ ...payload, number: 8 }, 'test+jws')).split('.')
      const bad = ['', '.', '..', 'a.b', `${jws}.`, `${head}.${otherBody}.${signature}`, `${head}.${body}.`, '<html>']
      for (const text of bad) expect(await suite.verifiedText(text, signer.key.jwk)).toBeUndefined()
    })

    it('seals in the protocol’s shape and size, and opens with the private key', async () => {
      expect(RsaJwkSchema.parse(seal.jwk)).toEqual(seal.jwk)
      expect(CompactJweSchema.safeParse(jwe).success).toBe(true)
      const [head = '', key = '', iv = '', body = '', tag = ''] = jwe.split('.')
      expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({
        ...header,
        alg: 'RSA-OAEP-256',
        enc: 'A256GCM',
      })
      expect([key.length, iv.length, tag.length]).toEqual([WRAPPED_KEY_CHARS, 16, 22])
      expect(Buffer.from(body, 'base64url')).toHaveLength(Buffer.byteLength(JSON.stringify(payload)))
      expect(await suite.decrypt(jwe, JSON.parse(JSON.stringify(seal.privateJwk)))).toBe(JSON.stringify(payload))
    })

    it('seals the same text differently each time, and leaves none of it readable', async () => {
      const again = await suite.encrypt(JSON.stringify(payload), header, suite.wrapContentKey(seal.jwk))
      const parts = (text: string) => text.split('.').slice(1)
      for (const [at, part] of parts(again).entries()) expect(part).not.toBe(parts(jwe)[at])
      const readable = parts(jwe).map((part) => Buffer.from(part, 'base64url').toString('utf8'))
      expect(readable.filter((text) => text.includes('便民') || text.includes('quoted'))).toEqual([])
    })

    it('does not open with another key, and complains of none', async () => {
      expect(await suite.decrypt(jwe, otherSeal.privateJwk)).toBeUndefined()
      await expect(suite.decrypt(jwe, { ...seal.jwk })).rejects.toMatchObject({ name: 'ZodError' })
    })

    it('finds any changed byte of a sealed text', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(4), fc.nat(), fc.integer({ min: 1, max: 255 }), async (part, at, flip) => {
          expect(await suite.decrypt(flipped(jwe, part, at, flip), seal.privateJwk)).toBeUndefined()
        }),
        { numRuns: 60 },
      )
      for (const text of ['', 'a.b.c.d.e', jwe.slice(0, -4), jwe.split('.').slice(1).join('.')]) {
        expect(await suite.decrypt(text, seal.privateJwk)).toBeUndefined()
      }
    })

    it('seals chunks with 28 bytes around them, differently each time, and opens them', async () => {
      for (const bytes of [0, 1, 1000]) {
        const plain = Buffer.alloc(bytes, 9)
        const sealed = await suite.sealChunk(chunkKey, plain, 'place-1')
        expect(sealed).toHaveLength(bytes + 28)
        expect(await suite.openChunk(chunkKey, sealed, 'place-1')).toEqual(plain)
      }
      const again = await suite.sealChunk(chunkKey, Buffer.from('chunk'), 'place-1')
      expect(again.subarray(0, 12)).not.toEqual(chunk.subarray(0, 12))
    })

    it('finds a chunk of another key, in another place, cut short, or with any changed byte', async () => {
      expect(await suite.openChunk(Buffer.alloc(32, 4), chunk, 'place-1')).toBeUndefined()
      expect(await suite.openChunk(chunkKey, chunk, 'place-2')).toBeUndefined()
      for (let cut = 0; cut < chunk.length; cut++) {
        expect(await suite.openChunk(chunkKey, chunk.subarray(0, cut), 'place-1')).toBeUndefined()
      }
      for (let at = 0; at < chunk.length; at++) {
        const bad = Buffer.from(chunk)
        bad.writeUInt8(bad.readUInt8(at) ^ 0x10, at)
        expect(await suite.openChunk(chunkKey, bad, 'place-1')).toBeUndefined()
      }
      expect(await suite.openChunk(chunkKey, chunk, 'place-1')).toEqual(Buffer.from('chunk'))
    })
  })
}

/** A compact text with one byte of one part changed. */
function flipped(text: string, part: number, at: number, flip: number): string {
  const parts = text.split('.')
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  const place = at % bytes.length
  bytes.writeUInt8(bytes.readUInt8(place) ^ flip, place)
  parts[part] = bytes.toString('base64url')
  return parts.join('.')
}
