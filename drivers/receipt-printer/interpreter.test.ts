import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createInterpreter, type EscPosCommand } from './interpreter.ts'

function read(...pieces: Uint8Array[]): EscPosCommand[] {
  const interpreter = createInterpreter()
  const commands: EscPosCommand[] = []
  for (const piece of pieces) {
    interpreter.push(piece)
    for (let next = interpreter.next(); next; next = interpreter.next()) commands.push(next.command)
  }
  return commands
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('interpreter', () => {
  it('reports what it does not know instead of printing it', () => {
    const types = read(hex('1b40 1b7002ff 07 80 1d4200 1c7f')).map((command) => command.type)
    expect(types.filter((type) => type === 'unknown').length).toBeGreaterThanOrEqual(4)
  })

  it('reports a Chinese character cut in half', () => {
    expect(read(hex('1c26 d60a'))).toMatchObject([{ type: 'chinese-mode' }, { type: 'unknown' }])
  })

  it('takes a two-byte character for text in Chinese mode only', () => {
    expect(read(hex('1c26 d6d0'))[1]).toEqual({ type: 'text', bytes: hex('d6d0') })
    expect(read(hex('1c2e d6d0')).slice(1)).toMatchObject([{ type: 'unknown' }, { type: 'unknown' }])
  })

  it('reads the same commands however the bytes are cut into pieces', () => {
    const stream = hex('1b40 1c26 1b6101 bbd8d6b4 0a 1d286b0500315030 4142 1d763000 0100 0200 a1b2 1d7201 1d564218')
    const wholeText = (commands: EscPosCommand[]): string =>
      commands.map((c) => (c.type === 'text' ? Buffer.from(c.bytes).toString('hex') : JSON.stringify(c))).join('')
    const atOnce = wholeText(read(stream))
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), stream.length]
        const pieces = places.slice(1).map((end, index) => stream.slice(places[index], end))
        expect(wholeText(read(...pieces))).toBe(atOnce)
      }),
    )
  })

  it('never throws and never stands still on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => read(bytes)).not.toThrow()
      }),
    )
  })
})
