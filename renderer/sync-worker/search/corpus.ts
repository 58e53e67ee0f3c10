import { glyphsOf, isLetter } from './normal.ts'
import { accentsOf, readings } from './readings.ts'
import type { Searchable } from './searchable.ts'

/** Which of an item's texts a text is, by how much it says about the item. */
export const FIELD = { name: 0, word: 1, topic: 2, use: 3, department: 4 } as const
export type Field = (typeof FIELD)[keyof typeof FIELD]

/** One syllable, or one letter, figure or unread character that stands for itself. */
export interface Sound {
  readonly text: string
  readonly accents: readonly string[]
}

/** Lists of numbers by key, in two flat arrays. */
export interface Postings {
  readonly start: Int32Array
  readonly at: Int32Array
}

/**
 * All texts of all items in one row of glyph numbers, 0 between two texts, and where each sound stands in it. A text
 * that many items share stands there once.
 */
export interface Corpus {
  readonly items: readonly Searchable[]
  /** Glyph numbers of the row. */
  readonly row: Uint32Array
  /** Number of the text at each place of the row. */
  readonly textAt: Int32Array
  /** Where each text begins; one more at the end. */
  readonly textStart: Int32Array
  /** The items of each text: item × 8 + field. */
  readonly owners: Postings
  /** Sounds of each glyph number, the likeliest first. */
  readonly soundsOf: readonly (readonly number[])[]
  readonly isLetter: readonly boolean[]
  readonly sounds: readonly Sound[]
  /** Places of each sound. */
  readonly places: Postings
  /** Places by the first letters of two neighbours, first × 27 + second; 26 is the end of a text. */
  readonly pairs: Postings
  /** Places where a text begins, by first letter. */
  readonly beginnings: Postings
  /** The number of a glyph; -1 when no text holds it. */
  glyphNumber(glyph: string): number
  /** The number of a sound; -1 when no text holds it. */
  soundNumber(text: string): number
}

export const LETTERS = 27
const A = 97
/** Letters only; figures and characters that nobody reads have no first letter. */
export const letterOf = (text: string): number => {
  const letter = text.charCodeAt(0) - A
  return letter >= 0 && letter < 26 ? letter : 26
}

/** @throws when two items share an id: the answer could not name one. */
export function buildCorpus(items: readonly Searchable[]): Corpus {
  if (new Set(items.map(({ id }) => id)).size !== items.length) throw new Error('two items share an id')
  const glyphs = new Map<string, number>()
  const sounds: Sound[] = []
  const soundNumbers = new Map<string, number>()
  const soundsOf: number[][] = [[]]
  const letters: boolean[] = [false]
  const texts = new Map<string, number>()
  const owners: number[][] = []
  const bodies: number[][] = []

  function soundNumber(text: string): number {
    let number = soundNumbers.get(text)
    if (number === undefined) {
      number = sounds.length
      soundNumbers.set(text, number)
      sounds.push({ text, accents: accentsOf(text) })
    }
    return number
  }

  function glyphNumber(glyph: string): number {
    let number = glyphs.get(glyph)
    if (number === undefined) {
      number = soundsOf.length
      glyphs.set(glyph, number)
      const read = readings.of(glyph)
      soundsOf.push((read.length === 0 ? [glyph] : read).map(soundNumber))
      letters.push(isLetter(glyph))
    }
    return number
  }

  function add(text: string, item: number, field: Field): void {
    let number = texts.get(text)
    if (number === undefined) {
      number = bodies.length
      texts.set(text, number)
      bodies.push(glyphsOf(text).map(glyphNumber))
      owners.push([])
    }
    owners[number]?.push(item * 8 + field)
  }

  for (const [index, item] of items.entries()) {
    add(item.name, index, FIELD.name)
    for (const word of item.words ?? []) add(word, index, FIELD.word)
    add(item.topic, index, FIELD.topic)
    add(item.use, index, FIELD.use)
    add(item.department, index, FIELD.department)
  }

  const { row, textAt, textStart } = inOneRow(bodies)
  const initials = soundsOf.map((each) => [...new Set(each.map((sound) => letterOf(sounds[sound]?.text ?? '')))])
  const end = [26]
  return {
    items,
    row,
    textAt,
    textStart,
    owners: flat(owners),
    soundsOf,
    isLetter: letters,
    sounds,
    places: post(row, sounds.length, (at, put) => {
      for (const sound of soundsOf[row[at] ?? 0] ?? []) put(sound)
    }),
    pairs: post(row, LETTERS * LETTERS, (at, put) => {
      const next = row[at + 1] === 0 ? end : (initials[row[at + 1] ?? 0] ?? end)
      for (const first of initials[row[at] ?? 0] ?? end) for (const second of next) put(first * LETTERS + second)
    }),
    beginnings: post(row, LETTERS, (at, put) => {
      if (row[at - 1] === 0) for (const first of initials[row[at] ?? 0] ?? end) put(first)
    }),
    glyphNumber: (glyph) => glyphs.get(glyph) ?? -1,
    soundNumber: (text) => soundNumbers.get(text) ?? -1,
  }
}

/** A 0 stands before the first text and after each. */
function inOneRow(bodies: readonly (readonly number[])[]): Pick<Corpus, 'row' | 'textAt' | 'textStart'> {
  const length = bodies.reduce((sum, body) => sum + body.length + 1, 1)
  const row = new Uint32Array(length)
  const textAt = new Int32Array(length)
  const textStart = new Int32Array(bodies.length + 1)
  let at = 1
  for (const [text, body] of bodies.entries()) {
    textStart[text] = at
    textAt.fill(text, at, at + body.length + 1)
    row.set(body, at)
    at += body.length + 1
  }
  textStart[bodies.length] = at
  return { row, textAt, textStart }
}

/** The places of every key, by counting first and filling in afterwards. */
function post(row: Uint32Array, keys: number, keysAt: (at: number, put: (key: number) => void) => void): Postings {
  const start = new Int32Array(keys + 1)
  const each = (put: (key: number, at: number) => void) => {
    for (let at = 0; at < row.length; at++) if (row[at] !== 0) keysAt(at, (key) => put(key, at))
  }
  each((key) => {
    start[key + 1] = (start[key + 1] ?? 0) + 1
  })
  for (let key = 0; key < keys; key++) start[key + 1] = (start[key + 1] ?? 0) + (start[key] ?? 0)
  const next = start.slice()
  const at = new Int32Array(start[keys] ?? 0)
  each((key, place) => {
    const slot = next[key] ?? 0
    at[slot] = place
    next[key] = slot + 1
  })
  return { start, at }
}

export function flat(lists: readonly (readonly number[])[]): Postings {
  const start = new Int32Array(lists.length + 1)
  const at = new Int32Array(lists.reduce((sum, list) => sum + list.length, 0))
  let next = 0
  for (const [key, list] of lists.entries()) {
    start[key] = next
    at.set(list, next)
    next += list.length
  }
  start[lists.length] = next
  return { start, at }
}
