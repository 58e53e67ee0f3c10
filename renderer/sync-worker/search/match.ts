import { type Corpus, LETTERS, letterOf, type Postings } from './corpus.ts'
import { isLetter } from './normal.ts'
import { readings } from './readings.ts'
import { createSteps, STEP } from './steps.ts'

/** How a query was found in a text, the best first. */
export const MANNER = { text: 0, initials: 1, pinyin: 2, typo: 3 } as const
export type Manner = (typeof MANNER)[keyof typeof MANNER]

/** What the steps through a text were like, as bits. */
const EXACT = 1
const INITIAL = 2
const FULL = 4
/** Another character of the same sound, or a sound as an accent has it. */
const ASIDE = 8
const NO_MATCH = -1
const GLYPHS_MAX = 256
/** No syllable has more letters. */
const LONGEST_SOUND = 6

/** Manner × 256 + how many glyphs of the text were used; the smaller the better. */
function packed(flags: number, glyphs: number): number {
  const manner =
    flags & ASIDE ? MANNER.typo : flags & FULL ? MANNER.pinyin : flags & INITIAL ? MANNER.initials : MANNER.text
  // Characters and first letters mixed are pinyin that is typed in part.
  return (manner === MANNER.initials && flags & EXACT ? MANNER.pinyin : manner) * GLYPHS_MAX + glyphs
}

const better = (a: number, b: number): number => (a === NO_MATCH ? b : b === NO_MATCH ? a : Math.min(a, b))

export type OnMatch = (text: number, startsText: boolean, glyphs: number, manner: Manner) => void

/**
 * Finds where the whole query stands in the row, glyph by glyph: as characters, as their sounds, as first letters, and
 * in any mixture (养laojin, yanglaobx). All readings of a character count.
 */
export function findInRow(corpus: Corpus, query: readonly string[], onMatch: OnMatch): void {
  const { row, textAt, sounds } = corpus
  const first = query[0]
  if (first === undefined) return
  const soundsAt = query.map((glyph) => (isLetter(glyph) ? [] : soundsInQuery(corpus, glyph)))
  const stepsOf = createSteps(corpus, query, soundsAt)

  /** The best way from here to the end of the query. */
  function walk(at: number, place: number, flags: number, used: number): number {
    if (place === query.length) return packed(flags, used)
    const glyph = row[at] ?? 0
    if (glyph === 0) return NO_MATCH
    const steps = stepsOf(place, glyph)
    if (steps === 0) return NO_MATCH
    if (steps & STEP.exact) {
      const exact = walk(at + 1, place + 1, flags | EXACT, used + 1)
      if (exact !== NO_MATCH) return exact
    }
    if (steps & STEP.sameSound) return walk(at + 1, place + 1, flags | ASIDE, used + 1)
    let best = steps & STEP.tail ? packed(flags | FULL, used + 1) : NO_MATCH
    if (steps & STEP.letter) best = better(best, walk(at + 1, place + 1, flags | INITIAL, used + 1))
    if (steps & STEP.twoLetters) best = better(best, walk(at + 1, place + 2, flags | INITIAL, used + 1))
    for (let letters = 1; letters <= LONGEST_SOUND; letters++) {
      if (steps & (STEP.full << letters)) best = better(best, walk(at + 1, place + letters, flags | FULL, used + 1))
      if (best === NO_MATCH && steps & (STEP.accent << letters)) {
        best = walk(at + 1, place + letters, flags | FULL | ASIDE, used + 1)
      }
    }
    return best
  }

  function tryAll(postings: Postings, key: number): void {
    const end = postings.start[key + 1] ?? 0
    for (let slot = postings.start[key] ?? 0; slot < end; slot++) {
      const at = postings.at[slot] ?? 0
      const found = walk(at, 0, 0, 0)
      if (found === NO_MATCH) continue
      onMatch(textAt[at] ?? 0, row[at - 1] === 0, found % GLYPHS_MAX, Math.floor(found / GLYPHS_MAX) as Manner)
    }
  }

  if (!isLetter(first)) {
    for (const sound of soundsAt[0] ?? []) tryAll(corpus.places, sound)
    return
  }
  const initial = letterOf(first)
  for (const second of secondLetters(query, soundsAt, sounds)) tryAll(corpus.pairs, initial * LETTERS + second)
  if (query.length > LONGEST_SOUND) return
  // The whole query may be one sound: everywhere when it is whole, else only where a text begins.
  const whole = corpus.soundNumber(query.join(''))
  if (whole !== -1) tryAll(corpus.places, whole)
  tryAll(corpus.beginnings, initial)
}

/** With which letters the second glyph of a text can begin, wherever the first one ends in the query. */
function secondLetters(
  query: readonly string[],
  soundsAt: readonly (readonly number[])[],
  sounds: Corpus['sounds'],
): ReadonlySet<number> {
  const seconds = new Set<number>()
  for (let place = 1; place <= Math.min(LONGEST_SOUND, query.length - 1); place++) {
    const glyph = query[place] ?? ''
    if (isLetter(glyph)) {
      seconds.add(letterOf(glyph))
      continue
    }
    for (const sound of soundsAt[place] ?? []) seconds.add(letterOf(sounds[sound]?.text ?? ''))
    break
  }
  return seconds
}

/** Sounds of a glyph of a query that some text holds too. */
export function soundsInQuery(corpus: Corpus, glyph: string): readonly number[] {
  const read = readings.of(glyph)
  return (read.length === 0 ? [glyph] : read).map((text) => corpus.soundNumber(text)).filter((sound) => sound !== -1)
}
