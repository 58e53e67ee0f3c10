import type { SeededRandom } from '../sim/random.ts'

/** Longer inputs only cost time: the limits of all parsers lie below, or are told by a length field. */
const MAX_BYTES = 16_384
const RANDOM_SHARE = 0.15
const VALID_SHARE = 0.03
const MOST_MUTATIONS = 6

/** One input: mostly a valid one with something done to it, sometimes noise, sometimes a valid one as it is. */
export function inputOf(seeds: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const kind = random.next()
  if (kind < RANDOM_SHARE || seeds.length === 0) return noise(random.int(0, 600), random)
  let bytes = Buffer.from(random.pick(seeds))
  if (kind < RANDOM_SHARE + VALID_SHARE) return bytes
  for (let left = random.int(1, MOST_MUTATIONS); left > 0; left--) {
    bytes = Buffer.from(random.pick(MUTATIONS)(bytes, random, seeds)).subarray(0, MAX_BYTES)
  }
  return bytes
}

/** Where the input is cut when it is fed in pieces; none, or some. */
export function piecesOf(length: number, random: SeededRandom): readonly number[] {
  if (random.chance(0.4)) return []
  if (random.chance(0.1) && length < 600) return Array.from({ length }, () => 1)
  return Array.from({ length: random.int(1, 8) }, () => random.int(1, Math.max(1, Math.ceil(length / 2))))
}

type Mutation = (bytes: Buffer, random: SeededRandom, seeds: readonly Uint8Array[]) => Uint8Array

const place = (bytes: Uint8Array, random: SeededRandom) => random.int(0, Math.max(0, bytes.length - 1))
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x0d, 0x22, 0x30, 0x61]

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    if (bytes.length > 0) {
      const at = place(bytes, random)
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.int(0, 7)), at)
    }
    return bytes
  },
  function setEdge(bytes, random) {
    if (bytes.length > 0) bytes.writeUInt8(random.pick(EDGES), place(bytes, random))
    return bytes
  },
  function hugeLength(bytes, random) {
    if (bytes.length >= 4) bytes.writeUInt32BE(0xffff_ffff, random.int(0, bytes.length - 4))
    return bytes
  },
  function cutOff(bytes, random) {
    return bytes.subarray(0, place(bytes, random))
  },
  function cutOut(bytes, random) {
    const at = place(bytes, random)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.int(1, 16))])
  },
  function putIn(bytes, random) {
    const at = place(bytes, random)
    return Buffer.concat([bytes.subarray(0, at), noise(random.int(1, 16), random), bytes.subarray(at)])
  },
  function doubled(bytes, random) {
    const at = place(bytes, random)
    const part = bytes.subarray(at, at + random.int(1, 64))
    return Buffer.concat([bytes.subarray(0, at), part, part, bytes.subarray(at)])
  },
  function spliced(bytes, random, seeds) {
    const other = random.pick(seeds)
    return Buffer.concat([bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random))])
  },
  function joined(bytes, random, seeds) {
    return Buffer.concat([bytes, random.pick(seeds)])
  },
]

function noise(length: number, random: SeededRandom): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at++) bytes.writeUInt8(random.int(0, 255), at)
  return bytes
}
