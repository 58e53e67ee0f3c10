import { expect, test } from 'vitest'
import { HubEpochSchema } from '../sync/protocol/ids.ts'
import { changesSince, type Listing, listingOf } from './catalogue-changes.ts'
import type { HeldCatalogue, HeldPackage } from './packages.ts'
import { CATALOGUE, EPOCH, NOW } from './testing/fixtures.ts'

const divisions = Array.from({ length: 7 }, (_, i) => ({ code: String(990_101 + i), name: { zh: `区${i}` } }))
const OTHER_EPOCH = '11111111-1111-4111-8111-111111111111'
const manifest = <K>(kind: K, version: number, hubEpoch: string) => {
  return { kind, version, hubEpoch, sha256: 'a'.repeat(64), bytes: 1, publishedAt: NOW }
}
const catalogue = (version: number, hubEpoch = EPOCH): HeldCatalogue => ({
  manifest: manifest('catalogue' as const, version, hubEpoch),
  catalogue: { ...CATALOGUE, divisions },
})
const topics = (version: number): HeldPackage<'topics'> => ({
  manifest: manifest('topics' as const, version, EPOCH),
  content: { topics: [{ id: 'work', title: { zh: '就业' }, itemIds: ['S07'] }] },
})
const policies = (version: number, hubEpoch = EPOCH): HeldPackage<'policies'> => ({
  manifest: manifest('policies' as const, version, hubEpoch),
  content: { offline: [{ itemId: 'S07', offlinePolicy: 'C' }] },
})
const held = (version: number, hubEpoch = EPOCH): Listing | null => listingOf(catalogue(version, hubEpoch))

function all(from: Listing | null, limit: number, start: Parameters<typeof changesSince>[1] = null) {
  const ids: string[] = []
  let checkpoint = start
  for (;;) {
    const step = changesSince(from, checkpoint, limit)
    checkpoint = step.checkpoint
    if (step.documents.length === 0) return { ids, checkpoint }
    ids.push(...step.documents.map((each) => each.id))
  }
}
const WHOLE = ['region', 'item:S07', ...divisions.map((each) => `division:${each.code}`)]

test.each([1, 2, 4, 100])('in pieces of %i everything comes once', (limit) => {
  expect(all(held(1), limit).ids).toEqual(WHOLE)
})

test('who has all gets nothing; another version or epoch begins anew, also in the middle', () => {
  const { checkpoint } = all(held(1), 4)
  expect(changesSince(held(1), checkpoint, 4).documents).toEqual([])
  expect(all(held(2), 4, checkpoint).ids).toEqual(WHOLE)
  expect(all(held(1, OTHER_EPOCH), 4, checkpoint).ids).toEqual(WHOLE)
  const middle = changesSince(held(1), null, 4).checkpoint
  expect(all(held(2), 4, middle).ids).toEqual(WHOLE)
})

test('without a catalogue the checkpoint stays', () => {
  const checkpoint = { hubEpoch: EPOCH, version: 1, offset: 3 }
  expect(changesSince(null, checkpoint, 4)).toEqual({ documents: [], checkpoint })
})

test('topics and policies stand in the same listing', () => {
  const { ids } = all(listingOf(catalogue(1), topics(1), policies(1)), 3)
  expect(ids).toEqual([...WHOLE, 'topic:work', 'policy:S07'])
})

test('a listing has another name whenever one of its packages is another', () => {
  const name = (listing: Listing | null) => `${listing?.hubEpoch}:${listing?.version}`
  const listings = [
    listingOf(catalogue(5)),
    listingOf(catalogue(5), topics(1)),
    listingOf(catalogue(5), topics(1), policies(5)),
    listingOf(catalogue(6), topics(1), policies(5)),
    // The hub went back to a backup and published the same number again, in its new epoch.
    listingOf(catalogue(6), topics(1), policies(5, OTHER_EPOCH)),
    listingOf(catalogue(6, OTHER_EPOCH), topics(1), policies(5, OTHER_EPOCH)),
  ]
  expect(new Set(listings.map(name)).size).toBe(listings.length)
  for (const listing of listings) HubEpochSchema.parse(listing?.hubEpoch)
})
