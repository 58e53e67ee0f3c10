/**
 * Bytes that arrived and were not asked for yet. The protocol has no marks to find one's place again, so once more came
 * than can belong to anything, the stream is corrupt and stays so until it is opened anew.
 */

/** More than the table of readers (2944) and a signal (8), or the largest answer of a card and its structure. */
export const MAX_QUEUED_BYTES = 4_096

export interface ByteQueue {
  /** False: too much, the queue is latched as corrupt and holds nothing. */
  push(bytes: Uint8Array): boolean
  /** Exactly `count` bytes, or undefined while there are fewer. */
  take(count: number): Uint8Array | undefined
  held(): number
  isCorrupt(): boolean
  /** For a caller that found nonsense. */
  latch(): void
}

export function createByteQueue(): ByteQueue {
  let kept: Buffer = Buffer.alloc(0)
  let corrupt = false
  const latch = () => {
    corrupt = true
    kept = Buffer.alloc(0)
  }
  return {
    push(bytes) {
      if (corrupt) return false
      if (kept.length + bytes.length > MAX_QUEUED_BYTES) {
        latch()
        return false
      }
      kept = kept.length === 0 ? Buffer.from(bytes) : Buffer.concat([kept, bytes])
      return true
    },
    take(count) {
      if (corrupt || kept.length < count) return undefined
      const taken = Uint8Array.from(kept.subarray(0, count))
      kept = kept.subarray(count)
      return taken
    },
    held: () => kept.length,
    isCorrupt: () => corrupt,
    latch,
  }
}
