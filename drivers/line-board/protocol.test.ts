import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildFrame, crc16, createLineParser, type LineEvent, MAX_BODY_BYTES, MAX_FRAME_BYTES } from './protocol.ts'

const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const parse = (...chunks: Uint8Array[]): LineEvent[] => {
  const parser = createLineParser()
  return chunks.flatMap((chunk) => parser.push(chunk))
}
const bodies = (events: readonly LineEvent[]) =>
  events.map((event) => (event.kind === 'frame' ? event.frame.body : event.reason))

describe('the checksum', () => {
  it('is CRC-16/CCITT-FALSE', () => {
    expect(crc16(ascii('123456789'))).toBe(0x29b1)
    expect(crc16(ascii(''))).toBe(0xffff)
  })
})

describe('frames', () => {
  it('are built as the README shows them', () => {
    expect(Buffer.from(buildFrame(1, 'ASK')).toString('latin1')).toBe('@0301ASK*9742\r\n')
    expect(Buffer.from(buildFrame(0x13a, 'LAMP reader blink')).toString('latin1')).toMatch(
      /^@113ALAMP reader blink\*[0-9A-F]{4}\r\n$/,
    )
  })

  it.each(['', 'x'.repeat(MAX_BODY_BYTES + 1), 'a@b', 'a\nb', 'grün'])('"%s" cannot be framed', (body) => {
    expect(() => buildFrame(0, body)).toThrow(RangeError)
  })

  it('are found in pieces of any size, with noise between them', () => {
    const first = buildFrame(7, 'OK re=01')
    const second = buildFrame(8, 'x'.repeat(MAX_BODY_BYTES))
    const stream = Buffer.concat([ascii('\0\xff noise \r\n'), first, ascii('*AA'), second, first])
    for (let size = 1; size <= stream.length; size += 1) {
      const chunks: Uint8Array[] = []
      for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size))
      expect(bodies(parse(...chunks)), `pieces of ${size}`).toEqual([
        'OK re=01',
        'x'.repeat(MAX_BODY_BYTES),
        'OK re=01',
      ])
    }
  })

  it.each([
    ['a wrong checksum', '@0301ASK*9743\r\n', 'checksum'],
    ['a changed body', '@0301ASL*9742\r\n', 'checksum'],
    ['a changed number', '@0302ASK*9742\r\n', 'checksum'],
    ['too long', '@79010000', 'over-long'],
    ['empty', '@0001*0000\r\n', 'over-long'],
    ['no length', '@G301ASK*9742\r\n', 'malformed'],
    ['small letters', '@0a01ASK*9742\r\n', 'malformed'],
    ['no star', '@0301ASK+9742\r\n', 'malformed'],
    ['no line end', '@0301ASK*9742\n\r', 'malformed'],
    ['cut off by the next', '@0301AS', 'truncated'],
    ['only its beginning', '@', 'truncated'],
  ])('%s is damaged, and the next is found', (_, bad, reason) => {
    expect(bodies(parse(Buffer.concat([ascii(bad), buildFrame(2, 'ASK')])))).toEqual([reason, 'ASK'])
  })

  it('a frame with the right checksum over bytes that may not stand in it is refused', () => {
    const checked = '0401AS\x07K'
    const frame = `@${checked}*${crc16(ascii(checked)).toString(16).toUpperCase().padStart(4, '0')}\r\n`
    expect(bodies(parse(ascii(frame)))).toEqual(['malformed'])
  })

  it('no single flipped bit, anywhere, lets a frame through', () => {
    const frame = buildFrame(0x5a, 'STATE mains=on battery=87 door=closed presence=no re=5A')
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const flipped = Uint8Array.from(frame)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const events = parse(flipped, buildFrame(1, 'OK re=01'))
      expect(
        bodies(events).filter((body) => body.startsWith('STATE')),
        `bit ${bit}`,
      ).toEqual([])
      expect(bodies(events)).toContain('OK re=01')
    }
  })

  it('holds at most one unfinished frame, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 20 }), fc.boolean(), (chunks, starts) => {
        const parser = createLineParser()
        for (const chunk of chunks) {
          parser.push(starts ? Buffer.concat([chunk, ascii('@7801')]) : chunk)
          expect(parser.held()).toBeLessThan(MAX_FRAME_BYTES)
        }
      }),
    )
  })
})
