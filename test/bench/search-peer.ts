import MiniSearch from 'minisearch'
import { glyphsOf, isLetter } from '../../renderer/sync-worker/search/normal.ts'
import type { Searchable } from '../../renderer/sync-worker/search/search.ts'

/**
 * MiniSearch over the same strings: characters in pairs, as its users do for Chinese, and what it has no notion of
 * given to it as words: the pinyin and the first letters of each name and word. Prefixes and errors are allowed.
 */
export interface Peer {
  find(query: string, limit: number): readonly string[]
}

const FUZZY = 0.2

export function createPeer(items: readonly Searchable[], spell: (character: string) => string): Peer {
  const index = new MiniSearch<Record<string, string>>({
    fields: ['code', 'name', 'words', 'letters', 'topic', 'use', 'department'],
    tokenize,
    processTerm: (term) => term,
    searchOptions: {
      prefix: true,
      fuzzy: (term) => (isLetter(term[0] ?? '') ? FUZZY : false),
      boost: { name: 3, words: 2 },
    },
  })
  index.addAll(
    items.map(({ id, code, name, use, topic, department, words = [] }) => ({
      id,
      code,
      name,
      words: words.join(' '),
      letters: [name, ...words].flatMap((text) => spelt(text, spell)).join(' '),
      topic,
      use,
      department,
    })),
  )
  return {
    find: (query, limit) =>
      index
        .search(query)
        .slice(0, limit)
        .map(({ id }) => String(id)),
  }
}

function spelt(text: string, spell: (character: string) => string): readonly string[] {
  const sounds = glyphsOf(text).map(spell)
  return [sounds.join(''), sounds.map((sound) => sound[0] ?? '').join('')]
}

/** Letters and figures in a row are one word; other characters go in pairs, a single one alone. */
function tokenize(text: string): string[] {
  return (
    text
      .toLowerCase()
      .match(/[a-z0-9]+|[^a-z0-9\s\p{P}]+/gu)
      ?.flatMap((run) => {
        if (/^[a-z0-9]/.test(run)) return [run]
        const glyphs = [...run]
        return glyphs.length === 1 ? glyphs : glyphs.slice(1).map((glyph, place) => `${glyphs[place] ?? ''}${glyph}`)
      }) ?? []
  )
}
