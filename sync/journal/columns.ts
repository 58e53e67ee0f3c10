/**
 * Columns for many records of one shape, outside the garbage collector's sight: a hundred thousand retained submissions
 * are a few blocks of memory instead of millions of strings, which makes a start fast and keeps pauses short.
 */
const FIRST_ROOM = 64

/** Texts of one length, ASCII only. */
export class TextColumn {
  readonly #width: number
  #room: Buffer

  constructor(width: number) {
    this.#width = width
    this.#room = Buffer.alloc(FIRST_ROOM * width)
  }

  /** @throws RangeError for a text of another length: its schema is wrong. */
  set(place: number, text: string): void {
    if (text.length !== this.#width) throw new RangeError(`a text of ${text.length} characters, not ${this.#width}`)
    const at = place * this.#width
    if (at + this.#width > this.#room.length) this.#room = Buffer.concat([this.#room], (place + 1) * 2 * this.#width)
    this.#room.write(text, at, this.#width, 'latin1')
  }

  /** The part of a text from `from` to `to`, or all of it. */
  get(place: number, from = 0, to = this.#width): string {
    const at = place * this.#width
    return this.#room.toString('latin1', at + from, at + to)
  }
}

/** Rows of numbers; NaN for what is not known. */
export class NumberRows {
  readonly #width: number
  #room: Float64Array

  constructor(width: number) {
    this.#width = width
    this.#room = new Float64Array(FIRST_ROOM * width).fill(Number.NaN)
  }

  set(place: number, column: number, value: number): void {
    const at = place * this.#width + column
    if (at >= this.#room.length) {
      const room = new Float64Array((place + 1) * 2 * this.#width).fill(Number.NaN)
      room.set(this.#room)
      this.#room = room
    }
    this.#room[at] = value
  }

  get(place: number, column: number): number {
    return this.#room[place * this.#width + column] ?? Number.NaN
  }
}

/** Finds the place of a key among those of a column; open addressing, at most half full. */
export class KeyIndex {
  readonly #keyAt: (place: number) => string
  #slots = new Int32Array(FIRST_ROOM * 2)
  #hashes = new Int32Array(FIRST_ROOM * 2)
  #size = 0

  constructor(keyAt: (place: number) => string) {
    this.#keyAt = keyAt
  }

  /** -1 when there is none. */
  find(key: string): number {
    const hash = hashOf(key)
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = (this.#slots[slot] ?? 0) - 1
      if (place < 0) return -1
      if (this.#hashes[slot] === hash && this.#keyAt(place) === key) return place
    }
  }

  /** A key that is not there yet. */
  add(key: string, place: number): void {
    if ((this.#size + 1) * 2 > this.#slots.length) this.#grow()
    this.#put(hashOf(key), place)
    this.#size += 1
  }

  #put(hash: number, place: number): void {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = place + 1
    this.#hashes[slot] = hash
  }

  #grow(): void {
    const slots = this.#slots
    const hashes = this.#hashes
    this.#slots = new Int32Array(slots.length * 2)
    this.#hashes = new Int32Array(slots.length * 2)
    for (const [slot, place] of slots.entries()) if (place !== 0) this.#put(hashes[slot] ?? 0, place - 1)
  }
}

/** Over the last characters: the ends of our keys are random, or count. */
function hashOf(key: string): number {
  let hash = key.length
  for (let at = Math.max(0, key.length - 12); at < key.length; at++)
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return hash ^ (hash >>> 15)
}

/** Gives equal texts one small number. */
export class Words {
  readonly #numbers = new Map<string, number>()
  readonly #words: string[] = []

  numberOf(word: string): number {
    const known = this.#numbers.get(word)
    if (known !== undefined) return known
    this.#numbers.set(word, this.#words.length)
    return this.#words.push(word) - 1
  }
  word(number: number): string {
    const word = this.#words[number]
    if (word === undefined) throw new RangeError(`no word ${number}`)
    return word
  }
}
