import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_CODE_KEYS,
  MAX_GAP_MS,
  MIN_CODE_KEYS,
  NOTHING_HELD,
  onWedgeKey,
  onWedgeStill,
  type WedgeKey,
  type WedgeState,
  type WedgeStep,
} from './keyboard-wedge.ts'

/** A key and the time since the one before. */
interface Hit {
  readonly kind: WedgeKey['kind']
  readonly key: string
  readonly gapMs: number
}

interface Outcome {
  /** What reached the page, in order: typed characters, and keys that did what they do. */
  readonly page: string[]
  readonly codes: string[]
  readonly dropped: number
}

/** Plays keys in time, with the stillness told when it is due, as wedge-keys.ts does. */
function play(hits: readonly Hit[], stillIsLate = false): Outcome {
  let state: WedgeState<WedgeKey> = NOTHING_HELD
  const outcome = { page: [] as string[], codes: [] as string[], dropped: 0 }
  const take = (step: WedgeStep<WedgeKey>) => {
    state = step.state
    outcome.page.push(...step.type.map(({ key }) => key))
    if (step.code !== undefined) outcome.codes.push(step.code)
    outcome.dropped += step.dropped ?? 0
  }
  let nowMs = 1_000
  for (const { kind, key, gapMs } of hits) {
    nowMs += gapMs
    if (!stillIsLate && gapMs >= MAX_GAP_MS && state.held.length > 0) take(onWedgeStill(state))
    const step = onWedgeKey(state, { kind, key, atMs: nowMs })
    take(step)
    if (!step.swallow) outcome.page.push(key)
  }
  if (state.held.length > 0) take(onWedgeStill(state))
  return outcome
}

const character = fc.constantFrom(...'abcXYZ0123456789-/:?云é ')
const burstGap = fc.integer({ min: 0, max: MAX_GAP_MS - 1 })
const personGap = fc.integer({ min: MAX_GAP_MS, max: 2_000 })

const keys = (text: readonly string[], gaps: readonly number[]): Hit[] =>
  text.map((key, index) => ({ kind: 'character', key, gapMs: gaps[index % gaps.length] ?? 0 }))
const ENTER = (gapMs: number): Hit => ({ kind: 'enter', key: 'Enter', gapMs })

/** What one scanner types for one code: the first key after a pause. */
const scan = fc
  .tuple(
    fc.array(character, { minLength: MIN_CODE_KEYS, maxLength: 200 }),
    fc.array(burstGap, { minLength: 1, maxLength: 10 }),
    personGap,
    fc.boolean(),
  )
  .map(([text, gaps, pauseMs, shifts]) => {
    const [first, ...rest] = keys(text, gaps)
    const hits: Hit[] = first === undefined ? [] : [{ ...first, gapMs: pauseMs }, ...rest]
    // Scanners press Shift for capitals; it comes with no time of its own here.
    const withShift = shifts
      ? hits.flatMap((hit): Hit[] =>
          /[A-Z]/.test(hit.key)
            ? [
                { kind: 'shift', key: 'Shift', gapMs: hit.gapMs },
                { ...hit, gapMs: 0 },
              ]
            : [hit],
        )
      : hits
    return { hits: [...withShift, ENTER(gaps[0] ?? 0)], code: text.join('') }
  })

/** A person's key; now and then two or three come at once, from one hand or from rolling fingers. */
const personKeys = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: fc.tuple(character).map(([key]) => [{ kind: 'character', key } as const]) },
      { weight: 1, arbitrary: fc.constant([{ kind: 'enter', key: 'Enter' } as const]) },
      { weight: 1, arbitrary: fc.constant([{ kind: 'other', key: 'Backspace' } as const]) },
      {
        weight: 2,
        arbitrary: fc
          .array(character, { minLength: 2, maxLength: MIN_CODE_KEYS - 1 })
          .map((all) => all.map((key) => ({ kind: 'character', key }) as const)),
      },
      {
        weight: 1,
        arbitrary: character.map((key) => [
          { kind: 'character', key } as const,
          { kind: 'enter', key: 'Enter' } as const,
        ]),
      },
    ),
    personGap,
    burstGap,
  )
  .map(([together, pauseMs, gapMs]): Hit[] =>
    together.map((each, index) => ({ ...each, gapMs: index === 0 ? pauseMs : gapMs })),
  )
const person = fc.array(personKeys, { maxLength: 60 }).map((all) => all.flat())

describe('a person', () => {
  it('is never taken for a scanner, and types what was typed, in order, however late the timers are', () => {
    fc.assert(
      fc.property(person, fc.boolean(), (hits, stillIsLate) => {
        expect(play(hits, stillIsLate)).toEqual({ page: hits.map(({ key }) => key), codes: [], dropped: 0 })
      }),
      { numRuns: 500 },
    )
  })
})

describe('a scanner', () => {
  it('types nothing into the page, and every key of it is in the code', () => {
    fc.assert(
      fc.property(fc.array(scan, { minLength: 1, maxLength: 5 }), fc.boolean(), (scans, stillIsLate) => {
        const outcome = play(
          scans.flatMap(({ hits }) => hits),
          stillIsLate,
        )
        const page = outcome.page.filter((key) => key !== 'Shift')
        expect({ ...outcome, page }).toEqual({ page: [], codes: scans.map(({ code }) => code), dropped: 0 })
      }),
      { numRuns: 300 },
    )
  })

  it('between a person’s keys changes neither', () => {
    fc.assert(
      fc.property(person, scan, person, personGap, (before, { hits, code }, after, pauseMs) => {
        const [first, ...rest] = after
        const afterPause = first === undefined ? [] : [{ ...first, gapMs: Math.max(first.gapMs, pauseMs) }, ...rest]
        const outcome = play([...before, ...hits, ...afterPause])
        expect(outcome.codes).toEqual([code])
        expect(outcome.page.filter((key) => key !== 'Shift')).toEqual([...before, ...after].map(({ key }) => key))
        expect(outcome.dropped).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('that does not end in Enter types, like a text that is pasted key by key', () => {
    const text = [...'690123']
    expect(play(keys(text, [5]))).toEqual({ page: text, codes: [], dropped: 0 })
    expect(play([...keys(text, [5]), ENTER(MAX_GAP_MS)])).toEqual({ page: [...text, 'Enter'], codes: [], dropped: 0 })
    const broken: Hit[] = [...keys(text, [5]), { kind: 'other', key: 'Tab', gapMs: 5 }]
    expect(play(broken)).toEqual({ page: [...text, 'Tab'], codes: [], dropped: 0 })
  })

  it('with fewer keys than a code has is not believed', () => {
    const text = [...'123'].slice(0, MIN_CODE_KEYS - 1)
    expect(play([...keys(text, [5]), ENTER(5)])).toEqual({ page: [...text, 'Enter'], codes: [], dropped: 0 })
  })
})

describe('whatever comes', () => {
  const anyHit: fc.Arbitrary<Hit> = fc.record({
    kind: fc.constantFrom('character', 'character', 'character', 'enter', 'other'),
    key: character,
    gapMs: fc.oneof(burstGap, personGap),
  })

  it('every key is typed, or in a code, or an Enter behind one, or counted as dropped', () => {
    fc.assert(
      fc.property(fc.array(anyHit, { maxLength: 200 }), fc.boolean(), (hits, stillIsLate) => {
        const { page, codes, dropped } = play(hits, stillIsLate)
        const inCodes = codes.reduce((sum, code) => sum + [...code].length + 1, 0)
        expect(page.length + inCodes + dropped).toBe(hits.length)
      }),
      { numRuns: 500 },
    )
  })

  it('a burst whose beginning was typed already is no code, and its end presses no Enter', () => {
    const at = (key: string, atMs: number, kind: WedgeKey['kind'] = 'character') => ({ kind, key, atMs })
    let { state }: { state: WedgeState<WedgeKey> } = onWedgeKey<WedgeKey>(NOTHING_HELD, at('6', 0))
    // The page was held up: stillness is told although the next key was hit 5 ms later.
    const still = onWedgeStill(state)
    expect(still.type.map(({ key }) => key)).toEqual(['6'])
    state = still.state
    for (const [index, key] of [...'9012'].entries()) {
      const step = onWedgeKey(state, at(key, 5 * (index + 1)))
      expect(step).toMatchObject({ type: [], swallow: true })
      state = step.state
    }
    expect(onWedgeKey(state, at('Enter', 25, 'enter'))).toEqual({
      state: NOTHING_HELD,
      type: [],
      swallow: true,
      dropped: 5,
    })
  })

  it('more keys than any code has are thrown away to the end of the burst', () => {
    const flood = keys(new Array<string>(MAX_CODE_KEYS + 100).fill('7'), [1])
    const outcome = play([...flood, ENTER(1), ...keys([...'ok'], [100])])
    expect(outcome).toEqual({ page: ['o', 'k'], codes: [], dropped: MAX_CODE_KEYS + 101 })
    const longest = play([...flood.slice(0, MAX_CODE_KEYS), ENTER(1)])
    expect(longest.codes).toEqual(['7'.repeat(MAX_CODE_KEYS)])
  })
})
