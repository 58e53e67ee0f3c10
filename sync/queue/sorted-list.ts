/**
 * Values kept in order, for a hundred thousand and more: adding, deleting and reading a page from any place cost about
 * the same whatever the length. A list of short sorted runs, each cut in two when it grows beyond RUN_LENGTH.
 */
export type SortedList<T> = {
  readonly size: number
  add(value: T): void
  /** Deletes the value that compares equal; false when there is none. */
  delete(value: T): boolean
  /** Values in order, from the first that is not before `place` on. `place` answers < 0 for values that lie before it. */
  from(place: (value: T) => number): IterableIterator<T>
  [Symbol.iterator](): IterableIterator<T>
  /** In order, last first, from the last that `place` answers ≤ 0 for. */
  backFrom(place: (value: T) => number): IterableIterator<T>
  clear(): void
}

/** Short enough that moving half of a run costs less than a microsecond or two, long enough that runs stay few. */
const RUN_LENGTH = 512

/** `compare` must never answer 0 for two different values. */
export function createSortedList<T>(compare: (a: T, b: T) => number): SortedList<T> {
  let runs: T[][] = []
  let size = 0

  /** The first place at which `place` is not negative: a run and an index in it. */
  function find(place: (value: T) => number): { run: number; index: number } {
    let low = 0
    let high = runs.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (place(last(runs[middle] as T[])) < 0) low = middle + 1
      else high = middle
    }
    const values = runs[low]
    if (values === undefined) return { run: low, index: 0 }
    let from = 0
    let to = values.length - 1
    while (from < to) {
      const middle = (from + to) >> 1
      if (place(values[middle] as T) < 0) from = middle + 1
      else to = middle
    }
    return { run: low, index: from }
  }

  function* from(place: (value: T) => number): IterableIterator<T> {
    const start = find(place)
    for (let run = start.run; run < runs.length; run++) {
      const values = runs[run] as T[]
      for (let index = run === start.run ? start.index : 0; index < values.length; index++) yield values[index] as T
    }
  }

  function* backFrom(place: (value: T) => number): IterableIterator<T> {
    const end = find((value) => (place(value) <= 0 ? -1 : 1))
    for (let run = Math.min(end.run, runs.length - 1); run >= 0; run--) {
      const values = runs[run] as T[]
      for (let index = (run === end.run ? end.index : values.length) - 1; index >= 0; index--) {
        yield values[index] as T
      }
    }
  }

  return {
    get size() {
      return size
    },
    add(value) {
      const at = find((other) => compare(other, value))
      size++
      const values = runs[at.run]
      if (values === undefined) {
        const before = runs[at.run - 1]
        if (before !== undefined && before.length < RUN_LENGTH) before.push(value)
        else runs.push([value])
        return
      }
      values.splice(at.index, 0, value)
      if (values.length > RUN_LENGTH) runs.splice(at.run + 1, 0, values.splice(RUN_LENGTH >> 1))
    },
    delete(value) {
      const at = find((other) => compare(other, value))
      const values = runs[at.run]
      const found = values?.[at.index]
      if (values === undefined || found === undefined || compare(found, value) !== 0) return false
      values.splice(at.index, 1)
      if (values.length === 0) runs.splice(at.run, 1)
      size--
      return true
    },
    from,
    backFrom,
    [Symbol.iterator]: () => from(() => 0),
    clear() {
      runs = []
      size = 0
    },
  }
}

function last<T>(values: readonly T[]): T {
  return values[values.length - 1] as T
}
