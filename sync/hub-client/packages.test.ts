import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signManifest } from '../envelope/package.ts'
import type { SigningKey } from '../envelope/suite.ts'
import type { PackageKind } from '../protocol/receipt.ts'
import { AT, EPOCH, html, json, refusal, type SmallWorld, smallWorld } from './testing/small-hub.ts'

const OTHER_EPOCH = '5b0f1d9e-46b1-4f0f-9b0a-0d7d8f3c1a12'
const CONTENTS = {
  topics: { topics: [{ id: 'birth', title: { zh: '出生一件事' }, itemIds: ['S07'] }] },
  policies: { offline: [{ itemId: 'S07', offlinePolicy: 'B' }] },
  settings: { minimumRetentionMs: 86_400_000 },
} as const

let world: SmallWorld
beforeAll(async () => {
  world = await smallWorld()
})
beforeEach(() => {
  world.seen.length = 0
})

async function signed(kind: PackageKind, value: unknown, version = 5, by: SigningKey = world.hubKey) {
  const content = JSON.stringify(value)
  const bytes = Buffer.byteLength(content)
  const sha256 = world.suite.sha256Hex(content)
  const manifest = { kind, version, hubEpoch: EPOCH, sha256, bytes, publishedAt: AT }
  return { changed: true, manifest: await signManifest(manifest, by), content }
}
const get = (kind: PackageKind, answer: unknown, have: { version: number; hubEpoch: string } | null = null) =>
  world.client(() => (answer instanceof Response ? answer : json(answer))).getPackage(kind, have, world.keySet)

describe('getPackage', () => {
  it.each(['topics', 'policies', 'settings'] as const)('takes %s by the shape of its kind', async (kind) => {
    const answer = await signed(kind, CONTENTS[kind])
    expect(await get(kind, answer)).toMatchObject({
      outcome: 'verified',
      manifest: { kind, version: 5 },
      content: CONTENTS[kind],
      signed: { manifest: answer.manifest, content: answer.content },
    })
    expect(world.seen[0]).toMatchObject({ method: 'GET', path: `/v1/packages/${kind}` })
    expect(world.seen[0]?.bytes).toHaveLength(0)
  })

  it('takes no other kind than it asked for, however well signed', async () => {
    const topics = await signed('topics', CONTENTS.topics)
    expect(await get('policies', topics)).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
    // Settings may be empty, so any object has their shape.
    expect(await get('settings', topics)).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
  })

  it('takes no content of another shape, and no foreign signature', async () => {
    for (const bad of [{ topics: [{ id: '' }] }, {}, [], 'topics']) {
      expect(await get('topics', await signed('topics', bad))).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
    }
    const foreign = await signed('topics', CONTENTS.topics, 5, world.foreign)
    expect(await get('topics', foreign)).toMatchObject({ outcome: 'failed', why: 'bad-receipt' })
  })

  it('refuses older and equal versions of the same epoch, and says what it has', async () => {
    const answer = await signed('topics', CONTENTS.topics)
    for (const version of [5, 6]) {
      expect(await get('topics', answer, { version, hubEpoch: EPOCH })).toEqual({ outcome: 'older', version: 5 })
    }
    expect(world.seen[0]?.path).toBe(`/v1/packages/topics?haveVersion=5&haveEpoch=${EPOCH}`)
    expect(await get('topics', answer, { version: 4, hubEpoch: EPOCH })).toMatchObject({ outcome: 'verified' })
    expect(await get('topics', answer, { version: 6, hubEpoch: OTHER_EPOCH })).toMatchObject({ outcome: 'verified' })
  })

  it('tells what was never published from strangers', async () => {
    expect(await get('topics', refusal(404, 'NOT_PUBLISHED'))).toEqual({ outcome: 'not-published' })
    expect(await get('topics', { changed: false })).toEqual({ outcome: 'unchanged' })
    expect(await get('topics', refusal(404, 'NOT_FOUND'))).toMatchObject({ outcome: 'failed', why: 'not-our-hub' })
    expect(await get('topics', html(404))).toMatchObject({ outcome: 'failed', why: 'not-our-hub' })
  })
})
