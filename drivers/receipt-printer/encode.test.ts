import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bitmap, bytesPerRow, dotAt, emptyBitmap, setDot } from './bitmap.ts'
import { raster } from './commands.ts'
import { type ReceiptBlock, ReceiptDocumentSchema } from './document.ts'
import { encodeDocument, qrModuleDots } from './encode.ts'
import { createInterpreter, type EscPosCommand } from './interpreter.ts'
import { createPaperMachine, type Paper } from './paper.ts'
import { qrModuleCount } from './paper-svg.ts'

function bytesOf(
  blocks: ReceiptBlock[],
  rasterise?: (character: string, dots: number) => Bitmap | undefined,
): Uint8Array {
  const encoded = encodeDocument({ blocks }, rasterise)
  if (!encoded.ok) throw new Error(`unprintable: ${encoded.unprintable.join('')}`)
  return Uint8Array.from(encoded.chunks.flatMap((chunk) => [...chunk]))
}

function interpret(bytes: Uint8Array): { paper: Paper; overflows: number; commands: EscPosCommand[] } {
  const interpreter = createInterpreter()
  const machine = createPaperMachine(qrModuleCount)
  interpreter.push(bytes)
  const commands: EscPosCommand[] = []
  for (let read = interpreter.next(); read; read = interpreter.next()) {
    commands.push(read.command)
    machine.run(read.command)
  }
  return { paper: machine.current(), overflows: machine.overflows(), commands }
}

const linesOf = (paper: Paper): string[] =>
  paper.elements.flatMap((element) => (element.type === 'line' ? [element.text] : []))

/** The two-byte characters of GB 2312 that have a glyph: rows 1 to 3 and 16 to 87. */
function gb2312Characters(): string[] {
  const decoder = new TextDecoder('gb18030')
  const characters: string[] = []
  for (let row = 1; row <= 87; row++) {
    if (row > 3 && row < 16) continue
    for (let cell = 1; cell <= 94; cell++) {
      const character = decoder.decode(Uint8Array.of(row + 0xa0, cell + 0xa0))
      if ([...character].length === 1 && !/[\p{Co}\p{Cn}\uFFFD\s]/u.test(character)) characters.push(character)
    }
  }
  return characters
}

describe('bytes', () => {
  it('are these for a small document, written out by hand from the command tables', () => {
    const bytes = bytesOf([{ type: 'title', text: '回执' }, { type: 'text', text: '共2件' }, { type: 'cut' }])
    const byHand = [
      '1b40 1c26', // initialise, Chinese mode
      '1b6101 1b4501 1d2111 1c210c 1b333a', // centre, bold, double, Chinese double, 58 dots a line
      'bbd8 d6b4 0a', // 回执
      '1b6100 1b4500 1d2100 1c2100 1b3322', // left, light, single, 34 dots a line
      'b9b2 32 bcfe 0a', // 共2件
      '1d564218', // feed to the knife and 24 dots, partial cut
    ]
    expect(Buffer.from(bytes).toString('hex')).toBe(byHand.join('').replaceAll(' ', ''))
  })

  it('are these for a QR code', () => {
    const hex = Buffer.from(bytesOf([{ type: 'qr', data: 'AB' }])).toString('hex')
    const byHand =
      '1d286b0400314132001d286b030031430c1d286b0300314531' + '1d286b0500315030' + '4142' + '1d286b0300315130'
    expect(hex).toContain(byHand)
  })

  it('cut the paper at the end even if the document does not say so', () => {
    expect(Buffer.from(bytesOf([{ type: 'rule' }])).toString('hex')).toMatch(/1d564218$/)
  })

  it('come in chunks that are whole commands', () => {
    const encoded = encodeDocument({
      blocks: [
        { type: 'qr', data: 'x'.repeat(90) },
        { type: 'row', label: '事项', value: '失业登记' },
        { type: 'code', code: 'A3KD7MPX' },
      ],
    })
    if (!encoded.ok) throw new Error('unprintable')
    for (const chunk of encoded.chunks) {
      const interpreter = createInterpreter()
      interpreter.push(Uint8Array.from([0x1c, 0x26]))
      interpreter.next()
      interpreter.push(chunk)
      while (interpreter.next());
      interpreter.push(Uint8Array.of(0x10, 0x04, 0x01))
      expect(interpreter.next()?.command).toEqual({ type: 'real-time' })
    }
  })
})

describe('encoder and interpreter', () => {
  const all = gb2312Characters()

  it('know every character of GB 2312', () => {
    expect(all.length).toBeGreaterThan(7000)
    const { paper, commands } = interpret(bytesOf([{ type: 'text', text: all.join('') }]))
    expect(linesOf(paper).join('')).toBe(all.join(''))
    expect(commands.filter((command) => command.type === 'unknown')).toEqual([])
  })

  it('bring any text of GB 2312 and ASCII back, in lines that fit the paper', () => {
    const character = fc.oneof(fc.constantFrom(...all), fc.stringMatching(/^[\x21-\x7e]$/))
    const size = fc.constantFrom('normal', 'tall', 'double')
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 200 }), size, (characters, size) => {
        const text = characters.join('')
        const { paper, overflows, commands } = interpret(bytesOf([{ type: 'text', text, size }]))
        expect(linesOf(paper).join('')).toBe(text)
        expect(overflows).toBe(0)
        expect(commands.filter((command) => command.type === 'unknown')).toEqual([])
      }),
    )
  })

  it('set title, code and row as asked', () => {
    const { paper, overflows } = interpret(
      bytesOf([
        { type: 'title', text: '收件回执' },
        { type: 'code', code: 'A3KD 7MPX' },
        { type: 'row', label: '事项', value: '失业登记', size: 'tall' },
      ]),
    )
    expect(paper.elements).toMatchObject([
      { type: 'line', text: '收件回执', align: 'centre', runs: [{ wide: 2, high: 2, bold: true }] },
      { type: 'line', text: 'A3KD-7MPX', align: 'centre', runs: [{ wide: 4, high: 4, bold: true }] },
      { type: 'line', text: '事项        失业登记', align: 'left', runs: [{ wide: 1, high: 2, bold: false }] },
    ])
    expect(overflows).toBe(0)
  })

  it('carry any QR payload, about 32 mm wide', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x20-\x7e]{1,400}$/), (data) => {
        const { paper } = interpret(bytesOf([{ type: 'qr', data }]))
        expect(paper.elements).toMatchObject([{ type: 'qr', payload: data, level: 'M', align: 'centre' }])
      }),
    )
    for (const length of [20, 60, 90, 106, 150, 250, 400]) {
      const widthMm = (qrModuleDots(length) * qrModuleCount('a'.repeat(length), 'M')) / 8
      expect(widthMm).toBeGreaterThan(26)
      expect(widthMm).toBeLessThan(37)
    }
  })
})

describe('characters that the font lacks', () => {
  const rare = '𬎆'

  it('are reported, each once, and nothing is encoded', () => {
    const encoded = encodeDocument({ blocks: [{ type: 'row', label: '姓名', value: `王${rare}㐂${rare}` }] })
    expect(encoded).toEqual({ ok: false, unprintable: [rare, '㐂'] })
  })

  it('include private-use code points, joiners and lone surrogates', () => {
    const encoded = encodeDocument({ blocks: [{ type: 'text', text: '\ue000\u200d\ud842' }] })
    expect(encoded).toEqual({ ok: false, unprintable: ['\ue000', '\u200d', '\ud842'] })
  })

  it('are drawn, the whole line as a picture, when there is a rasteriser', () => {
    const filled = (dots: number, width: number): Bitmap => {
      const bitmap = emptyBitmap(width, dots)
      for (let y = 0; y < dots; y++) for (let x = 0; x < width; x++) setDot(bitmap, x, y)
      return bitmap
    }
    const asked: [string, number][] = []
    const rasterise = (character: string, dots: number): Bitmap => {
      asked.push([character, dots])
      return filled(dots, character === 'A' ? dots / 2 : dots)
    }
    const { paper, commands } = interpret(
      bytesOf(
        [
          { type: 'text', text: `王A ${rare}`, size: 'tall' },
          { type: 'text', text: '后' },
        ],
        rasterise,
      ),
    )
    expect(asked).toEqual([
      ['王', 24],
      ['A', 24],
      [rare, 24],
    ])
    const [picture, line] = paper.elements
    if (picture?.type !== 'raster') throw new Error('no picture')
    expect(line).toMatchObject({ type: 'line', text: '后' })
    expect(picture).toMatchObject({ widthDots: 72, heightDots: 48 })
    const bitmap = { ...picture, rows: Uint8Array.from(Buffer.from(picture.dots, 'base64')) }
    const columns = Array.from({ length: 72 }, (_, x) => (dotAt(bitmap, x, 47) ? '#' : '.')).join('')
    expect(columns).toBe('#'.repeat(36) + '.'.repeat(12) + '#'.repeat(24))
    expect(commands.filter((command) => command.type === 'unknown')).toEqual([])
  })

  it('are still reported when the rasteriser lacks them too', () => {
    const rasterise = (character: string): Bitmap | undefined => (character === rare ? undefined : emptyBitmap(24, 24))
    expect(encodeDocument({ blocks: [{ type: 'text', text: `王${rare}` }] }, rasterise)).toEqual({
      ok: false,
      unprintable: [rare],
    })
  })
})

describe('raster', () => {
  it('never holds what a printer would take for a real-time request', () => {
    const byte = fc.constantFrom(0x10, 0x04, 0x05, 0x14, 0x01, 0x00)
    fc.assert(
      fc.property(fc.array(byte, { minLength: 16, maxLength: 16 }), (bytes) => {
        const data = [...raster(bytesPerRow(32), 4, Uint8Array.from(bytes))].slice(8)
        for (const [index, value] of data.entries()) {
          if (value === 0x10) expect([0x04, 0x05, 0x14]).not.toContain(data[index + 1])
        }
      }),
    )
  })
})

describe('document schema', () => {
  it.each([
    { type: 'text', text: 'a\u001b@' },
    { type: 'title', text: '一\n二' },
    { type: 'code', code: 'ABC' },
    { type: 'qr', data: '中' },
    { type: 'feed', heightMm: 0 },
    { type: 'rule', extra: 1 },
  ])('refuses %j', (block) => {
    expect(ReceiptDocumentSchema.safeParse({ blocks: [block] }).success).toBe(false)
  })
})
