import { type CodeFramer, codeOf, type Framed, hasSuffix } from './framing.ts'
import { MAX_CODE_BYTES } from './states.ts'

/**
 * A scanner on a serial line (USB-CDC): the bytes of a code, then CR, LF or both. A code may hold line ends itself, so its
 * suffix only counts when the line falls still behind it. Bytes without a suffix are no code: half of one, or noise.
 */

/** Behind a suffix. Longer than the gaps inside a code: 1 ms a byte at 9600 baud, 16 ms between a USB adapter's packets. */
const QUIET_MS = 25
/** Without one. Serial servers and full packets of 64 bytes at 9600 baud leave gaps of up to 70 ms. */
const UNFINISHED_MS = 250

export function createSerialFramer(): CodeFramer {
  const room = new Uint8Array(MAX_CODE_BYTES)
  let length = 0
  /** More came than any code has: all is thrown away until the line is still. */
  let latched = false

  return {
    quietMs: () => (latched || !hasSuffix(room.subarray(0, length)) ? UNFINISHED_MS : QUIET_MS),
    push(chunk) {
      if (latched) return []
      if (length + chunk.length > MAX_CODE_BYTES) {
        const bytes = length + chunk.length
        length = 0
        latched = true
        return [{ kind: 'fault', fault: 'over-long', bytes }]
      }
      room.set(chunk, length)
      length += chunk.length
      return []
    },
    quiet() {
      const payload = room.slice(0, length)
      length = 0
      latched = false
      if (payload.length === 0) return []
      const framed: Framed | undefined = hasSuffix(payload)
        ? codeOf(payload)
        : { kind: 'fault', fault: 'unterminated', bytes: payload.length }
      return framed === undefined ? [] : [framed]
    },
    isOpen: () => latched || length > 0,
    heldBytes: () => length,
  }
}
