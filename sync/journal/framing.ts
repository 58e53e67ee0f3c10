import { createHash } from 'node:crypto'

/**
 * How a frame lies on disk, all numbers big-endian:
 *
 *     offset  bytes  what
 *          0      3  "BMJ"
 *          3      1  format version, 1
 *          4      4  length of the body in bytes
 *          8     32  hash of the frame before it, across segments; zeros before the first
 *         40     32  this frame's hash: SHA-256 over bytes 0 to 39 and the body
 *         72      …  body: UTF-8 JSON
 */
const MAGIC = Buffer.from('BMJ', 'latin1')
export const FORMAT_VERSION = 1
export const HEADER_BYTES = 72
/** No program will come further in this one's lifetime: a higher version is a byte that changed. */
const MAX_LATER_VERSION = 15
/** Far above any envelope (256 KiB); a longer length is damage, not a frame, and must not be allocated. */
export const MAX_BODY_BYTES = 4 << 20
/** What stands before the first frame. */
export const GENESIS_HASH: Buffer = Buffer.alloc(32)

export const VERSION_AT = 3
const LENGTH_AT = 4
const PREVIOUS_AT = 8
const HASH_AT = 40

export type Decoded =
  | { readonly kind: 'frame'; readonly body: Buffer; readonly previous: Buffer; readonly hash: Buffer }
  /** The bytes end before the frame does. */
  | { readonly kind: 'incomplete'; readonly neededBytes: number }
  | { readonly kind: 'bad'; readonly why: 'magic' | 'length' | 'hash' | 'version' }
  /** Written by a later program: not ours to judge. */
  | { readonly kind: 'newer-format'; readonly version: number }

/** One frame's bytes and its hash, which the next frame names. @throws RangeError on a body above the limit. */
export function encodeFrame(previous: Uint8Array, body: Uint8Array | string): { bytes: Buffer; hash: Buffer } {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  if (length > MAX_BODY_BYTES) throw new RangeError(`journal: a body of ${length} bytes is above the limit`)
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + length)
  MAGIC.copy(bytes)
  bytes.writeUInt8(FORMAT_VERSION, VERSION_AT)
  bytes.writeUInt32BE(length, LENGTH_AT)
  bytes.set(previous, PREVIOUS_AT)
  if (typeof body === 'string') bytes.write(body, HEADER_BYTES)
  else bytes.set(body, HEADER_BYTES)
  const hash = frameHash(bytes)
  hash.copy(bytes, HASH_AT)
  return { bytes, hash }
}

/** Reads the frame at the beginning of `bytes`; what follows it is left alone. Does not compare `previous`. */
export function decodeFrame(bytes: Buffer): Decoded {
  if (bytes.length < HEADER_BYTES) return { kind: 'incomplete', neededBytes: HEADER_BYTES }
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return { kind: 'bad', why: 'magic' }
  const version = bytes.readUInt8(VERSION_AT)
  if (version > FORMAT_VERSION && version <= MAX_LATER_VERSION) return { kind: 'newer-format', version }
  if (version !== FORMAT_VERSION) return { kind: 'bad', why: 'version' }
  const length = bytes.readUInt32BE(LENGTH_AT)
  if (length > MAX_BODY_BYTES) return { kind: 'bad', why: 'length' }
  const neededBytes = HEADER_BYTES + length
  if (bytes.length < neededBytes) return { kind: 'incomplete', neededBytes }
  const frame = bytes.subarray(0, neededBytes)
  const hash = frame.subarray(HASH_AT, HEADER_BYTES)
  if (!frameHash(frame).equals(hash)) return { kind: 'bad', why: 'hash' }
  return { kind: 'frame', body: frame.subarray(HEADER_BYTES), previous: frame.subarray(PREVIOUS_AT, HASH_AT), hash }
}

/** Where a frame could begin, from `from` on; -1 when nowhere. */
export function nextMagic(bytes: Buffer, from: number): number {
  return bytes.indexOf(MAGIC, from)
}

function frameHash(frame: Buffer): Buffer {
  return createHash('sha256').update(frame.subarray(0, HASH_AT)).update(frame.subarray(HEADER_BYTES)).digest()
}
