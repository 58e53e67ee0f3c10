/** Bytes that come in pieces, up to a limit; beyond it all is dropped and nothing more is taken. */
export interface BoundedBytes {
  /** False: it would be too much. */
  push(bytes: Uint8Array): boolean
  /** All that came, in one piece. */
  take(): Uint8Array
  heldBytes(): number
}

export function createBoundedBytes(maxBytes: number): BoundedBytes {
  let pieces: Uint8Array[] = []
  let length = 0
  let full = false
  return {
    push(bytes) {
      if (full || length + bytes.length > maxBytes) {
        full = true
        pieces = []
        length = 0
        return false
      }
      pieces.push(bytes)
      length += bytes.length
      return true
    },
    take() {
      const whole = new Uint8Array(length)
      let at = 0
      for (const piece of pieces) {
        whole.set(piece, at)
        at += piece.length
      }
      return whole
    },
    heldBytes: () => length,
  }
}
