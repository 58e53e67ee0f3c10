import type { Corpus, Postings } from './corpus.ts'
import { FIELD, flat } from './corpus.ts'

/** Names and words of a corpus, and which of them hold which three letters in a row. */
export interface Letters {
  readonly corpus: Corpus
  /** Text numbers of the corpus, in its order. */
  readonly texts: Int32Array
  /** Numbers of the trigrams in `postings`, whose lists are places in `texts`. */
  readonly trigrams: ReadonlyMap<string, number>
  readonly postings: Postings
}

const SHORTEST = 4
/** So many texts that share most with the query are looked at closely. */
const CANDIDATES = 120
/** In how many ways a text with characters of several readings is spelt at most. */
const SPELLINGS = 16
const WORD_FIELDS: number = FIELD.word

/** Errors that a query of so many letters may have. */
export const allowedErrors = (letters: number): number => (letters < 8 ? 1 : letters < 16 ? 2 : 3)

export function buildLetters(corpus: Corpus): Letters {
  const texts: number[] = []
  const trigrams = new Map<string, number>()
  const lists: number[][] = []
  for (let text = 0; text + 1 < corpus.textStart.length; text++) {
    if (!isNameOrWord(corpus, text)) continue
    const place = texts.length
    texts.push(text)
    for (const trigram of trigramsOf(spellings(corpus, text, 1)[0] ?? '')) {
      let number = trigrams.get(trigram)
      if (number === undefined) {
        number = lists.length
        trigrams.set(trigram, number)
        lists.push([])
      }
      lists[number]?.push(place)
    }
  }
  return { corpus, texts: Int32Array.from(texts), trigrams, postings: flat(lists) }
}

/** A text in letters, with the readings of its characters combined; the likeliest readings first. */
function spellings({ row, textStart, soundsOf, sounds }: Corpus, text: number, most: number): readonly string[] {
  let spelt = ['']
  for (let at = textStart[text] ?? 0; row[at] !== 0; at++) {
    const read = (soundsOf[row[at] ?? 0] ?? []).slice(0, Math.max(1, Math.floor(most / spelt.length)))
    spelt = read.flatMap((sound) => spelt.map((before) => before + (sounds[sound]?.text ?? '')))
  }
  return spelt
}

function isNameOrWord(corpus: Corpus, text: number): boolean {
  const end = corpus.owners.start[text + 1] ?? 0
  for (let slot = corpus.owners.start[text] ?? 0; slot < end; slot++) {
    if (((corpus.owners.at[slot] ?? 0) & 7) <= WORD_FIELDS) return true
  }
  return false
}

function trigramsOf(letters: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (let place = 0; place + 3 <= letters.length; place++) found.add(letters.slice(place, place + 3))
  return found
}

/** Texts that hold the query with a few letters wrong, missing, too many or swapped. */
export function findTypos(
  { corpus, texts, trigrams, postings }: Letters,
  query: string,
  onFound: (text: number, errors: number, length: number) => void,
): void {
  if (query.length < SHORTEST) return
  const errors = allowedErrors(query.length)
  const wanted = trigramsOf(query)
  const shared = new Uint8Array(texts.length)
  const touched: number[] = []
  for (const trigram of wanted) {
    const number = trigrams.get(trigram)
    if (number === undefined) continue
    const end = postings.start[number + 1] ?? 0
    for (let slot = postings.start[number] ?? 0; slot < end; slot++) {
      const place = postings.at[slot] ?? 0
      if (shared[place] === 0) touched.push(place)
      shared[place] = (shared[place] ?? 0) + 1
    }
  }
  // What another reading of a character lacks is made up for by looking at some more.
  for (const place of mostShared(touched, shared, Math.max(1, wanted.size >> 2))) {
    const text = texts[place] ?? 0
    const ways = spellings(corpus, text, SPELLINGS)
    const found = Math.min(...ways.map((way) => errorsWithin(query, way, errors)))
    if (found <= errors) onFound(text, found, ways[0]?.length ?? 0)
  }
}

function mostShared(touched: readonly number[], shared: Uint8Array, least: number): readonly number[] {
  const buckets: number[][] = []
  for (const place of touched) {
    const count = shared[place] ?? 0
    if (count < least) continue
    const bucket = buckets[count] ?? []
    buckets[count] = bucket
    bucket.push(place)
  }
  const chosen: number[] = []
  for (let count = buckets.length - 1; count >= 0 && chosen.length < CANDIDATES; count--) {
    for (const place of buckets[count] ?? []) {
      if (chosen.length < CANDIDATES) chosen.push(place)
    }
  }
  return chosen
}

/**
 * The fewest errors with which `query` stands anywhere in `text` (Sellers, with swapped neighbours as one error, cut off
 * where more than `most` are sure as Ukkonen does); `most + 1` when there are more.
 */
export function errorsWithin(query: string, text: string, most: number): number {
  const length = query.length
  const tooMany = most + 1
  let before = new Uint8Array(length + 1).fill(tooMany, 1)
  let last = Uint8Array.from({ length: length + 1 }, (_, place) => Math.min(place, tooMany))
  let now = new Uint8Array(length + 1)
  /** The last place of the column before that can still lead to a match. */
  let active = Math.min(most, length)
  let fewest = Math.min(tooMany, length)
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    const letterBefore = at === 0 ? 0 : text.charCodeAt(at - 1)
    let nowActive = 0
    let place = 1
    for (; place <= length && (place <= active + 1 || (now[place - 1] ?? 0) < most); place++) {
      const wanted = query.charCodeAt(place - 1)
      const replaced = (last[place - 1] ?? 0) + (wanted === letter ? 0 : 1)
      const left = Math.min(last[place] ?? 0, now[place - 1] ?? 0) + 1
      let errors = replaced < left ? replaced : left
      if (place > 1 && wanted === letterBefore && query.charCodeAt(place - 2) === letter) {
        errors = Math.min(errors, (before[place - 2] ?? 0) + 1)
      }
      now[place] = Math.min(errors, tooMany)
      if (errors <= most) nowActive = place
    }
    now.fill(tooMany, place)
    fewest = Math.min(fewest, now[length] ?? tooMany)
    const spare = before
    before = last
    last = now
    now = spare
    now[0] = 0
    active = nowActive
  }
  return fewest
}
