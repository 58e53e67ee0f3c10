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
  /** With one byte of data: see maxRfBytes. */
  setMaxRfBytes: [0x61, 0xff],
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
export function buildRequest(command: CommandName, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  return buildFrame(Uint8Array.from([...COMMANDS[command], ...data]))
}

/** The largest piece that the module asks of a card over the air, in bytes (devices.md 1.3). */
const MIN_RF_BYTES = 24
const MAX_RF_BYTES = 255

/** The data byte of `setMaxRfBytes`; undefined for a number that the module does not know. */
export function maxRfBytes(bytes: number): Uint8Array | undefined {
  return Number.isInteger(bytes) && bytes >= MIN_RF_BYTES && bytes <= MAX_RF_BYTES ? Uint8Array.of(bytes) : undefined
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
  const name = names.find((each) => COMMANDS[each][0] === body[0] && COMMANDS[each][1] === body[1])
  if (name === undefined) return undefined
  return body.length === 2 + (name === 'setMaxRfBytes' ? 1 : 0) ? name : undefined
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

/** Bytes of the whole answer frame that begins here; undefined when none does or its length cannot be. */
export function answerBytesOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER_BYTES || PREAMBLE.some((byte, at) => bytes[at] !== byte)) return undefined
  const len = ((bytes[PREAMBLE.length] ?? 0) << 8) | (bytes[PREAMBLE.length + 1] ?? 0)
  return len >= MIN_ANSWER_LEN && len <= MAX_LEN ? HEADER_BYTES + len : undefined
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
  /** Bytes of unfinished input kept now; never as many as the longest frame has. */
  heldBytes(): number
  /** Bytes thrown away so far because they belonged to no frame. */
  skippedBytes(): number
}

const damaged = (reason: DamageReason): FrameEvent => ({ kind: 'damaged', reason })
const DAMAGED = {
  checksum: damaged('checksum'),
  'over-long': damaged('over-long'),
  'too-short': damaged('too-short'),
  truncated: damaged('truncated'),
}

/** So few are copied sooner one by one. */
const FEW_BYTES = 100
/** The longest frame, and as much again: what is kept is moved to the front seldom, and never grows. */
const ROOM_BYTES = 4 * (HEADER_BYTES + MAX_LEN)

/**
 * Finds frames in a stream with noise. After anything bad it goes on one byte after the preamble that misled it, so a
 * real frame behind (or inside) noise that looks like a preamble is still found. Memory is constant, and time linear
 * whatever the noise: the check of any stretch is the difference of two running checks.
 */
export function createFrameParser(direction: 'requests' | 'answers'): FrameParser {
  const minLen = direction === 'requests' ? MIN_REQUEST_LEN : MIN_ANSWER_LEN
  const room = Buffer.alloc(ROOM_BYTES)
  /** XOR of all bytes before each place, as far as `checkedTo`: it is only made where a frame may be. */
  const running = new Uint8Array(ROOM_BYTES + 1)
  let checkedTo = 0
  let start = 0
  let end = 0
  let skipped = 0

  function skip(count: number): void {
    start += count
    skipped += count
  }

  /** Takes as many of the bytes behind `from` as there is room for and returns their number. */
  function keep(bytes: Uint8Array, from: number): number {
    if (start > 0 && bytes.length - from > ROOM_BYTES - end) {
      room.copyWithin(0, start, end)
      running.copyWithin(0, start, checkedTo + 1)
      checkedTo = Math.max(0, checkedTo - start)
      end -= start
      start = 0
    }
    const count = Math.min(bytes.length - from, ROOM_BYTES - end)
    if (count < FEW_BYTES) for (let at = 0; at < count; at += 1) room[end + at] = bytes[from + at] ?? 0
    else room.set(count === bytes.length ? bytes : bytes.subarray(from, from + count), end)
    end += count
    return count
  }

  /** Whether the bytes between two places give 0; what lies before a place that was never asked about does not matter. */
  function isChecked(from: number, to: number): boolean {
    checkedTo = Math.max(checkedTo, from)
    let check = running[checkedTo] ?? 0
    for (; checkedTo < to; checkedTo += 1) {
      check ^= room[checkedTo] ?? 0
      running[checkedTo + 1] = check
    }
    return running[to] === running[from]
  }

  function scan(events: FrameEvent[]): void {
    for (;;) {
      skip(findPreamble(room, start, end) - start)
      if (end - start < HEADER_BYTES) return
      const len = room.readUInt16BE(start + PREAMBLE.length)
      const total = HEADER_BYTES + len
      if (len > MAX_LEN || len < minLen) {
        events.push(DAMAGED[len > MAX_LEN ? 'over-long' : 'too-short'])
        skip(1)
      } else if (end - start < total) {
        return
      } else if (!isChecked(start + PREAMBLE.length, start + total)) {
        events.push(DAMAGED.checksum)
        skip(1)
      } else {
        // A copy: the caller may keep it, the room is used again.
        events.push({ kind: 'frame', body: Uint8Array.from(room.subarray(start + HEADER_BYTES, start + total - 1)) })
        start += total
      }
    }
  }

  const midFrame = () => end - start >= PREAMBLE.length

  return {
    push(bytes) {
      const events: FrameEvent[] = []
      for (let taken = 0; taken < bytes.length; ) {
        taken += keep(bytes, taken)
        scan(events)
      }
      return events
    },
    giveUp() {
      const events: FrameEvent[] = []
      while (midFrame()) {
        events.push(DAMAGED.truncated)
        skip(1)
        scan(events)
      }
      skip(end - start)
      return events
    },
    reset() {
      skip(end - start)
    },
    midFrame,
    heldBytes: () => end - start,
    skippedBytes: () => skipped,
  }
}

/** How far the place looked at moves on by the byte at its end: that byte's next place in the preamble (Horspool). */
const SHIFT = new Uint8Array(256).fill(PREAMBLE.length)
for (let at = 0; at < PREAMBLE.length - 1; at += 1) SHIFT[PREAMBLE[at] ?? 0] = PREAMBLE.length - 1 - at

/** Where the next preamble begins, or what may become one with the bytes to come; `end` when nothing may. */
function findPreamble(bytes: Uint8Array, from: number, end: number): number {
  const last = PREAMBLE.length - 1
  let at = from
  while (at + last < end) {
    const byte = bytes[at + last] ?? 0
    if (byte === PREAMBLE[last] && isPreamble(bytes, at, last)) return at
    at += SHIFT[byte] ?? 1
  }
  // The shifts left out nothing: whatever they passed over cannot be the beginning of one.
  while (at < end && !isPreamble(bytes, at, end - at)) at += 1
  return Math.min(at, end)
}

/** Whether the first `count` bytes of a preamble stand there. */
function isPreamble(bytes: Uint8Array, at: number, count: number): boolean {
  for (let index = 0; index < count; index += 1) if (bytes[at + index] !== PREAMBLE[index]) return false
  return true
}
