import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FuzzTarget } from './fuzz-target.ts'

/** What holds for the parsers of every class with a checksum or a form of its own: the small campaign of `npm test`. */
export function describeFuzzTargets(targets: readonly FuzzTarget[]): void {
  describe.each(targets)('$name', (target) => {
    it('accepts what is valid, in one piece and byte by byte', () => {
      for (const seed of target.seeds()) {
        expect(target.feed(seed, [])).toBe('accepted')
        expect(target.feed(seed, new Array(seed.length).fill(1))).toBe('accepted')
        expect(target.isGood?.(seed) ?? true).toBe(true)
      }
    })

    it('survives changed bytes, and accepts of them only what is good', () => {
      const seeds = target.seeds()
      const change = fc.tuple(fc.nat(), fc.nat(255))
      fc.assert(
        fc.property(
          fc.constantFrom(...seeds),
          fc.array(change, { maxLength: 4 }),
          fc.nat(80),
          (seed, changes, piece) => {
            const bytes = Uint8Array.from(seed)
            for (const [at, byte] of changes) bytes[at % bytes.length] = byte
            const verdict = target.feed(bytes, new Array(Math.ceil(bytes.length / (piece + 1))).fill(piece + 1))
            if (verdict === 'accepted') expect(target.isGood?.(bytes) ?? true).toBe(true)
          },
        ),
        { numRuns: 300 },
      )
    })

    it('survives any bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
          if (target.feed(bytes, [7, 500]) === 'accepted') expect(target.isGood?.(bytes) ?? true).toBe(true)
        }),
        { numRuns: 100 },
      )
    })
  })
}
