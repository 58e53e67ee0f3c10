import { findCodes, joinCodes } from './codes.ts'
import { buildCorpus, type Corpus, FIELD } from './corpus.ts'
import { findEnglish, joinEnglish } from './english.ts'
import { findInRow, MANNER, type Manner } from './match.ts'
import { isLetter, queryGlyphs } from './normal.ts'
import { createShares } from './overlap.ts'
import type { Searchable } from './searchable.ts'
import { buildLetters, findTypos, type Letters } from './typo.ts'

export type { Searchable } from './searchable.ts'

/**
 * Why an item was found, the best first: its id or code; its name; a name that begins so; a text that holds it; first
 * letters; pinyin; words of its English name; a slip of the hand or the ear; a part of what was asked.
 */
export const WHY = ['code', 'name', 'prefix', 'words', 'initials', 'pinyin', 'english', 'typo', 'part'] as const
export type Why = (typeof WHY)[number]

export interface Hit {
  readonly id: string
  /** The higher the better: the rank of `why` × 1000, and how well within it, 0 to 999. */
  readonly score: number
  readonly why: Why
}

export interface Search {
  /** The best first, never more than `limit`; the same for the same question. Nothing for a query with nothing in it. */
  find(query: string, limit: number): readonly Hit[]
  /** What the index holds in flat arrays, in bytes. */
  readonly bytes: number
}

/** With so many good hits the doubtful ones, slips and parts, are left out. */
const ENOUGH = 3
/** Less of a sentence than this is chance. */
const LEAST_SHARE = 0.34
const PER_WHY = 1000
const BASE = WHY.length * PER_WHY
const scoreOf = (why: Why, quality: number): number => BASE - WHY.indexOf(why) * PER_WHY + Math.floor(quality)
const whyOf = (score: number): Why => WHY[WHY.length - Math.floor(score / PER_WHY)] ?? 'part'

/** Within one `why`: what the text says about the item, whether it begins so, and how much of it was asked for. */
const FIELD_QUALITY = [500, 400, 200, 150, 100] as const
const BEGINS = 150
const COVERED = 99
/** Each wrong letter takes away as much as a word is behind a name. */
const PER_ERROR = 100

/** Builds the index; the order of `items` is the hall's own, what is done often first, and settles what is equal. */
export function createSearch(items: readonly Searchable[]): Search {
  const corpus = buildCorpus(items)
  const letters = buildLetters(corpus)
  const shares = createShares(corpus)
  const codes = joinCodes(items)
  const english = joinEnglish(items)
  const best = new Int32Array(items.length)

  function find(query: string, limit: number): readonly Hit[] {
    const glyphs = queryGlyphs(query)
    if (glyphs.length === 0 || limit < 1) return []
    const touched: number[] = []
    const put = (item: number, score: number) => {
      if (best[item] === 0) touched.push(item)
      if (score > (best[item] ?? 0)) best[item] = score
    }
    findCodes(codes, glyphs.join(''), (item, quality) => put(item, scoreOf('code', quality)))
    findInRow(corpus, glyphs, (text, startsText, used, manner) =>
      forOwners(corpus, text, startsText, used, manner, put),
    )
    const good = touched.filter((item) => (best[item] ?? 0) >= scoreOf('pinyin', 0)).length
    if (touched.length === 0 && glyphs.every(isLetter)) slips(letters, glyphs.join(''), put)
    if (touched.length === 0) {
      shares(glyphs, (item, share) => {
        if (share >= LEAST_SHARE) put(item, scoreOf('part', share * 999))
      })
    }
    // After all the others, which look further only while nothing was found.
    findEnglish(english, query, (item, quality) => put(item, scoreOf('english', quality)))
    const hits = topOf(touched, best, items, limit, good < ENOUGH ? 0 : scoreOf('english', 0))
    for (const item of touched) best[item] = 0
    return hits
  }

  const { row, textAt, textStart, owners, places, pairs, beginnings } = corpus
  const arrays = [row, textAt, textStart, letters.texts, english.spaced.start, english.joined.start]
  for (const { start, at } of [owners, places, pairs, beginnings, letters.postings]) arrays.push(start, at)
  return { find, bytes: arrays.reduce((sum, array) => sum + array.byteLength, 0) }
}

type Put = (item: number, score: number) => void

function forOwners(corpus: Corpus, text: number, startsText: boolean, used: number, manner: Manner, put: Put): void {
  const length = (corpus.textStart[text + 1] ?? 0) - (corpus.textStart[text] ?? 0) - 1
  const isWhole = startsText && used === length
  const end = corpus.owners.start[text + 1] ?? 0
  for (let slot = corpus.owners.start[text] ?? 0; slot < end; slot++) {
    const owner = corpus.owners.at[slot] ?? 0
    const field = owner & 7
    // First letters of a long line fit by chance.
    if (manner === MANNER.initials && field > FIELD.topic) continue
    const quality = (FIELD_QUALITY[field] ?? 0) + (startsText ? BEGINS : 0) + (COVERED * used) / Math.max(used, length)
    put(owner >> 3, scoreOf(whyFor(field, startsText, isWhole, manner), quality))
  }
}

function whyFor(field: number, startsText: boolean, isWhole: boolean, manner: Manner): Why {
  if (manner === MANNER.initials) return 'initials'
  if (manner === MANNER.pinyin) return 'pinyin'
  if (manner === MANNER.typo) return 'typo'
  if (field !== FIELD.name || !startsText) return 'words'
  return isWhole ? 'name' : 'prefix'
}

function slips(letters: Letters, query: string, put: Put): void {
  const { owners } = letters.corpus
  findTypos(letters, query, (text, errors, length) => {
    const end = owners.start[text + 1] ?? 0
    for (let slot = owners.start[text] ?? 0; slot < end; slot++) {
      const owner = owners.at[slot] ?? 0
      const field = owner & 7
      const covered = (COVERED * query.length) / Math.max(query.length, length)
      const quality = (FIELD_QUALITY[field] ?? 0) - PER_ERROR * errors + covered
      if (field <= FIELD.word) put(owner >> 3, scoreOf('typo', quality))
    }
  })
}

/** By score, then the shorter name, then the order of the hall. */
function topOf(
  touched: readonly number[],
  best: Int32Array,
  items: readonly Searchable[],
  limit: number,
  least: number,
): readonly Hit[] {
  const before = (a: number, b: number) =>
    (best[b] ?? 0) - (best[a] ?? 0) || (items[a]?.name.length ?? 0) - (items[b]?.name.length ?? 0) || a - b
  const top: number[] = []
  for (const item of touched) {
    if ((best[item] ?? 0) < least) continue
    const last = top[top.length - 1]
    if (top.length === limit && last !== undefined && before(item, last) >= 0) continue
    let place = top.length
    while (place > 0 && before(item, top[place - 1] ?? item) < 0) place--
    top.splice(place, 0, item)
    if (top.length > limit) top.pop()
  }
  return top.map((item) => {
    const score = best[item] ?? 0
    return { id: items[item]?.id ?? '', score, why: whyOf(score) }
  })
}
