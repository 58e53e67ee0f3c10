import { expect, test } from 'vitest'
import { changesSince } from './catalogue-changes.ts'
import type { HeldCatalogue } from './packages.ts'
import { CATALOGUE, EPOCH, NOW } from './testing/fixtures.ts'

const divisions = Array.from({ length: 7 }, (_, i) => ({ code: String(990_101 + i), name: { zh: `区${i}` } }))
const held = (version: number, hubEpoch = EPOCH): HeldCatalogue => ({
  manifest: { kind: 'catalogue', version, hubEpoch, sha256: 'a'.repeat(64), bytes: 1, publishedAt: NOW },
  catalogue: { ...CATALOGUE, divisions },
})

function all(from: HeldCatalogue, limit: number, start: Parameters<typeof changesSince>[1] = null) {
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
  expect(all(held(1, '11111111-1111-4111-8111-111111111111'), 4, checkpoint).ids).toEqual(WHOLE)
  const middle = changesSince(held(1), null, 4).checkpoint
  expect(all(held(2), 4, middle).ids).toEqual(WHOLE)
})

test('without a catalogue the checkpoint stays', () => {
  const checkpoint = { hubEpoch: EPOCH, version: 1, offset: 3 }
  expect(changesSince(null, checkpoint, 4)).toEqual({ documents: [], checkpoint })
})
