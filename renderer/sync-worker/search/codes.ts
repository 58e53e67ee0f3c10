import type { Searchable } from './searchable.ts'

/** Ids and codes of all items in one text, so that a part of a code is found in one go. */
export interface Codes {
  readonly ids: ReadonlyMap<string, number>
  readonly joined: string
  /** Where the code of each item begins in `joined`; one more at the end. */
  readonly start: Int32Array
}

const SHORTEST_PART = 4
/** How well a code fits, 0 to 999. */
const QUALITY = { whole: 999, beginning: 600, end: 500, middle: 400 } as const

export function joinCodes(items: readonly Searchable[]): Codes {
  const start = new Int32Array(items.length + 1)
  let next = 0
  for (const [item, { code }] of items.entries()) {
    start[item] = next
    next += code.length + 1
  }
  start[items.length] = next
  return {
    ids: new Map(items.map(({ id }, item) => [id.toLowerCase(), item])),
    joined: items.map(({ code }) => `${code.toLowerCase()}\n`).join(''),
    start,
  }
}

/** By id, by code, or by four characters and more of a code; only queries with a figure in them can be such. */
export function findCodes(
  { ids, joined, start }: Codes,
  query: string,
  onFound: (item: number, quality: number) => void,
): void {
  if (!/^[0-9a-z]+$/.test(query) || !/\d/.test(query)) return
  const byId = ids.get(query)
  if (byId !== undefined) onFound(byId, QUALITY.whole)
  if (query.length < SHORTEST_PART) return
  let item = 0
  for (let at = joined.indexOf(query); at !== -1; at = joined.indexOf(query, start[item + 1] ?? joined.length)) {
    while ((start[item + 1] ?? joined.length) <= at) item++
    const isBeginning = at === start[item]
    const isEnd = at + query.length + 1 === start[item + 1]
    const kind = isBeginning ? (isEnd ? 'whole' : 'beginning') : isEnd ? 'end' : 'middle'
    onFound(item, QUALITY[kind])
  }
}
