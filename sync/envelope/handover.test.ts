import { describe, expect, it } from 'vitest'
import { readSlip, type SealedDraft, slipText } from '../protocol/handover.ts'
import { newSlip, openDraft, sealDraft, slipKeys } from './handover.ts'
import { joseSuite } from './jose-suite.ts'
import { seededRandom } from './testing/seeded-random.ts'
import { seededSuite } from './testing/seeded-suite.ts'

const OWNER = '990101198611020033'
const DRAFT: SealedDraft = {
  v: 1,
  item: { id: 'S07', version: 3 },
  answers: { employer: '云洲市恒盛纺织有限公司' },
  step: 1,
  mode: 'elder',
  language: 'zh',
  papers: [],
  papersLeftOut: [],
  pagesLeftBehind: 2,
  ownerNumber: OWNER,
}

describe.each([joseSuite, seededSuite(seededRandom(5))])('with the $name suite', (suite) => {
  const slip = newSlip(suite)
  const keys = slipKeys(slip)
  const place = { handoverId: slip.handoverId, terminalId: 'T-1', expiresAt: '2026-11-24T02:48:00.000Z' }

  it('the slip is read back from its code, and opens what was sealed', async () => {
    expect(readSlip(` ${slipText(slip)}\n`)).toEqual(slip)
    const sealed = await sealDraft(DRAFT, keys, place, suite)
    const read = readSlip(slipText(slip)) ?? slip
    expect(await openDraft(sealed, slipKeys(read), place, suite)).toEqual(DRAFT)
  })

  it('another secret, id, terminal, end or ciphertext opens nothing', async () => {
    const sealed = await sealDraft(DRAFT, keys, place, suite)
    const other = slipKeys({ ...slip, secret: newSlip(suite).secret })
    expect(await openDraft(sealed, other, place, suite)).toBeUndefined()
    const otherId = slipKeys({ ...slip, handoverId: newSlip(suite).handoverId })
    expect(await openDraft(sealed, otherId, place, suite)).toBeUndefined()
    for (const change of [{ terminalId: 'T-2' }, { expiresAt: '2026-11-25T02:48:00.000Z' }, newSlip(suite)]) {
      expect(await openDraft(sealed, keys, { ...place, ...change }, suite)).toBeUndefined()
    }
    const bytes = Buffer.from(sealed, 'base64url')
    bytes[20] = (bytes[20] ?? 0) ^ 1
    expect(await openDraft(bytes.toString('base64url'), keys, place, suite)).toBeUndefined()
    expect(await openDraft('', keys, place, suite)).toBeUndefined()
  })

  it('what the hub is shown says nothing of the secret, of the key or of one another', async () => {
    const proof = keys.cardProof(OWNER)
    const shown = [keys.verifier, proof, await sealDraft(DRAFT, keys, place, suite)]
    for (const text of shown) {
      for (const hidden of [slip.secret, OWNER, keys.sealKey.toString('base64url')]) expect(text).not.toContain(hidden)
    }
    expect(new Set([...shown, keys.cardProof('990101198611020041')]).size).toBe(4)
    expect(slipKeys({ ...slip, handoverId: newSlip(suite).handoverId }).cardProof(OWNER)).not.toBe(proof)
  })
})

it('codes that are no slips are none', () => {
  const { handoverId, secret } = newSlip()
  for (const text of [
    '',
    `bianmin:1:${handoverId}:${secret}`,
    `bianmin-handover:2:${handoverId}:${secret}`,
    `bianmin-handover:1:${handoverId}:${secret}x`,
    `bianmin-handover:1:${'-'.repeat(36)}:${secret}`,
  ]) {
    expect(readSlip(text), text).toBeUndefined()
  }
})
