import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  additionalAddressText,
  buildAdditionalAddress,
  buildReadData,
  buildSamId,
  samIdText,
  splitReadAnswer,
} from './answers.ts'
import { buildAnswer } from './protocol.ts'
import { statusWord } from './status-words.ts'

describe('read answers', () => {
  it('the usual one is 1295 bytes with Len 0508, with fingerprints 2321 with 090A', () => {
    const usual = buildAnswer(0x90, buildReadData(new Uint8Array(256), new Uint8Array(1024)))
    expect([usual.length, usual[5], usual[6]]).toEqual([1295, 0x05, 0x08])
    const largest = buildReadData(new Uint8Array(256), new Uint8Array(1024), new Uint8Array(1024))
    const frame = buildAnswer(0x90, largest)
    expect([frame.length, frame[5], frame[6]]).toEqual([2321, 0x09, 0x0a])
  })

  it('splits by its own lengths, whatever they are', () => {
    const part = fc.uint8Array({ maxLength: 300 })
    fc.assert(
      fc.property(part, part, fc.option(part, { nil: undefined }), (text, photo, fingerprint) => {
        const split = splitReadAnswer(buildReadData(text, photo, fingerprint), fingerprint !== undefined)
        expect(split.ok && [...split.text]).toEqual([...text])
        expect(split.ok && [...split.photo]).toEqual([...photo])
        expect(split.ok && [...split.fingerprint]).toEqual([...(fingerprint ?? [])])
      }),
    )
  })

  it('refuses lengths that do not add up', () => {
    const data = buildReadData(new Uint8Array(256), new Uint8Array(1024))
    for (const wrong of [data.subarray(1), data.subarray(0, -1), data.subarray(0, 3), new Uint8Array(0)]) {
      expect(splitReadAnswer(wrong)).toMatchObject({ ok: false, fault: 'inconsistent-lengths' })
    }
    expect(splitReadAnswer(data, true)).toMatchObject({ ok: false })
  })
})

describe('SAM id and additional address', () => {
  it('reads the example of devices.md 1.3 from little-endian bytes', () => {
    const bytes = Buffer.from('0500010027FF32010100000001000000', 'hex')
    // 20120101 = 0x01330225
    bytes.writeUInt32LE(20120101, 4)
    expect(samIdText(bytes)).toBe('05.01-20120101-0000000001-0000000001')
    expect(samIdText(bytes.subarray(1))).toBeUndefined()
  })

  it('builds what it reads', () => {
    const text = '05.03-20260415-0004294967-4294967295'
    expect(samIdText(buildSamId(text))).toBe(text)
    expect(() => buildSamId('05.03')).toThrow(RangeError)
    const address = '云洲市南桥区望河路8号'
    expect(additionalAddressText(buildAdditionalAddress(address))).toBe(address)
    expect(additionalAddressText(new Uint8Array(69))).toBeUndefined()
    expect(() => buildAdditionalAddress('长'.repeat(36))).toThrow(RangeError)
  })
})

describe('status words', () => {
  it.each([
    [0x90, 'good'],
    [0x9f, 'good'],
    [0x91, 'no-item'],
    [0x80, 'no-card'],
    [0x81, 'select-failed'],
    [0x41, 'lifted'],
    [0x40, 'wrong-card'],
    [0x10, 'link'],
    [0x11, 'link'],
    [0x21, 'program'],
    [0x24, 'retry'],
    [0x31, 'not-verified'],
    [0x32, 'not-verified'],
    [0x33, 'retry'],
    [0x37, 'retry'],
    [0x3f, 'retry'],
    [0x23, 'device-fault'],
    [0x47, 'retry'],
    [0x60, 'device-fault'],
    [0x66, 'device-fault'],
    [0xee, 'retry'],
  ])('%i is %s', (sw3, group) => {
    expect(statusWord(sw3).group).toBe(group)
  })
})
