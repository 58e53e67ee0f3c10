/**
 * All chance of a simulated world. A seed is a text; `fork` gives an independent source by name, so that one part of
 * the world drawing more numbers does not change what another part draws.
 */
export interface SeededRandom {
  readonly key: string
  /** 0 ≤ x < 1, 32 bits. */
  next(): number
  /** Whole number, from ≤ x ≤ to. */
  int(from: number, to: number): number
  /** Between two numbers, so that each power of ten is as likely as the next. */
  logarithmic(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  shuffled<T>(list: readonly T[]): T[]
  fork(name: string): SeededRandom
}

/** sfc32 (Chris Doty-Humphrey's small fast counting generator) over a hash of the key. */
export function seededRandom(key: string): SeededRandom {
  let [a, b, c, d] = hash128(key)
  function next32(): number {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  // The first outputs still show the key.
  for (let i = 0; i < 12; i++) next32()

  const random: SeededRandom = {
    key,
    next: () => next32() / 2 ** 32,
    int: (from, to) => from + Math.floor(random.next() * (to - from + 1)),
    logarithmic: (from, to) => from * (to / from) ** random.next(),
    chance: (probability) => random.next() < probability,
    pick(list) {
      if (list.length === 0) throw new RangeError('nothing to pick from')
      return list[random.int(0, list.length - 1)] as (typeof list)[number]
    },
    shuffled(list) {
      const copy = [...list]
      for (let i = copy.length - 1; i > 0; i--) {
        const j = random.int(0, i)
        const kept = copy[i] as (typeof copy)[number]
        copy[i] = copy[j] as (typeof copy)[number]
        copy[j] = kept
      }
      return copy
    },
    fork: (name) => seededRandom(`${key}/${name}`),
  }
  return random
}

/** cyrb128 by bryc: four 32-bit words that all depend on every character. */
function hash128(text: string): [number, number, number, number] {
  let h1 = 1779033703
  let h2 = 3144134277
  let h3 = 1013904242
  let h4 = 2773480762
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i)
    h1 = h2 ^ Math.imul(h1 ^ k, 597399067)
    h2 = h3 ^ Math.imul(h2 ^ k, 2869860233)
    h3 = h4 ^ Math.imul(h3 ^ k, 951274213)
    h4 = h1 ^ Math.imul(h4 ^ k, 2716044179)
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067)
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233)
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213)
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179)
  return [h1 ^ h2 ^ h3 ^ h4, h2 ^ h1, h3 ^ h1, h4 ^ h1]
}
