import type { Corpus } from './corpus.ts'
import { isLetter } from './normal.ts'

/**
 * How a glyph of a text can answer the query at one place, as bits. `full` and `accent` are shifted by the number of
 * letters that they use up, 1 to 6.
 */
export const STEP = {
  exact: 1,
  sameSound: 2,
  /** The query ends in the middle of the glyph's sound. */
  tail: 4,
  letter: 8,
  /** zh, ch, sh. */
  twoLetters: 16,
  full: 32,
  accent: 4096,
} as const
const KNOWN = 1 << 30

/** Answers the steps of one query; each pair of place and glyph is worked out once. */
export function createSteps(
  corpus: Corpus,
  query: readonly string[],
  soundsAt: readonly (readonly number[])[],
): (place: number, glyph: number) => number {
  const { soundsOf, sounds } = corpus
  const glyphs = query.map((glyph) => corpus.glyphNumber(glyph))
  const memo = new Int32Array(query.length * soundsOf.length)

  /** How many letters of this sound the query has from here. */
  function shared(text: string, place: number): number {
    let count = 0
    while (count < text.length && query[place + count] === text[count]) count++
    return count
  }

  function lettersOf(place: number, glyph: number): number {
    let steps = 0
    for (const number of soundsOf[glyph] ?? []) {
      const sound = sounds[number]
      if (sound === undefined) continue
      const common = shared(sound.text, place)
      if (common > 0) steps |= STEP.letter
      if (common > 1 && sound.text[1] === 'h') steps |= STEP.twoLetters
      if (common === sound.text.length) steps |= STEP.full << common
      else if (common > 1 && place + common === query.length) steps |= STEP.tail
      for (const accent of sound.accents) {
        if (shared(accent, place) === accent.length) steps |= STEP.accent << accent.length
      }
    }
    return steps
  }

  function workOut(place: number, glyph: number): number {
    const exact = glyph === glyphs[place] ? STEP.exact : 0
    if (isLetter(query[place] ?? '')) return corpus.isLetter[glyph] === true ? exact : lettersOf(place, glyph)
    if (exact !== 0) return exact
    const wanted = soundsAt[place] ?? []
    return (soundsOf[glyph] ?? []).some((sound) => wanted.includes(sound)) ? STEP.sameSound : 0
  }

  return (place, glyph) => {
    const slot = place * soundsOf.length + glyph
    const known = memo[slot] ?? 0
    if (known !== 0) return known & ~KNOWN
    const steps = workOut(place, glyph)
    memo[slot] = steps | KNOWN
    return steps
  }
}
