/**
 * Columns for many records of one shape, outside the garbage collector's sight: a hundred thousand retained submissions
 * are a few hundred blocks of memory instead of millions of strings, which makes a start fast and keeps pauses short.
 */
type Numbers = Float64Array | Uint32Array | Uint8Array

/** Rows of a page: a column that grows copies nothing and leaves no hole of its own size behind. */
export const PAGE_BITS = 11
export const PAGE_MASK = (1 << PAGE_BITS) - 1
/** The first page alone begins smaller and doubles: most ledgers of tests and simulations hold a handful. */
const FIRST_ROWS = 16

/** What belongs to a row, or the page's first value for a row that was never set. */
export class Column<A extends Numbers> {
  readonly #make: (rows: number) => A
  readonly #none: number
  readonly #pages: A[] = []

  constructor(make: (rows: number) => A) {
    this.#make = make
    this.#none = make(1)[0] ?? 0
  }

  get(row: number): number {
    return this.#pages[row >>> PAGE_BITS]?.[row & PAGE_MASK] ?? this.#none
  }

  set(row: number, value: number): void {
    const page = this.#pages[row >>> PAGE_BITS]
    const at = row & PAGE_MASK
    if (page !== undefined && at < page.length) page[at] = value
    else roomFor(this.#pages, row, 1, this.#make)[at] = value
  }
}

/** NaN for what is not known. */
export const newNumbers = (): Column<Float64Array> => new Column((rows) => new Float64Array(rows).fill(Number.NaN))
/** Whole numbers below 2^32; 0 at first. */
export const newCounts = (): Column<Uint32Array> => new Column((rows) => new Uint32Array(rows))
/** Whole numbers below 2^8; 0 at first. */
export const newBytes = (): Column<Uint8Array> => new Column((rows) => new Uint8Array(rows))

/** The page of a row, made or made larger; rows are `width` values wide and are set one after the other. */
export function roomFor<A extends Numbers>(pages: A[], row: number, width: number, make: (values: number) => A): A {
  const number = row >>> PAGE_BITS
  while (pages.length < number) pages.push(make((PAGE_MASK + 1) * width))
  const old = pages[number]
  const wanted = number > 0 ? PAGE_MASK + 1 : Math.min(PAGE_MASK + 1, Math.max(FIRST_ROWS, (row + 1) * 2))
  if (old !== undefined && old.length >= wanted * width) return old
  const page = make(wanted * width)
  if (old !== undefined) page.set(old)
  pages[number] = page
  return page
}

/** Gives equal texts one small number. */
export class Words {
  readonly #numbers = new Map<string, number>()
  readonly #words: string[] = []

  get all(): readonly string[] {
    return this.#words
  }
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

/** What a column of numbers tells, as a record tells it. */
export function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
export function instantOrNull(unixMs: number): string | null {
  return Number.isNaN(unixMs) ? null : new Date(unixMs).toISOString()
}
