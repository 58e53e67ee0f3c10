/** Seeded chance: the same seed gives the same schedule on every machine. */
export interface Chance {
  /** From 0 up to, not including, 1. */
  next(): number
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
  pick<T>(values: readonly T[]): T
  /** The same values in another order. */
  shuffled<T>(values: readonly T[]): T[]
}

/** mulberry32: 32 bits of state are plenty for a schedule, and it fits in a line. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    pick(values) {
      const value = values[below(values.length)]
      if (value === undefined) throw new RangeError('nothing to pick from')
      return value
    },
    shuffled(values) {
      const deck = [...values]
      for (let at = deck.length - 1; at > 0; at--) {
        const other = below(at + 1)
        const [one, two] = [deck[at], deck[other]]
        if (one === undefined || two === undefined) continue
        deck[at] = two
        deck[other] = one
      }
      return deck
    },
  }
}
