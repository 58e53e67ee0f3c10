import { CompactSign, importJWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { HubKey, KeySet } from '../protocol/keys.ts'
import type { HubReceipt, PackageManifest } from '../protocol/receipt.ts'
import { CatalogueSchema } from '../protocol/service-item.ts'
import { makeClaim, verifyClaim } from './enrolment.ts'
import { verifyJws } from './jws.ts'
import { isNewer, jwkOfKid, keyFor, rootKeySha256, signKeySet, verifyKeySet } from './key-set.ts'
import { signManifest, verifyPackage } from './package.ts'
import { signPing, verifyPing } from './ping.ts'
import { receiptItem, signReceipt, verifyReceipt } from './receipt.ts'
import { generateSealKey } from './seal-key.ts'
import { sha256Hex } from './sha256.ts'
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from './signing-key.ts'

const FROM = '2026-01-01T00:00:00.000Z'
const AT = '2026-03-01T08:00:00.000Z'
const TO = '2027-01-01T00:00:00.000Z'
const LATE = '2027-06-01T00:00:00.000Z'
const EPOCH = '5b0f1d9e-46b1-4f0f-9b0a-0d7d8f3c1a11'
const ID = '0190a1b2-0000-7000-8000-000000000001'
const OTHER = '0190a1b2-0000-7000-8000-000000000002'
const HASH = sha256Hex('envelope')
const NONCE = 'nonce-nonce-nonce-1'

type Made = Awaited<ReturnType<typeof generateSigningKey>>
let root: Made
let foreign: Made
let receiptKey: SigningKey
let packageKey: SigningKey
let pingKey: SigningKey
let keySet: KeySet

beforeAll(async () => {
  const made = await Promise.all([1, 2, 3, 4, 5].map(() => generateSigningKey()))
  const [one, two, three, four, five] = made as [Made, Made, Made, Made, Made]
  root = one
  foreign = two
  receiptKey = three.key
  packageKey = four.key
  pingKey = five.key
  const seal = await generateSealKey()
  const common = { from: FROM, to: TO }
  const keys: HubKey[] = [
    { ...common, kid: 'seal-1', use: 'seal', jwk: seal.jwk },
    { ...common, kid: receiptKey.kid, use: 'receipt', jwk: receiptKey.jwk },
    { ...common, kid: packageKey.kid, use: 'package', jwk: packageKey.jwk },
    { ...common, kid: pingKey.kid, use: 'ping', jwk: pingKey.jwk },
  ]
  keySet = { kind: 'key-set', version: 2, keys }
})

const receipt = (): HubReceipt => ({
  kind: 'hub-receipt',
  v: 1,
  terminalId: 'HALL-0001',
  hubEpoch: EPOCH,
  receivedAt: AT,
  previousReceiptSha256: null,
  items: [{ submissionId: ID, sha256: HASH, deviceSequence: 1, hubSequence: 9 }],
})

/** Flips one bit in the middle of a part of a compact text. */
function tampered(jws: string, part: number): string {
  const parts = jws.split('.')
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  const at = bytes.length >> 1
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  parts[part] = bytes.toString('base64url')
  return parts.join('.')
}

describe('key set', () => {
  it('is trusted by the hash of its root alone', async () => {
    const jws = await signKeySet(keySet, root.key)
    expect(await verifyKeySet(jws, rootKeySha256(root.key.jwk))).toEqual({ ok: true, keySet })
    expect(rootKeySha256(root.key.jwk)).toBe(sha256Hex(Buffer.from(root.key.jwk.x, 'base64url')))
  })

  it('of a foreign root is refused, also when it shows our root key', async () => {
    const hash = rootKeySha256(root.key.jwk)
    expect(await verifyKeySet(await signKeySet(keySet, foreign.key), hash)).toMatchObject({ fault: 'foreign-root' })
    const liar: SigningKey = { ...foreign.key, jwk: root.key.jwk }
    expect(await verifyKeySet(await signKeySet(keySet, liar), hash)).toMatchObject({ fault: 'bad-signature' })
  })

  it('is refused when a part was changed, the typ is another, or a key is missing its dates', async () => {
    const hash = rootKeySha256(root.key.jwk)
    const jws = await signKeySet(keySet, root.key)
    for (const part of [0, 1, 2]) expect((await verifyKeySet(tampered(jws, part), hash)).ok).toBe(false)
    const header = { jwk: root.key.jwk }
    const typ = await root.key.sign(keySet, 'bm-receipt+jws', header)
    expect(await verifyKeySet(typ, hash)).toMatchObject({ fault: 'malformed' })
    const bad = await root.key.sign({ ...keySet, keys: [{ kid: 'x', use: 'ping' }] }, 'bm-key-set+jws', header)
    expect(await verifyKeySet(bad, hash)).toMatchObject({ fault: 'bad-content' })
  })

  it('gives the newest valid key of a use, and a key by its id', () => {
    const [, old] = keySet.keys
    if (old?.use !== 'receipt') throw new Error('fixture')
    const next: HubKey = { ...old, kid: 'next', from: '2026-02-01T00:00:00.000Z', jwk: pingKey.jwk }
    const set: KeySet = { ...keySet, keys: [...keySet.keys, next] }
    expect(keyFor(set, 'receipt', '2026-01-15T00:00:00.000Z')?.kid).toBe(receiptKey.kid)
    expect(keyFor(set, 'receipt', next.from)?.kid).toBe('next')
    expect(keyFor(set, 'receipt', TO)).toBeUndefined()
    expect(keyFor(set, 'receipt', '2025-12-31T23:59:59.999Z')).toBeUndefined()
    expect(keyFor(set, 'release', AT)).toBeUndefined()
    expect(jwkOfKid(set, 'receipt', 'next')).toEqual(pingKey.jwk)
    expect(jwkOfKid(set, 'receipt', 'next', FROM)).toBeUndefined()
    expect(jwkOfKid(set, 'ping', 'next')).toBeUndefined()
  })

  it('replaces only a lower version', () => {
    expect(isNewer(keySet, undefined)).toBe(true)
    expect(isNewer(keySet, keySet)).toBe(false)
    expect(isNewer(keySet, { ...keySet, version: 3 })).toBe(false)
    expect(isNewer(keySet, { ...keySet, version: 1 })).toBe(true)
  })
})

describe('receipt', () => {
  it('verifies, and covers only its own id and hash', async () => {
    const result = await verifyReceipt(await signReceipt(receipt(), receiptKey), keySet)
    if (!result.ok) throw new Error(result.detail)
    expect(receiptItem(result.receipt, ID, HASH)?.hubSequence).toBe(9)
    expect(receiptItem(result.receipt, ID, sha256Hex('another envelope'))).toBeUndefined()
    expect(receiptItem(result.receipt, OTHER, HASH)).toBeUndefined()
  })

  it('is refused when any part was changed', async () => {
    const jws = await signReceipt(receipt(), receiptKey)
    for (const part of [0, 1, 2]) expect((await verifyReceipt(tampered(jws, part), keySet)).ok).toBe(false)
    expect(await verifyReceipt(tampered(jws, 2), keySet)).toMatchObject({ fault: 'bad-signature' })
    expect(await verifyReceipt('a.b', keySet)).toMatchObject({ fault: 'malformed' })
  })

  it('is refused from a foreign key, from a key of another use, and with another typ', async () => {
    expect(await verifyReceipt(await signReceipt(receipt(), foreign.key), keySet)).toMatchObject({
      fault: 'key-unknown',
    })
    const liar = await signingKeyFromJwk(foreign.privateJwk, receiptKey.kid)
    expect(await verifyReceipt(await signReceipt(receipt(), liar), keySet)).toMatchObject({ fault: 'bad-signature' })
    expect(await verifyReceipt(await signReceipt(receipt(), pingKey), keySet)).toMatchObject({ fault: 'key-unknown' })
    const typ = await receiptKey.sign(receipt(), 'bm-ping+jws')
    expect(await verifyReceipt(typ, keySet)).toMatchObject({ fault: 'malformed' })
  })

  it('is refused when its key was not valid at that moment, or its content is no receipt', async () => {
    const late = await signReceipt({ ...receipt(), receivedAt: LATE }, receiptKey)
    expect(await verifyReceipt(late, keySet)).toMatchObject({ fault: 'key-unknown' })
    const empty = await receiptKey.sign({ ...receipt(), items: [] }, 'bm-receipt+jws')
    expect(await verifyReceipt(empty, keySet)).toMatchObject({ fault: 'bad-content' })
  })

  it('keeps one spelling of a signature', async () => {
    const jws = await signReceipt(receipt(), receiptKey)
    // 64 bytes fill 85 characters and a bit: the last character has spare bits.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const respelt = jws.slice(0, -1) + alphabet.charAt(alphabet.indexOf(jws.slice(-1)) + 1)
    expect(Buffer.from(respelt.split('.')[2] ?? '', 'base64url')).toEqual(
      Buffer.from(jws.split('.')[2] ?? '', 'base64url'),
    )
    expect(await verifyReceipt(respelt, keySet)).toMatchObject({ fault: 'malformed' })
  })
})

describe('any signature', () => {
  it('refuses critical header fields and algorithms that are not EdDSA', async () => {
    const anyKey = () => receiptKey.jwk
    const private_ = await importJWK(foreign.privateJwk, 'EdDSA')
    const critical = await new CompactSign(Buffer.from('1'))
      .setProtectedHeader({ alg: 'EdDSA', typ: 't', kid: 'k', crit: ['b64'], b64: true })
      .sign(private_)
    expect(await verifyJws(critical, anyKey, 't', z.number())).toMatchObject({ fault: 'malformed' })
    const none = [{ alg: 'none', typ: 't', kid: 'k' }, 1].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    expect(await verifyJws(`${none.join('.')}.`, anyKey, 't', z.number())).toMatchObject({ fault: 'malformed' })
  })

  it('by a key that is no point of the curve is a bad signature, not a crash', async () => {
    const jws = await receiptKey.sign(1, 't')
    const nonsense = { kty: 'OKP', crv: 'Ed25519', x: Buffer.alloc(32, 0xff).toString('base64url') } as const
    expect(await verifyJws(jws, () => nonsense, 't', z.number())).toMatchObject({ fault: 'bad-signature' })
  })
})

const catalogue = CatalogueSchema.parse({
  kind: 'catalogue',
  region: { zh: '样例省' },
  divisions: [],
  items: [
    {
      id: 'S07',
      version: 1,
      code: '11100000MB0000000X2000114001000',
      name: { zh: '失业登记' },
      use: { zh: '登记失业' },
      seal: '失',
      topic: { zh: '就业' },
      department: { name: { zh: '人社局' }, uscc: '11100000MB0000000X' },
      days: { legal: 1, promised: 0 },
      minutes: 3,
      crossProvince: false,
      offlinePolicy: 'A',
      needs: [],
      bring: [],
      pages: [{ id: 'one', question: { zh: '问' }, fields: ['phone'] }],
      fields: [{ id: 'phone', type: 'phone', label: { zh: '电话' }, required: true }],
      signature: false,
      after: [{ what: { zh: '等' }, note: { zh: '一天' } }],
    },
  ],
})

describe('package', () => {
  const content = JSON.stringify(catalogue)
  const manifest = (text = content): PackageManifest => ({
    kind: 'catalogue',
    version: 4,
    hubEpoch: EPOCH,
    sha256: sha256Hex(text),
    bytes: Buffer.byteLength(text),
    publishedAt: AT,
  })

  it('verifies manifest, size, hash and shape', async () => {
    const signed = { manifest: await signManifest(manifest(), packageKey), content }
    expect(await verifyPackage(signed, keySet)).toMatchObject({ ok: true, manifest: manifest() })
  })

  it('with another content, a foreign key or no catalogue inside is refused', async () => {
    const jws = await signManifest(manifest(), packageKey)
    expect(await verifyPackage({ manifest: jws, content: `${content} ` }, keySet)).toMatchObject({
      fault: 'hash-mismatch',
    })
    const swapped = content.replace('失业登记', '就业登记')
    expect(await verifyPackage({ manifest: jws, content: swapped }, keySet)).toMatchObject({ fault: 'hash-mismatch' })
    const forged = { manifest: await signManifest(manifest(), foreign.key), content }
    expect(await verifyPackage(forged, keySet)).toMatchObject({ fault: 'key-unknown' })
    const empty = { manifest: await signManifest(manifest('{}'), packageKey), content: '{}' }
    expect(await verifyPackage(empty, keySet)).toMatchObject({ fault: 'bad-content' })
  })
})

describe('ping', () => {
  it('answers this nonce only, by a key of use ping', async () => {
    const answer = { kind: 'ping', nonce: NONCE, at: AT, hubEpoch: EPOCH } as const
    const jws = await signPing(answer, pingKey)
    expect(await verifyPing(jws, NONCE, keySet)).toEqual({ ok: true, answer })
    expect(await verifyPing(jws, 'nonce-nonce-nonce-2', keySet)).toMatchObject({ fault: 'wrong-nonce' })
    expect(await verifyPing(await signPing(answer, receiptKey), NONCE, keySet)).toMatchObject({ fault: 'key-unknown' })
    expect(await verifyPing('<html>', NONCE, keySet)).toMatchObject({ fault: 'malformed' })
  })
})

describe('enrolment', () => {
  const code = 'one-time-code-0001'
  it('proves that the terminal holds the key', async () => {
    const jws = await makeClaim({ terminalId: 'HALL-0001', code, deviceKey: root.key })
    const claim = { kind: 'enrolment', terminalId: 'HALL-0001', code, jwk: root.key.jwk }
    expect(await verifyClaim(jws)).toEqual({ ok: true, claim, kid: root.key.kid })
  })

  it('is refused for a key that the signer does not hold, or under an id of its own choice', async () => {
    const liar: SigningKey = { ...root.key, sign: foreign.key.sign }
    const stolen = await makeClaim({ terminalId: 'HALL-0001', code, deviceKey: liar })
    expect(await verifyClaim(stolen)).toMatchObject({ fault: 'bad-signature' })
    const named = await signingKeyFromJwk(foreign.privateJwk, root.key.kid)
    const posing = await makeClaim({ terminalId: 'HALL-0001', code, deviceKey: named })
    expect(await verifyClaim(posing)).toMatchObject({ fault: 'bad-content' })
  })
})
