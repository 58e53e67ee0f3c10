/**
 * Bytes between a program and pcscd on its Unix socket (pcsc-lite 1.8.24 to 2.5, src/winscard_msg.h and eventhandler.h):
 * a request is a header of size and command and a C structure; its answer is the same structure filled in, without a
 * header. Structures have the byte order and the alignment of the machine; the order here is little-endian, which is that
 * of every machine Node and Electron run on with pcscd (x64, arm64, loong64, riscv64). No timing and no meaning here.
 */

export const PROTOCOL_MAJOR = 4
/** 4.4: pcsc-lite 1.8.24 to 2.2 (Debian 12 has 1.9.9); 4.5: 2.3 to 2.4. Newer ones take 4.4 (2.4.1 and later). */
export const KNOWN_MINORS = [4, 5] as const

export const COMMAND = {
  establishContext: 0x01,
  releaseContext: 0x02,
  connect: 0x04,
  disconnect: 0x06,
  beginTransaction: 0x07,
  endTransaction: 0x08,
  transmit: 0x09,
  version: 0x11,
  getReadersState: 0x12,
  waitReaderStateChange: 0x13,
  stopWaitingReaderStateChange: 0x14,
} as const
export type CommandName = keyof typeof COMMAND

export const HEADER_BYTES = 8
const READER_NAME_BYTES = 128
const MAX_ATR_BYTES = 33
/** cardAtrLength while the service has not powered the card yet: MAX_ATR_SIZE + 1. */
const ATR_NOT_READY = MAX_ATR_BYTES + 1
/** readerName 128, eventCounter 4, readerState 4, readerSharing 4, cardAtr 33, padding 3, cardAtrLength 4, cardProtocol 4. */
export const READER_STATE_BYTES = 184
export const READER_SLOTS = 16

/** Bytes of each structure, which is both request and answer; transmit's commands and answers follow it. */
export const BODY_BYTES = {
  establishContext: 12,
  releaseContext: 8,
  connect: 24 + READER_NAME_BYTES,
  disconnect: 12,
  beginTransaction: 8,
  endTransaction: 12,
  transmit: 32,
  version: 12,
  getReadersState: 0,
  waitReaderStateChange: 0,
  stopWaitingReaderStateChange: 0,
} as const satisfies Record<CommandName, number>

/** The answer to getReadersState, and the first to waitReaderStateChange. */
export const READERS_BYTES = READER_STATE_BYTES * READER_SLOTS
/** wait_reader_state_change: timeOut 4, rv 4. */
export const SIGNAL_BYTES = 8

export const SCOPE_SYSTEM = 2
export const SHARE = { exclusive: 1, shared: 2 } as const
export const PROTOCOL_T0 = 1
export const PROTOCOL_T1 = 2
export const PROTOCOL_ANY = PROTOCOL_T0 | PROTOCOL_T1
export const LEAVE_CARD = 0
export const RESET_CARD = 1
/** sizeof(SCARD_IO_REQUEST) on 64 bits, which is what libpcsclite sends. */
const IO_REQUEST_BYTES = 16

/** Bits of readerState. */
export const READER_BIT = { unknown: 1, absent: 2, present: 4, swallowed: 8, powered: 16, negotiable: 32, specific: 64 }
const ALL_READER_BITS = 0x7f

function structure(...words: number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4)
  words.forEach((word, index) => {
    bytes.writeUInt32LE(word >>> 0, index * 4)
  })
  return bytes
}

function word(bytes: Uint8Array, index: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(index * 4, true)
}

/** A whole request: header, structure, and what follows the structure. */
export function buildRequest(
  command: CommandName,
  body: Uint8Array,
  after: Uint8Array = new Uint8Array(0),
): Uint8Array {
  if (body.length !== BODY_BYTES[command]) throw new RangeError(`${command} has a body of ${body.length} bytes`)
  return Buffer.concat([structure(body.length, COMMAND[command]), body, after])
}

export const buildVersion = (minor: number): Uint8Array => buildRequest('version', structure(PROTOCOL_MAJOR, minor, 0))
export const buildEstablish = (): Uint8Array => buildRequest('establishContext', structure(SCOPE_SYSTEM, 0, 0))
export const buildRelease = (context: number): Uint8Array => buildRequest('releaseContext', structure(context, 0))
export const buildWait = (): Uint8Array => buildRequest('waitReaderStateChange', structure())
export const buildStopWaiting = (): Uint8Array => buildRequest('stopWaitingReaderStateChange', structure())
export const buildBegin = (card: number): Uint8Array => buildRequest('beginTransaction', structure(card, 0))
export const buildEnd = (card: number, disposition: number): Uint8Array =>
  buildRequest('endTransaction', structure(card, disposition, 0))
export const buildDisconnect = (card: number, disposition: number): Uint8Array =>
  buildRequest('disconnect', structure(card, disposition, 0))

export function buildConnect(context: number, reader: string, share: keyof typeof SHARE): Uint8Array {
  const name = Buffer.alloc(READER_NAME_BYTES)
  name.write(reader, 0, READER_NAME_BYTES - 1, 'utf8')
  return buildRequest(
    'connect',
    Buffer.concat([structure(context), name, structure(SHARE[share], PROTOCOL_ANY, 0, 0, 0)]),
  )
}

/** `maxAnswerBytes`: a longer answer is refused by the service, not cut. */
export function buildTransmit(card: number, protocol: number, apdu: Uint8Array, maxAnswerBytes: number): Uint8Array {
  return buildRequest(
    'transmit',
    structure(card, protocol, IO_REQUEST_BYTES, apdu.length, PROTOCOL_ANY, IO_REQUEST_BYTES, maxAnswerBytes, 0),
    apdu,
  )
}

/** Return codes are words like 0x8010000C. All readers of answers take exactly the bytes that BODY_BYTES names. */
export const readVersion = (bytes: Uint8Array) => ({ major: word(bytes, 0), minor: word(bytes, 1), rv: word(bytes, 2) })
export const readEstablish = (bytes: Uint8Array) => ({ context: word(bytes, 1), rv: word(bytes, 2) })
/** A signal says only that something changed; both of its words are 0. */
export const isSignal = (bytes: Uint8Array): boolean => word(bytes, 0) === 0 && word(bytes, 1) === 0
export const readBegin = (bytes: Uint8Array) => ({ rv: word(bytes, 1) })
export const readEnd = (bytes: Uint8Array) => ({ rv: word(bytes, 2) })
export const readDisconnect = (bytes: Uint8Array) => ({ rv: word(bytes, 2) })
export const readTransmit = (bytes: Uint8Array) => ({ answerBytes: word(bytes, 6), rv: word(bytes, 7) })

export function readConnect(bytes: Uint8Array) {
  const after = bytes.subarray(4 + READER_NAME_BYTES)
  return { card: word(after, 2), protocol: word(after, 3), rv: word(after, 4) }
}

export interface ReaderInfo {
  readonly name: string
  /** Grows (modulo 65536) with every card that comes or goes, so a swap between two looks is seen. */
  readonly eventCounter: number
  /** unknown: the service cannot speak to the reader. starting: a card that is not powered yet. */
  readonly card: 'absent' | 'starting' | 'mute' | 'present' | 'unknown'
  /** Empty unless `present`. */
  readonly atr: Uint8Array
  /** 0 nobody, -1 one program exclusively, else how many connections. */
  readonly sharing: number
}

export type ReadReadersResult =
  | { readonly ok: true; readonly readers: readonly ReaderInfo[] }
  | { readonly ok: false; readonly detail: string }

/** Reads the table of readers, READERS_BYTES long, in the service's order; what cannot be is refused as a whole. */
export function readReaders(bytes: Uint8Array): ReadReadersResult {
  if (bytes.length !== READERS_BYTES) return { ok: false, detail: `${bytes.length} bytes are no table of readers` }
  const readers: ReaderInfo[] = []
  for (let slot = 0; slot < READER_SLOTS; slot += 1) {
    const entry = bytes.subarray(slot * READER_STATE_BYTES, (slot + 1) * READER_STATE_BYTES)
    if (entry[0] === 0) continue
    const reader = readReader(entry)
    if (typeof reader === 'string') return { ok: false, detail: `slot ${slot}: ${reader}` }
    if (readers.some(({ name }) => name === reader.name)) return { ok: false, detail: `slot ${slot}: a name twice` }
    readers.push(reader)
  }
  return { ok: true, readers }
}

/** One slot, or what is wrong with it. */
function readReader(entry: Uint8Array): ReaderInfo | string {
  const end = entry.subarray(0, READER_NAME_BYTES).indexOf(0)
  if (end < 0) return 'a name without an end'
  const name = decodeName(entry.subarray(0, end))
  if (name === undefined) return 'a name that is no text'
  const rest = entry.subarray(READER_NAME_BYTES)
  const state = word(rest, 1)
  const atrBytes = word(rest.subarray(12 + MAX_ATR_BYTES + 3), 0)
  // While a reader is being made or taken away its bits may be 0; more than the known ones is not from pcscd.
  if ((state & ~ALL_READER_BITS) !== 0) return `state bits ${state.toString(16)}`
  if (atrBytes > ATR_NOT_READY) return `an ATR of ${atrBytes} bytes`
  const card = cardOf(state, atrBytes)
  return {
    name,
    eventCounter: word(rest, 0),
    card,
    atr: card === 'present' ? Uint8Array.from(rest.subarray(12, 12 + atrBytes)) : new Uint8Array(0),
    sharing: word(rest, 2) | 0,
  }
}

function cardOf(state: number, atrBytes: number): ReaderInfo['card'] {
  if ((state & READER_BIT.unknown) !== 0) return 'unknown'
  if ((state & READER_BIT.present) === 0) return 'absent'
  if (atrBytes === ATR_NOT_READY) return 'starting'
  return atrBytes === 0 ? 'mute' : 'present'
}

/** Printable UTF-8, or undefined. */
function decodeName(bytes: Uint8Array): string | undefined {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
  return /\p{Cc}/u.test(text) ? undefined : text
}
