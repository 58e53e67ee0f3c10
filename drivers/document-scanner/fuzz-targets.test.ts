import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzTargets } from './fuzz-targets.ts'

/** A taste of the campaign (test/fuzz): valid seeds are taken, and nothing that is done to them makes a parser throw. */
const RUNS = 200

describe.each(fuzzTargets)('$name', (target) => {
  test('takes its seeds, whatever pieces they come in', () => {
    for (const seed of target.seeds()) {
      expect(target.feed(seed, [])).toBe('accepted')
      expect(target.feed(seed, [1, 2, 3, 5, 8])).toBe('accepted')
      expect(target.isGood?.(seed) ?? true).toBe(true)
    }
  })

  test('survives changed, cut and random bytes, and takes nothing whose check sum is wrong', () => {
    const seeds = target.seeds()
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 })
    fc.assert(
      fc.property(
        fc.nat(),
        changes,
        fc.nat(),
        fc.array(fc.nat(50), { maxLength: 5 }),
        (pick, edits, length, pieces) => {
          const seed = seeds[pick % seeds.length] ?? new Uint8Array()
          const bytes = new Uint8Array(seed)
          for (const [at, value] of edits) bytes[at % bytes.length] = value
          const cut = length % 3 === 0 ? bytes.subarray(0, length % bytes.length) : bytes
          if (target.feed(cut, pieces) === 'accepted' && target.isGood) expect(target.isGood(cut)).toBe(true)
        },
      ),
      { numRuns: RUNS },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        target.feed(bytes, [])
      }),
      { numRuns: RUNS },
    )
  })
})
