import { beforeAll, expect, test } from 'vitest'
import type { KeySet } from '../protocol/keys.ts'
import { badgeText, readBadge, STAFF_LIST_LIFE_MS, type StaffList, StaffListSchema } from '../protocol/staff.ts'
import { isVerified, makeVerifier } from './scrypt.ts'
import { sha256Hex } from './sha256.ts'
import { generateSigningKey, type SigningKey } from './signing-key.ts'
import { signStaffManifest, verifyStaffList } from './staff-list.ts'

const AT = '2026-11-23T02:48:00.000Z'
const TERMINAL = 'YZ-NQ-03'
const BADGE = { badgeId: 'AAAAAAAAAAA', secret: 'BBBBBBBBBBBBBBBBBBBBBB' } as const
let key: SigningKey
let foreign: SigningKey
let keySet: KeySet
let list: StaffList

beforeAll(async () => {
  key = (await generateSigningKey()).key
  foreign = (await generateSigningKey()).key
  const valid = { from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' }
  keySet = { kind: 'key-set', version: 1, keys: [{ ...valid, kid: key.kid, use: 'package', jwk: key.jwk }] }
  const verifier = await makeVerifier('271828', BADGE)
  list = {
    kind: 'staff-list',
    terminalId: TERMINAL,
    issuedAt: AT,
    expiresAt: new Date(Date.parse(AT) + STAFF_LIST_LIFE_MS).toISOString(),
    members: [{ id: '0217', name: '李静', badgeId: BADGE.badgeId, verifier }],
  }
})

async function signed(content: unknown, by = key, terminalId = TERMINAL) {
  const text = JSON.stringify(content)
  const about = { sha256: sha256Hex(text), bytes: Buffer.byteLength(text), publishedAt: AT }
  const hubEpoch = '5b0f1d9e-46b1-4f0f-9b0a-0d7d8f3c1a11'
  const manifest = { kind: 'staff', terminalId, version: 7, hubEpoch, ...about } as const
  return { manifest: await signStaffManifest(manifest, by), content: text }
}

test('PIN and badge open together, and neither with another', async () => {
  const verifier = list.members[0]?.verifier
  if (verifier === undefined) throw new Error('fixture')
  expect(await isVerified('271828', BADGE, verifier)).toBe(true)
  expect(await isVerified('271829', BADGE, verifier)).toBe(false)
  expect(await isVerified('271828', { secret: 'CBBBBBBBBBBBBBBBBBBBBB' }, verifier)).toBe(false)
  expect((await makeVerifier('271828', BADGE)).salt).not.toBe(verifier.salt)
})

test('a list says neither PIN nor badge secret', () => {
  const text = JSON.stringify(list)
  for (const secret of ['271828', BADGE.secret]) expect(text).not.toContain(secret)
})

test('the list of this terminal is taken as it was signed', async () => {
  expect(await verifyStaffList(await signed(list), TERMINAL, keySet)).toMatchObject({
    ok: true,
    list,
    manifest: { version: 7 },
  })
})

test('a list of another terminal, hand, content or shape is not taken', async () => {
  const refused = async (offered: Awaited<ReturnType<typeof signed>>) => verifyStaffList(offered, TERMINAL, keySet)
  expect(await refused(await signed(list, foreign))).toMatchObject({ ok: false, fault: 'key-unknown' })
  expect(await refused(await signed(list, key, 'YZ-NQ-04'))).toMatchObject({ fault: 'other-terminal' })
  expect(await refused(await signed({ ...list, terminalId: 'YZ-NQ-04' }))).toMatchObject({ fault: 'other-terminal' })
  const good = await signed(list)
  expect(await refused({ ...good, content: good.content.replace('李静', '李净') })).toMatchObject({
    fault: 'hash-mismatch',
  })
  const long = new Date(Date.parse(AT) + STAFF_LIST_LIFE_MS + 1).toISOString()
  expect(await refused(await signed({ ...list, expiresAt: long }))).toMatchObject({ fault: 'bad-content' })
})

test('a badge belongs to one person, and a list may not ask for cheap or dear guesses', () => {
  const [member] = list.members
  if (member === undefined) throw new Error('fixture')
  const fits = (members: unknown) => StaffListSchema.safeParse({ ...list, members }).success
  expect(fits([member, { ...member, id: '0218' }])).toBe(false)
  for (const cost of [1024, 1 << 20]) expect(fits([{ ...member, verifier: { ...member.verifier, cost } }])).toBe(false)
})

test('a badge is read as it was written; other codes are no badges', () => {
  expect(readBadge(` ${badgeText(BADGE)}\r`)).toEqual(BADGE)
  for (const text of ['bianmin:1:x:y', `${badgeText(BADGE)}x`, badgeText(BADGE).replace(':1:', ':2:'), '']) {
    expect(readBadge(text)).toBeUndefined()
  }
})
