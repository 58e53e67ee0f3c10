import { describe, expect, it } from 'vitest'
import {
  buildConnect,
  buildDisconnect,
  buildEstablish,
  buildTransmit,
  buildVersion,
  buildWait,
  isSignal,
  READER_STATE_BYTES,
  READERS_BYTES,
  readConnect,
  readEstablish,
  readReaders,
  readTransmit,
  readVersion,
} from './protocol.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))

interface Entry {
  readonly name?: string | Uint8Array
  readonly counter?: number
  readonly state?: number
  readonly sharing?: number
  readonly atrBytes?: number
}

function table(...entries: Entry[]): Buffer {
  const all = Buffer.alloc(READERS_BYTES)
  entries.forEach(({ name = 'A Reader 00 00', counter = 0, state = 2, sharing = 0, atrBytes = 0 }, index) => {
    const entry = all.subarray(index * READER_STATE_BYTES)
    entry.set(typeof name === 'string' ? Buffer.from(name) : name, 0)
    entry.writeUInt32LE(counter, 128)
    entry.writeUInt32LE(state, 132)
    entry.writeInt32LE(sharing, 136)
    entry.fill(0x3b, 140, 140 + Math.min(atrBytes, 33))
    entry.writeUInt32LE(atrBytes, 176)
  })
  return all
}

describe('requests, byte for byte', () => {
  it('are a header of size and command, and a structure', () => {
    expect(hex(buildVersion(4))).toBe('0c00000011000000 040000000400000000000000'.replace(' ', ''))
    expect(hex(buildEstablish())).toBe('0c00000001000000020000000000000000000000')
    expect(hex(buildWait())).toBe('0000000013000000')
    expect(hex(buildDisconnect(7, 1))).toBe('0c00000006000000070000000100000000000000')
    const connect = buildConnect(0x01020304, 'R 00 00', 'exclusive')
    expect(connect.length).toBe(8 + 152)
    expect(hex(connect.subarray(0, 20))).toBe('9800000004000000 04030201 5220303020303000'.replaceAll(' ', ''))
    expect(hex(connect.subarray(8 + 132))).toBe('0100000003000000000000000000000000000000')
    expect(hex(buildTransmit(7, 1, bytes('0084000008'), 258))).toBe(
      '2000000009000000 07000000 01000000 10000000 05000000 03000000 10000000 02010000 00000000 0084000008'.replaceAll(
        ' ',
        '',
      ),
    )
  })

  it('a name that is too long is cut, never written over the structure', () => {
    const connect = buildConnect(1, 'x'.repeat(200), 'shared')
    expect(connect.length).toBe(8 + 152)
    expect(connect[8 + 4 + 127]).toBe(0)
    expect(hex(connect.subarray(8 + 132, 8 + 136))).toBe('02000000')
  })
})

describe('answers', () => {
  it('are read', () => {
    expect(readVersion(bytes('04000000 05000000 1e001080'))).toEqual({ major: 4, minor: 5, rv: 0x8010001e })
    expect(readEstablish(bytes('02000000 0403020100000000'))).toEqual({ context: 0x01020304, rv: 0 })
    const connect = Buffer.alloc(152)
    connect.writeUInt32LE(0xfedcba98, 140)
    connect.writeUInt32LE(2, 144)
    connect.writeUInt32LE(0x80100069, 148)
    expect(readConnect(connect)).toEqual({ card: 0xfedcba98, protocol: 2, rv: 0x80100069 })
    const transmit = Buffer.alloc(32)
    transmit.writeUInt32LE(20, 24)
    transmit.writeUInt32LE(0x80100016, 28)
    expect(readTransmit(transmit)).toEqual({ answerBytes: 20, rv: 0x80100016 })
    expect(isSignal(bytes('0000000000000000'))).toBe(true)
    expect(isSignal(bytes('0000000001000000'))).toBe(false)
    expect(isSignal(bytes('0100000000000000'))).toBe(false)
  })
})

describe('the table of readers', () => {
  it('is read in its order, empty slots left out', () => {
    const read = readReaders(
      table(
        { name: 'B', counter: 7, state: 4 + 16 + 32, sharing: -1, atrBytes: 3 },
        { name: '' },
        { name: '读卡器 00 00', state: 4 + 8 },
        { name: 'C', state: 4, atrBytes: 34 },
        { name: 'D', state: 1 },
        { name: 'E', state: 0 },
      ),
    )
    expect(read).toEqual({
      ok: true,
      readers: [
        { name: 'B', eventCounter: 7, card: 'present', atr: bytes('3b3b3b'), sharing: -1 },
        { name: '读卡器 00 00', eventCounter: 0, card: 'mute', atr: bytes(''), sharing: 0 },
        { name: 'C', eventCounter: 0, card: 'starting', atr: bytes(''), sharing: 0 },
        { name: 'D', eventCounter: 0, card: 'unknown', atr: bytes(''), sharing: 0 },
        { name: 'E', eventCounter: 0, card: 'absent', atr: bytes(''), sharing: 0 },
      ],
    })
  })

  it.each<[string, Buffer | Uint8Array]>([
    ['another length', new Uint8Array(READERS_BYTES - 1)],
    ['a name without an end', table({ name: 'x'.repeat(128), state: 0x7f7f7f7f })],
    ['a name that is no UTF-8', table({ name: Uint8Array.of(0x41, 0xff) })],
    ['a control character', table({ name: 'A\u0007' })],
    ['unknown bits', table({ state: 0x80 })],
    ['too long an ATR', table({ state: 4, atrBytes: 35 })],
    ['a name twice', table({}, {})],
  ])('%s is refused as a whole', (_, given) => {
    expect(readReaders(given)).toMatchObject({ ok: false })
  })
})
