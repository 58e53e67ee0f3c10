import type { Searchable } from './searchable.ts'

/**
 * Items by words of their English names and topics, for whoever types English on the pinyin keyboard: words whole or
 * begun, in any order; or the words of a name one after the other without the spaces. An index of its own, so that what
 * Chinese and pinyin find, and in which order, stays as it is.
 */
export interface English {
  /** A space before each word, so that the beginning of a word is found in one go. */
  readonly spaced: Lines
  readonly joined: Lines
}

/** An item a line, a name and a topic parted by a tab. */
interface Lines {
  readonly text: string
  /** Where the line of each item begins; one more at the end. */
  readonly start: Int32Array
}

/** Less is a first letter of too many words, and pinyin more often than not. */
const SHORTEST = 3
/** Two words without a space between are hardly shorter; less of them is the inside of every other word. */
const SHORTEST_JOINED = 6
/** How well a word fits, 0 to 999: the name from its beginning, within it, the topic. */
const QUALITY = { whole: 999, beginning: 700, name: 500, topic: 200 } as const
const WORDS = /[a-z]+/g

const wordsOf = (text: string): readonly string[] => text.normalize('NFKC').toLowerCase().match(WORDS) ?? []

export function joinEnglish(items: readonly Searchable[]): English {
  const parts = items.map(({ english }) =>
    english === undefined ? [] : [wordsOf(english.name), wordsOf(english.topic)],
  )
  const linesOf = (before: string) =>
    inLines(parts.map((each) => each.map((words) => words.map((word) => before + word).join('')).join('\t')))
  return { spaced: linesOf(' '), joined: linesOf('') }
}

/** Nothing for a query with anything but letters in it. */
export function findEnglish(
  { spaced, joined }: English,
  query: string,
  onFound: (item: number, quality: number) => void,
): void {
  if (!/^[a-z\s'-]+$/i.test(query)) return
  const words = [...wordsOf(query)].sort((a, b) => b.length - a.length)
  const [longest = '', ...rest] = words
  if (longest.length < SHORTEST) return
  const { text } = spaced
  let isFound = false
  eachLine(spaced, ` ${longest}`, (item, at, from, end) => {
    if (!rest.every((word) => isWithin(text, ` ${word}`, from, end))) return
    isFound = true
    const tab = text.indexOf('\t', from)
    const kind = at > tab ? 'topic' : at > from ? 'name' : longest.length + 1 === tab - from ? 'whole' : 'beginning'
    onFound(item, QUALITY[kind])
  })
  if (isFound || rest.length > 0 || longest.length < SHORTEST_JOINED) return
  eachLine(joined, longest, (item, at, from) => {
    if (at === from) onFound(item, QUALITY.beginning)
    else if (beginsWord(spaced, item, longest)) onFound(item, QUALITY.name)
  })
}

/** Once for each line that holds `part`: where, and where the line begins and ends. */
function eachLine(
  { text, start }: Lines,
  part: string,
  onLine: (item: number, at: number, from: number, end: number) => void,
): void {
  let item = 0
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, start[item + 1] ?? text.length)) {
    while ((start[item + 1] ?? text.length) <= at) item++
    onLine(item, at, start[item] ?? 0, start[item + 1] ?? text.length)
  }
}

function isWithin(text: string, part: string, from: number, end: number): boolean {
  const at = text.indexOf(part, from)
  return at !== -1 && at < end
}

/** Whether words of the item run into `joined` from the beginning of one of them. */
function beginsWord({ text, start }: Lines, item: number, joined: string): boolean {
  const words = wordsOf(text.slice(start[item], start[item + 1]))
  return words.some((_, first) => words.slice(first).join('').startsWith(joined))
}

function inLines(lines: readonly string[]): Lines {
  const start = new Int32Array(lines.length + 1)
  for (const [item, line] of lines.entries()) start[item + 1] = (start[item] ?? 0) + line.length + 1
  return { text: lines.map((line) => `${line}\n`).join(''), start }
}
