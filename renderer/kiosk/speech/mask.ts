/** What may be said aloud in a hall: names, numbers and results go to a headset only (look.md section 4.5). */

export interface Secrets {
  /** Of the card, as it may stand in a sentence: name, number, form of address. Empty ones count for nothing. */
  readonly words: readonly string[]
  readonly star: string
}

/** Five figures in a row, however they are grouped or masked, are somebody's number. */
const LONG_NUMBER = /[\d＊*](?:[\s-]?[\dXx＊*]){4,}/g

/** The text with every secret word and every long number said as 星号. */
export function masked(text: string, { words, star }: Secrets): string {
  const longestFirst = words.filter((word) => word !== '').sort((a, b) => b.length - a.length)
  return longestFirst.reduce((said, word) => said.replaceAll(word, star), text).replace(LONG_NUMBER, star)
}
