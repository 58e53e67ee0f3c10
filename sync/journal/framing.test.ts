import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame, encodeFrame, GENESIS_HASH, HEADER_BYTES, MAX_BODY_BYTES, nextMagic } from './framing.ts'

const bodies = fc.uint8Array({ maxLength: 400 })
const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe('framing', () => {
  it('goes there and back for any body and link, whatever follows', () => {
    fc.assert(
      fc.property(bodies, hashes, bodies, (body, previous, rest) => {
        const { bytes, hash } = encodeFrame(previous, body)
        const decoded = decodeFrame(Buffer.concat([bytes, rest]))
        if (decoded.kind !== 'frame') throw new Error(decoded.kind)
        expect([decoded.body, decoded.previous, decoded.hash]).toEqual([Buffer.from(body), Buffer.from(previous), hash])
      }),
    )
  })

  it('finds any single changed byte', () => {
    fc.assert(
      fc.property(bodies, hashes, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, previous, where, flip) => {
        const { bytes } = encodeFrame(previous, body)
        const at = where % bytes.length
        bytes.writeUInt8(bytes.readUInt8(at) ^ flip, at)
        expect(decodeFrame(bytes).kind).not.toBe('frame')
      }),
    )
  })

  it('asks for the bytes that are missing, at every length', () => {
    const { bytes } = encodeFrame(GENESIS_HASH, Buffer.from('{"a":1}'))
    for (let length = 0; length < bytes.length; length++) {
      const neededBytes = length < HEADER_BYTES ? HEADER_BYTES : bytes.length
      expect(decodeFrame(bytes.subarray(0, length))).toEqual({ kind: 'incomplete', neededBytes })
    }
  })

  it('never believes a length above the limit, and never writes one', () => {
    const { bytes } = encodeFrame(GENESIS_HASH, Buffer.from('{}'))
    bytes.writeUInt32BE(MAX_BODY_BYTES + 1, 4)
    expect(decodeFrame(bytes)).toEqual({ kind: 'bad', why: 'length' })
    expect(() => encodeFrame(GENESIS_HASH, Buffer.alloc(MAX_BODY_BYTES + 1))).toThrow(RangeError)
  })

  it('leaves a later format alone', () => {
    const { bytes } = encodeFrame(GENESIS_HASH, Buffer.from('{}'))
    bytes.writeUInt8(2, 3)
    expect(decodeFrame(bytes)).toEqual({ kind: 'newer-format', version: 2 })
  })

  it('has the layout that its description gives', () => {
    const { bytes, hash } = encodeFrame(Buffer.alloc(32, 7), Buffer.from('{}'))
    expect(bytes.subarray(0, 8).toString('hex')).toBe('424d4a0100000002')
    expect(bytes.subarray(8, 40)).toEqual(Buffer.alloc(32, 7))
    expect(bytes.subarray(40, 72)).toEqual(hash)
    expect(nextMagic(Buffer.concat([Buffer.alloc(5), bytes]), 0)).toBe(5)
  })
})
