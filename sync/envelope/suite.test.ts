import { describe, expect, it } from 'vitest'
import { joseSuite } from './jose-suite.ts'
import type { Suite } from './suite.ts'
import { inMicrotasks } from './testing/microtasks.ts'
import { seededRandom } from './testing/seeded-random.ts'
import { seededSuite } from './testing/seeded-suite.ts'
import { describeSuite } from './testing/suite-contract.ts'

describeSuite('jose', () => joseSuite)
describeSuite('seeded', () => seededSuite(seededRandom(1)))

/** One of everything that a suite makes. */
async function oneOfEach(suite: Suite): Promise<string[]> {
  const { key, privateJwk } = await suite.generateSigningKey()
  const seal = await suite.generateSealKey()
  const jwe = await suite.encrypt('text', { kid: 'k' }, suite.wrapContentKey(seal.jwk))
  const chunk = await suite.sealChunk(Buffer.alloc(32), Buffer.from('chunk'), 'place')
  const signed = await key.sign({ a: 1 }, 't')
  await suite.verifiedText(signed, key.jwk)
  await suite.decrypt(jwe, seal.privateJwk)
  await suite.openChunk(Buffer.alloc(32), chunk, 'place')
  await suite.signingKeyFromJwk(privateJwk)
  const random = [suite.randomUuid(), suite.randomBytes(9).toString('hex')]
  return [JSON.stringify(privateJwk), JSON.stringify(seal.privateJwk), jwe, chunk.toString('hex'), signed, ...random]
}

describe('the seeded suite', () => {
  it('does the same for the same seed, and something else for another', async () => {
    const one = await oneOfEach(seededSuite(seededRandom(7)))
    expect(await oneOfEach(seededSuite(seededRandom(7)))).toEqual(one)
    const other = await oneOfEach(seededSuite(seededRandom(8)))
    for (const [at, text] of other.entries()) expect(text).not.toBe(one[at])
  })

  it('never leaves the microtask queue; the real one does', async () => {
    expect(await inMicrotasks(() => oneOfEach(seededSuite(seededRandom(1))))).toMatchObject({ ended: true })
    expect(await inMicrotasks(() => oneOfEach(joseSuite))).toBe('left')
  })

  it('opens with the private part alone: the public one in its stead is worth nothing', async () => {
    const suite = seededSuite(seededRandom(1))
    const mine = await suite.generateSealKey()
    const other = await suite.generateSealKey()
    const jwe = await suite.encrypt('text', {}, suite.wrapContentKey(mine.jwk))
    expect(await suite.decrypt(jwe, { ...mine.jwk, d: other.privateJwk.d })).toBeUndefined()
    expect(await suite.decrypt(jwe, { ...mine.jwk, d: mine.privateJwk.d })).toBe('text')
  })

  it('keeps the signatures of two worlds apart', async () => {
    const { key } = await seededSuite(seededRandom(1)).generateSigningKey()
    const elsewhere = seededSuite(seededRandom(2))
    expect(await elsewhere.verifiedText(await key.sign(1, 't'), key.jwk)).toBeUndefined()
  })
})
