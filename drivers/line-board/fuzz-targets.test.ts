import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzTargets } from './fuzz-targets.ts'

const pieces = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 })

describe.each(fuzzTargets)('$name', (target) => {
  it('accepts its own seeds, however they are cut, and calls them good', () => {
    fc.assert(
      fc.property(pieces, (cuts) => {
        for (const seed of target.seeds()) {
          expect(target.feed(seed, cuts)).toBe('accepted')
          expect(target.isGood?.(seed)).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('takes any bytes without a crash, and accepts nothing that is not good', () => {
    const anything = fc.uint8Array({ maxLength: 1_000 })
    const change = fc.record({ at: fc.nat(200), byte: fc.integer({ min: 0, max: 255 }), keep: fc.nat(300) })
    const damagedSeed = fc.tuple(fc.nat(10), fc.array(change, { maxLength: 6 })).map(([which, changes]) => {
      const seeds = target.seeds()
      let bytes = Uint8Array.from(seeds[which % seeds.length] ?? [])
      for (const { at, byte, keep } of changes) {
        if (bytes.length > 0) bytes[at % bytes.length] = byte
        if (keep % 5 === 0) bytes = bytes.subarray(0, keep)
      }
      return bytes
    })
    fc.assert(
      fc.property(fc.oneof(anything, damagedSeed), pieces, (bytes, cuts) => {
        if (target.feed(bytes, cuts) === 'accepted') expect(target.isGood?.(bytes)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })
})
