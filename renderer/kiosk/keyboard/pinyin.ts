/** From typed letters to characters, one syllable at a time. The table maps a syllable to its characters by frequency. */
export type PinyinTable = Readonly<Record<string, readonly string[]>>

export interface Candidates {
  /** The letters that a chosen character stands for; the rest of the buffer stays. */
  readonly taken: number
  readonly characters: readonly string[]
}

const NONE: Candidates = { taken: 0, characters: [] }
/** No syllable is longer than zhuang. */
const LONGEST_SYLLABLE = 6
/** Characters of a syllable that is still being typed: its likeliest, not all. */
const GUESSES_EACH = 6

/** The library's table has one row of characters a syllable, parted by spaces. */
export function tableOf(rows: Readonly<Record<string, string>>): PinyinTable {
  return Object.fromEntries(Object.entries(rows).map(([syllable, row]) => [syllable, row.split(' ')]))
}

/**
 * The characters that the beginning of `buffer` can be: those of its longest syllable, or, while no syllable is
 * whole yet, the likeliest of all syllables that begin so. An apostrophe parts syllables (xi'an).
 */
export function candidatesOf(buffer: string, table: PinyinTable): Candidates {
  if (buffer === '') return NONE
  const apart = buffer.indexOf("'")
  const head = apart === -1 ? buffer : buffer.slice(0, apart)
  if (head === '')
    return { ...candidatesOf(buffer.slice(1), table), taken: candidatesOf(buffer.slice(1), table).taken + 1 }
  for (let length = Math.min(head.length, LONGEST_SYLLABLE); length > 0; length--) {
    const characters = table[head.slice(0, length)]
    if (characters !== undefined) {
      const taken = length === head.length && apart !== -1 ? length + 1 : length
      return { taken, characters }
    }
  }
  const begun = Object.keys(table)
    .filter((syllable) => syllable.startsWith(head))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  if (begun.length === 0) return NONE
  const guesses: string[] = []
  for (let rank = 0; rank < GUESSES_EACH; rank++) {
    for (const syllable of begun) {
      const character = table[syllable]?.[rank]
      if (character !== undefined && !guesses.includes(character)) guesses.push(character)
    }
  }
  return { taken: buffer.length, characters: guesses }
}
