import { PAGE_BITS, PAGE_MASK, roomFor } from './columns.ts'

/**
 * Ids, hashes and tickets as binary words of 32 bits, and tables that find the row of one. A text that is not written as
 * we write them (an id in capitals) is kept beside its column and found by itself alone.
 */
export interface KeyKind {
  /** Words of 32 bits. */
  readonly width: number
  /** Writes a text's words to `into`; false when it is not written as we write them, and nothing holds. */
  encode(text: string, into: Uint32Array): boolean
  decode(words: Uint32Array, at: number): string
}

const HEX = Buffer.from('0123456789abcdef', 'latin1')
/** Value of a hexadecimal digit, or a number above 15. */
const DIGIT = new Uint8Array(128).fill(0xff)
for (const [value, code] of HEX.entries()) DIGIT[code] = value
/** For texts on their way out. */
const out = Buffer.alloc(64)
/** All digits of the text that is being read, together: above 15 when one was none. */
let digits = 0

/** UUIDs in lower case. */
export const UUID: KeyKind = {
  width: 4,
  encode(id, into) {
    if (id.length !== 36 || id[8] !== '-' || id[13] !== '-' || id[18] !== '-' || id[23] !== '-') return false
    digits = 0
    into[0] = (hexAt(id, 0) << 16) | hexAt(id, 4)
    into[1] = (hexAt(id, 9) << 16) | hexAt(id, 14)
    into[2] = (hexAt(id, 19) << 16) | hexAt(id, 24)
    into[3] = (hexAt(id, 28) << 16) | hexAt(id, 32)
    return digits < 16
  },
  decode(words, at) {
    let to = 0
    for (let word = 0; word < 4; word++) {
      const value = words[at + word] ?? 0
      for (let shift = 28; shift >= 0; shift -= 4) {
        if (to === 8 || to === 13 || to === 18 || to === 23) out[to++] = 0x2d
        out[to++] = HEX[(value >>> shift) & 15] ?? 0
      }
    }
    return out.toString('latin1', 0, 36)
  },
}

/** SHA-256 in hexadecimal. */
export const SHA256: KeyKind = {
  width: 8,
  encode(hash, into) {
    if (hash.length !== 64) return false
    digits = 0
    for (let word = 0; word < 8; word++) into[word] = (hexAt(hash, word * 8) << 16) | hexAt(hash, word * 8 + 4)
    return digits < 16
  },
  decode(words, at) {
    let to = 0
    for (let word = 0; word < 8; word++) {
      const value = words[at + word] ?? 0
      for (let shift = 28; shift >= 0; shift -= 4) out[to++] = HEX[(value >>> shift) & 15] ?? 0
    }
    return out.toString('latin1', 0, 64)
  },
}

/** Eight characters of ASCII. */
export const TICKET: KeyKind = {
  width: 2,
  encode(ticket, into) {
    if (ticket.length !== 8) return false
    let all = 0
    for (let word = 0; word < 2; word++) {
      let value = 0
      for (let at = word * 4; at < word * 4 + 4; at++) {
        const code = ticket.charCodeAt(at)
        all |= code
        value = (value << 8) | code
      }
      into[word] = value
    }
    return all < 0x80
  },
  decode(words, at) {
    for (let to = 0; to < 8; to++) out[to] = ((words[at + (to >> 2)] ?? 0) >>> (24 - (to & 3) * 8)) & 0xff
    return out.toString('latin1', 0, 8)
  },
}

function hexAt(hex: string, at: number): number {
  const a = digitAt(hex, at)
  const b = digitAt(hex, at + 1)
  const c = digitAt(hex, at + 2)
  const d = digitAt(hex, at + 3)
  digits |= a | b | c | d
  return (a << 12) | (b << 8) | (c << 4) | d
}
function digitAt(hex: string, at: number): number {
  return DIGIT[hex.charCodeAt(at)] ?? 0xff
}

/** A column of keys of one kind. */
export class KeyColumn {
  readonly kind: KeyKind
  readonly #pages: Uint32Array[] = []
  /** Texts that are not written as we write them, by row. */
  readonly #odd = new Map<number, string>()
  readonly #words: Uint32Array

  constructor(kind: KeyKind) {
    this.kind = kind
    this.#words = new Uint32Array(kind.width)
  }

  text(row: number): string {
    const { width } = this.kind
    const page = this.#pages[row >>> PAGE_BITS]
    if (page === undefined) throw new RangeError(`no row ${row}`)
    return this.#odd.get(row) ?? this.kind.decode(page, (row & PAGE_MASK) * width)
  }

  setText(row: number, key: string): void {
    if (!this.wordsOf(key, this.#words)) this.#odd.set(row, key)
    this.set(row, this.#words, 0)
  }

  /** Words of a text that is written as we write them. */
  set(row: number, words: Uint32Array, at: number): void {
    const { width } = this.kind
    const to = (row & PAGE_MASK) * width
    let page = this.#pages[row >>> PAGE_BITS]
    if (page === undefined || to >= page.length) page = roomFor(this.#pages, row, width, newWords)
    for (let word = 0; word < width; word++) page[to + word] = words[at + word] ?? 0
  }

  /** Writes the words that stand for a text; false when more than they must be compared. */
  wordsOf(key: string, into: Uint32Array): boolean {
    if (this.kind.encode(key, into)) return true
    into.fill(0)
    for (let at = 0; at < key.length; at++) {
      const word = at % into.length
      into[word] = Math.imul((into[word] ?? 0) ^ key.charCodeAt(at), MIX)
    }
    return false
  }

  /** Whether a row holds these words; `odd` is the text that they stand for when it is not written as we write them. */
  holds(row: number, words: Uint32Array, at: number, odd: string | undefined): boolean {
    const { width } = this.kind
    const page = this.#pages[row >>> PAGE_BITS]
    if (page === undefined) return false
    const from = (row & PAGE_MASK) * width
    for (let word = 0; word < width; word++) if (page[from + word] !== words[at + word]) return false
    return this.#odd.size === 0 ? odd === undefined : this.#odd.get(row) === odd
  }

  hashAt(row: number): number {
    const page = this.#pages[row >>> PAGE_BITS]
    return page === undefined ? 0 : hashOf(page, (row & PAGE_MASK) * this.kind.width, this.kind.width)
  }
}

const newWords = (values: number) => new Uint32Array(values)
/** Any odd number with bits all over. */
const MIX = 0x85ebca6b
const FIRST_SLOTS = 32

/** Finds the row of a key among those of a column that were added; open addressing, at most half full. */
export class KeyTable {
  readonly #column: KeyColumn
  readonly #words: Uint32Array
  /** Rows plus one; 0 for none. */
  #slots = new Int32Array(FIRST_SLOTS)
  #size = 0

  constructor(column: KeyColumn) {
    this.#column = column
    this.#words = new Uint32Array(column.kind.width)
  }

  /** -1 when there is none. */
  findText(key: string): number {
    const isOurs = this.#column.wordsOf(key, this.#words)
    return this.find(this.#words, 0, isOurs ? undefined : key)
  }

  find(words: Uint32Array, at: number, odd?: string): number {
    const column = this.#column
    const slots = this.#slots
    const mask = slots.length - 1
    for (let slot = hashOf(words, at, column.kind.width) & mask; ; slot = (slot + 1) & mask) {
      const row = (slots[slot] ?? 0) - 1
      if (row < 0 || column.holds(row, words, at, odd)) return row
    }
  }

  /** A row whose key is not there yet. */
  add(row: number): void {
    this.reserve(1)
    this.#put(row)
    this.#size += 1
  }

  /** Room for so many more at once. */
  reserve(more: number): void {
    const old = this.#slots
    let { length } = old
    while ((this.#size + more) * 2 > length) length *= 2
    if (length === old.length) return
    this.#slots = new Int32Array(length)
    for (let slot = 0; slot < old.length; slot++) {
      const row = (old[slot] ?? 0) - 1
      if (row >= 0) this.#put(row)
    }
  }

  #put(row: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = this.#column.hashAt(row) & mask
    while (slots[slot] !== 0) slot = (slot + 1) & mask
    slots[slot] = row + 1
  }
}

function hashOf(words: Uint32Array, at: number, width: number): number {
  let hash = width
  for (let word = 0; word < width; word++) {
    hash = Math.imul(hash ^ (words[at + word] ?? 0), MIX)
    hash ^= hash >>> 15
  }
  return hash
}
