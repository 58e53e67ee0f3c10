import type { Corpus, Postings } from './corpus.ts'
import { soundsInQuery } from './match.ts'
import { isLetter } from './normal.ts'
import { readings } from './readings.ts'

const ANY = -2

/** One glyph of the query, or one syllable that was typed in letters: any character of that sound. */
interface Unit {
  readonly glyph: number
  readonly sounds: readonly number[]
}

/** A neighbouring pair of another character but the same sound counts so much. */
const SAME_SOUND = 0.4
/** A pair with any one glyph between counts so much: it holds together what one wrong character parts. */
const APART = 0.5
/** A pair that no text holds (金没) says little, but its absence says something. */
const UNKNOWN_PAIR = 0.25

export type OnShare = (item: number, share: number) => void

/**
 * How much of a query each item has, by pairs of neighbouring glyphs, rare pairs counting more: what finds an item for
 * a whole sentence, and for words in another order. Calls back with 0 to 1 for every item that has anything.
 */
export function createShares(corpus: Corpus): (query: readonly string[], onShare: OnShare) => void {
  const total = corpus.items.length
  const sums = new Float64Array(total)
  const itemsWith = createPairs(corpus)

  return (query, onShare) => {
    const units = unitsOf(corpus, query)
    const touched: number[] = []
    let whole = 0
    let known = 0
    for (let pair = 0; pair < 2 * units.length; pair++) {
      const place = pair >> 1
      const distance = 1 + (pair & 1)
      const [first, second] = [units[place], units[place + distance]]
      if (first === undefined || second === undefined) continue
      const exact = itemsWith(first, second, distance, true)
      const isAlike = exact.length === 0 && distance === 1
      const found = isAlike ? itemsWith(first, second, distance, false) : exact
      if (found.length === 0) continue
      if (distance === 1) known++
      const weight = Math.log(1 + total / found.length) * (isAlike ? SAME_SOUND : distance === 1 ? 1 : APART)
      whole += weight
      for (const item of found) {
        if (sums[item] === 0) touched.push(item)
        sums[item] = (sums[item] ?? 0) + weight
      }
    }
    const unknown = units.length - 1 - known
    const all = whole * (1 + (unknown * UNKNOWN_PAIR) / Math.max(1, known))
    for (const item of touched) {
      onShare(item, Math.min(1, (sums[item] ?? 0) / all))
      sums[item] = 0
    }
  }
}

type ItemsWith = (first: Unit, second: Unit, distance: number, isExact: boolean) => readonly number[]

/** The items in whose texts two units stand so far apart, each once: as these characters, or as any that sound so. */
function createPairs(corpus: Corpus): ItemsWith {
  const { row, places, owners, textAt, soundsOf } = corpus
  const seenText = new Int32Array(corpus.textStart.length)
  const seenItem = new Int32Array(corpus.items.length)
  let turn = 0

  function sounds(unit: Unit, glyph: number): boolean {
    for (const sound of soundsOf[glyph] ?? []) if (unit.sounds.includes(sound)) return true
    return false
  }

  return (first, second, distance, isExact) => {
    const found: number[] = []
    // A unit that was typed in letters is any character of its sound.
    const fits = (unit: Unit, glyph: number) =>
      isExact && unit.glyph !== ANY ? unit.glyph === glyph : sounds(unit, glyph)
    turn++
    const isFromSecond = placesOf(places, second) < placesOf(places, first)
    const [from, other, step] = isFromSecond ? [second, first, -1] : [first, second, 1]
    for (const sound of from.sounds) {
      const end = places.start[sound + 1] ?? 0
      for (let slot = places.start[sound] ?? 0; slot < end; slot++) {
        const at = places.at[slot] ?? 0
        const text = textAt[at] ?? 0
        if (seenText[text] === turn || row[at + step] === 0) continue
        if (!fits(other, row[at + step * distance] ?? 0) || !fits(from, row[at] ?? 0)) continue
        seenText[text] = turn
        const last = owners.start[text + 1] ?? 0
        for (let owner = owners.start[text] ?? 0; owner < last; owner++) {
          const item = (owners.at[owner] ?? 0) >> 3
          if (seenItem[item] === turn) continue
          seenItem[item] = turn
          found.push(item)
        }
      }
    }
    return found
  }
}

/** How often the sounds of a unit stand in the row: one begins from the rarer of two. */
function placesOf(places: Postings, unit: Unit): number {
  return unit.sounds.reduce((sum, sound) => sum + (places.start[sound + 1] ?? 0) - (places.start[sound] ?? 0), 0)
}

/** Letters are taken as whole syllables where they can be; those that make none stand for themselves. */
function unitsOf(corpus: Corpus, query: readonly string[]): readonly Unit[] {
  const units: Unit[] = []
  for (let place = 0; place < query.length; ) {
    let end = place
    while (end < query.length && isLetter(query[end] ?? '')) end++
    if (end === place) {
      const glyph = query[place] ?? ''
      units.push({ glyph: corpus.glyphNumber(glyph), sounds: soundsInQuery(corpus, glyph) })
      place++
      continue
    }
    for (const syllable of syllablesOf(query.slice(place, end).join(''))) {
      const sound = corpus.soundNumber(syllable)
      units.push({ glyph: ANY, sounds: sound === -1 ? [] : [sound] })
    }
    place = end
  }
  return units
}

const LONGEST_SYLLABLE = 6

/** Whole syllables, the longest first, one step back where that ends nowhere; none when the letters make none. */
export function syllablesOf(letters: string): readonly string[] {
  const dead = new Set<number>()
  const found: string[] = []
  const from = (place: number): boolean => {
    if (place === letters.length) return true
    if (dead.has(place)) return false
    for (let length = Math.min(LONGEST_SYLLABLE, letters.length - place); length > 0; length--) {
      const syllable = letters.slice(place, place + length)
      if (!readings.syllables.has(syllable)) continue
      found.push(syllable)
      if (from(place + length)) return true
      found.pop()
    }
    dead.add(place)
    return false
  }
  return from(0) ? found : []
}
