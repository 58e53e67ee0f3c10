/**
 * Bytes of the SAM module's frames (GA 450; reference/devices.md 1.2 and 1.3): a preamble, a big-endian length, a body
 * and an XOR check byte. No timing and no meaning here: time-outs are exchange.ts's, payloads answers.ts's.
 */

export const PREAMBLE: Uint8Array = Uint8Array.of(0xaa, 0xaa, 0xaa, 0x96, 0x69)
const LENGTH_BYTES = 2
const HEADER_BYTES = PREAMBLE.length + LENGTH_BYTES
/** Len counts body and check byte; the largest known is text, photo and two fingerprints (090A, devices.md 1.3). */
export const MAX_LEN = 0x090a
/** CMD Para CHK. */
const MIN_REQUEST_LEN = 3
/** SW1 SW2 SW3 CHK. */
const MIN_ANSWER_LEN = 4

/** Command and parameter of each request, devices.md 1.3. */
export const COMMANDS = {
  resetSam: [0x10, 0xff],
  samStatus: [0x11, 0xff],
  samId: [0x12, 0xff],
  findCard: [0x20, 0x01],
  selectCard: [0x20, 0x02],
  readTextPhoto: [0x30, 0x01],
  readTextPhotoFingerprint: [0x30, 0x10],
  readAdditionalAddress: [0x30, 0x03],
  readManagementNumber: [0x30, 0x05],
} as const satisfies Record<string, readonly [number, number]>

export type CommandName = keyof typeof COMMANDS

/** XOR of all bytes: over Len1..last data byte it gives CHK, over Len1..CHK it gives 0. */
export function xorOf(bytes: Uint8Array): number {
  let check = 0
  for (const byte of bytes) check ^= byte
  return check
}

/** Puts preamble, length and check byte around a body. Throws RangeError when the body cannot be framed. */
export function buildFrame(body: Uint8Array): Uint8Array {
  const len = body.length + 1
  if (len > MAX_LEN) throw new RangeError(`a body of ${body.length} bytes exceeds the largest frame`)
  const frame = new Uint8Array(HEADER_BYTES + len)
  frame.set(PREAMBLE, 0)
  frame[PREAMBLE.length] = len >> 8
  frame[PREAMBLE.length + 1] = len & 0xff
  frame.set(body, HEADER_BYTES)
  frame[frame.length - 1] = xorOf(frame.subarray(PREAMBLE.length, frame.length - 1))
  return frame
}

/** The whole request frame of a command. */
export function buildRequest(command: CommandName): Uint8Array {
  return buildFrame(Uint8Array.from(COMMANDS[command]))
}

/** The whole answer frame with SW1 = SW2 = 00. */
export function buildAnswer(sw3: number, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const body = new Uint8Array(3 + data.length)
  body[2] = sw3
  body.set(data, 3)
  return buildFrame(body)
}

/** Which command a request body carries; undefined for one that is not in the table. */
export function commandOfBody(body: Uint8Array): CommandName | undefined {
  const names = Object.keys(COMMANDS) as CommandName[]
  return names.find((name) => body.length === 2 && COMMANDS[name][0] === body[0] && COMMANDS[name][1] === body[1])
}

export interface Answer {
  readonly sw1: number
  readonly sw2: number
  readonly sw3: number
  readonly data: Uint8Array
}

/** Takes an answer's body apart; the parser has already seen to its least length. */
export function answerOfBody(body: Uint8Array): Answer {
  const [sw1 = 0, sw2 = 0, sw3 = 0] = body
  return { sw1, sw2, sw3, data: body.subarray(3) }
}

export type DamageReason = 'checksum' | 'over-long' | 'too-short' | 'truncated'

/** What the parser found: a body whose check byte is right, or the reason why a frame was given up. */
export type FrameEvent =
  | { readonly kind: 'frame'; readonly body: Uint8Array }
  | { readonly kind: 'damaged'; readonly reason: DamageReason }

export interface FrameParser {
  /** Takes a chunk of any size and returns what became whole with it, in order. */
  push(bytes: Uint8Array): FrameEvent[]
  /** Gives up a frame that stopped half way (the caller's inter-byte time-out) and looks for others in its bytes. */
  giveUp(): FrameEvent[]
  /** Forgets everything that has arrived. */
  reset(): void
  /** True from the preamble until the frame's last byte. */
  midFrame(): boolean
  /** Bytes thrown away so far because they belonged to no frame. */
  skippedBytes(): number
}

/**
 * Finds frames in a stream with noise. After anything bad it goes on one byte after the preamble that misled it, so a
 * real frame behind (or inside) noise that looks like a preamble is still found.
 */
export function createFrameParser(direction: 'requests' | 'answers'): FrameParser {
  const minLen = direction === 'requests' ? MIN_REQUEST_LEN : MIN_ANSWER_LEN
  let kept: Buffer = Buffer.alloc(0)
  let skipped = 0

  function skip(count: number): void {
    kept = kept.subarray(count)
    skipped += count
  }

  function scan(events: FrameEvent[]): void {
    for (;;) {
      const at = kept.indexOf(PREAMBLE)
      if (at < 0) {
        skip(kept.length - preambleTail(kept))
        return
      }
      skip(at)
      if (kept.length < HEADER_BYTES) return
      const len = kept.readUInt16BE(PREAMBLE.length)
      if (len > MAX_LEN || len < minLen) {
        events.push({ kind: 'damaged', reason: len > MAX_LEN ? 'over-long' : 'too-short' })
        skip(1)
        continue
      }
      const total = HEADER_BYTES + len
      if (kept.length < total) return
      if (xorOf(kept.subarray(PREAMBLE.length, total)) !== 0) {
        events.push({ kind: 'damaged', reason: 'checksum' })
        skip(1)
        continue
      }
      // A copy: the caller may keep it, the buffer goes on.
      events.push({ kind: 'frame', body: Uint8Array.from(kept.subarray(HEADER_BYTES, total - 1)) })
      kept = kept.subarray(total)
    }
  }

  const midFrame = () => kept.length >= PREAMBLE.length

  return {
    push(bytes) {
      kept = Buffer.concat([kept, bytes])
      const events: FrameEvent[] = []
      scan(events)
      return events
    },
    giveUp() {
      const events: FrameEvent[] = []
      while (midFrame()) {
        events.push({ kind: 'damaged', reason: 'truncated' })
        skip(1)
        scan(events)
      }
      skip(kept.length)
      return events
    },
    reset() {
      skip(kept.length)
    },
    midFrame,
    skippedBytes: () => skipped,
  }
}

/** How many bytes at the end could be the start of a preamble that is split over chunks. */
function preambleTail(bytes: Buffer): number {
  for (let count = Math.min(PREAMBLE.length - 1, bytes.length); count > 0; count -= 1) {
    if (bytes.subarray(bytes.length - count).equals(PREAMBLE.subarray(0, count))) return count
  }
  return 0
}
