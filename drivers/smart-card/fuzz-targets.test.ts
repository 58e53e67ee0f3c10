import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzTargets } from './fuzz-targets.ts'
import { readSocialSecurity } from './social-security.ts'

const pieces = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 20 })

describe.each(fuzzTargets)('$name', (target) => {
  it('accepts its own seeds, however they are cut', () => {
    const accepted = target.seeds().map((seed) => target.feed(seed, []))
    expect(accepted).toContain('accepted')
    fc.assert(
      fc.property(pieces, (cuts) => {
        expect(target.seeds().map((seed) => target.feed(seed, cuts))).toEqual(accepted)
      }),
      { numRuns: 100 },
    )
  })

  it('takes any bytes without a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6_000 }), pieces, (bytes, cuts) => {
        target.feed(bytes, cuts)
      }),
      { numRuns: 300 },
    )
  })

  it('takes its seeds with bytes changed, cut off or put in', () => {
    const change = fc.record({ at: fc.nat(4_000), byte: fc.integer({ min: 0, max: 255 }), keep: fc.nat(4_000) })
    fc.assert(
      fc.property(fc.nat(10), fc.array(change, { maxLength: 8 }), (which, changes) => {
        const seeds = target.seeds()
        let bytes = Uint8Array.from(seeds[which % seeds.length] ?? [])
        for (const { at, byte, keep } of changes) {
          if (bytes.length > 0) bytes[at % bytes.length] = byte
          if (keep % 5 === 0) bytes = bytes.subarray(0, keep)
        }
        target.feed(bytes, [])
      }),
      { numRuns: 300 },
    )
  })
})

it('a card that answers anything at all is done with in bounded time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.uint8Array({ maxLength: 300 })), fc.boolean(), async (stream, polite) => {
      let asked = 0
      await readSocialSecurity(async () => {
        asked += 1
        if (asked > 2_000) throw new Error('it never ends')
        const answer = stream.next().value
        return { ok: true, bytes: polite ? Uint8Array.from([...answer.subarray(0, 250), 0x61, 0x05]) : answer }
      })
    }),
    { numRuns: 200 },
  )
})
