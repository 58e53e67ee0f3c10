import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzTargets } from './fuzz-targets.ts'
import { MAX_ANSWER_BYTES } from './http-post.ts'

describe.each(fuzzTargets)('$name', ({ seeds, feed }) => {
  it('accepts its seeds, in whatever pieces they come', () => {
    for (const seed of seeds()) {
      fc.assert(fc.property(fc.array(fc.nat(200)), (pieces) => feed(seed, pieces) === 'accepted'))
    }
  })

  it('neither throws nor hangs at mutated and random bytes', () => {
    const mutated = fc
      .tuple(fc.constantFrom(...seeds()), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }))
      .map(([seed, changes]) => {
        const bytes = Uint8Array.from(seed)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        return bytes
      })
    const random = fc.uint8Array({ maxLength: 2000 })
    fc.assert(
      fc.property(fc.oneof(mutated, random), fc.array(fc.nat(50)), (bytes, pieces) => {
        expect(['accepted', 'rejected']).toContain(feed(bytes, pieces))
      }),
      { numRuns: 2000 },
    )
  })

  it('takes nothing that is longer than an answer may be', () => {
    expect(feed(new Uint8Array(MAX_ANSWER_BYTES + 1), [])).toBe('rejected')
  })
})
