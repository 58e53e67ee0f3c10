import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { aimAt } from './aim.ts'
import { decodeText } from './decode.ts'
import type { CodeFramer, Framed } from './framing.ts'
import { buildReports, createHidFramer } from './hid-framing.ts'
import { createSerialFramer } from './serial-framing.ts'
import { MAX_CODE_BYTES } from './states.ts'

const LONGEST = MAX_CODE_BYTES

function heard(framer: CodeFramer, ...chunks: readonly (string | Uint8Array)[]): Framed[] {
  const framed = chunks.flatMap((chunk) => framer.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk))
  return [...framed, ...framer.quiet()]
}

const textsOf = (framed: readonly Framed[]) => framed.map((each) => (each.kind === 'code' ? each.text : each.fault))
const serial = (...chunks: readonly (string | Uint8Array)[]) => textsOf(heard(createSerialFramer(), ...chunks))

/** Text as codes hold it: no control characters. */
const codeText = fc.string({
  unit: fc.constantFrom('A', '7', '云', '㐀', '𠀀', '/', ' ', 'é'),
  minLength: 1,
  maxLength: 300,
})

describe('the text of a code', () => {
  it('is UTF-8, and GB18030 only when it is not', () => {
    expect(decodeText(Buffer.from('云洲 8号'))).toEqual({ ok: true, text: '云洲 8号', encoding: 'utf-8' })
    expect(decodeText(Uint8Array.of(0xd4, 0xc6, 0xd6, 0xde))).toEqual({ ok: true, text: '云洲', encoding: 'gb18030' })
    // A character of four bytes, as in rare names.
    expect(decodeText(iconv.encode('𠀀', 'gb18030'))).toEqual({ ok: true, text: '𠀀', encoding: 'gb18030' })
    expect(decodeText(Buffer.from('\uFEFFA'))).toMatchObject({ text: 'A' })
  })

  it('comes back from GB18030 as it went in, unless its bytes are UTF-8 as well', () => {
    fc.assert(
      fc.property(codeText, (text) => {
        const decoded = decodeText(iconv.encode(text, 'gb18030'))
        if (decoded.ok && decoded.encoding === 'gb18030') expect(decoded.text).toBe(text)
        else expect(decoded.ok).toBe(true)
      }),
    )
  })

  it.each([
    ['half a character', Uint8Array.of(0x41, 0xe4)],
    ['FF', Uint8Array.of(0x41, 0xff)],
    ['a zero', Buffer.from('A\0B')],
    ['an escape sequence', Buffer.from('\u001b[31m')],
    ['a C1 control', Buffer.from('A\u0085')],
    ['a replacement character', Buffer.from('A\uFFFD')],
    ['nothing', new Uint8Array()],
  ])('is not: %s', (_, bytes) => {
    expect(decodeText(bytes)).toEqual({ ok: false, fault: 'not-text' })
  })

  it('may hold tabs, line ends and the separators of GS1 and driving licences', () => {
    const text = '@\n\u001e\r\u0004A\tB\u001d01\u001c\u001f'
    expect(decodeText(Buffer.from(text))).toMatchObject({ ok: true, text })
  })

  it('is hardly ever made of noise', () => {
    let seed = 1
    const random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return seed >>> 24
    }
    const taken = Array.from({ length: 2_000 }, () => Uint8Array.from({ length: 40 }, random)).filter(
      (bytes) => decodeText(bytes).ok,
    )
    expect(taken.length).toBeLessThan(20)
  })
})

describe('AIM identifiers', () => {
  it.each([
    [']Q1', 'qr'],
    [']C0', 'code-128'],
    [']d2', 'data-matrix'],
    [']E0', 'ean-upc'],
    [']L2', 'pdf417'],
    [']h0', 'han-xin'],
    [']X0', 'other'],
  ])('%s is %s', (aim, symbology) => {
    expect(aimAt(Buffer.from(`x${aim}rest`), 1)).toEqual({ aim, symbology })
  })

  it.each(['Q1', ']q1', ']Q', ']Q-', ']1Q', '[Q1'])('%s is none', (text) => {
    expect(aimAt(Buffer.from(text), 0)).toBeUndefined()
  })
})

describe('a scanner on a serial line', () => {
  it.each([
    ['CR', 'A7\r', ['A7']],
    ['LF', 'A7\n', ['A7']],
    ['both', 'A7\r\n', ['A7']],
    ['a line end of the code and a suffix', 'A\r\nB\r\n\r', ['A\r\nB\r\n']],
    ['nothing but a suffix', '\r\n', []],
    ['no suffix', 'A7', ['unterminated']],
    ['noise with a suffix', 'A\u0000\r', ['not-text']],
    ['an AIM identifier', ']Q1A7\r', ['A7']],
    ['nothing behind one', ']Q1\r', []],
    ['a bracket that is none', ']]A\r', [']]A']],
  ])('%s', (_, bytes, codes) => {
    expect(serial(bytes)).toEqual(codes)
  })

  it('tells kind and identifier', () => {
    expect(heard(createSerialFramer(), ']C06901\r')).toEqual([
      { kind: 'code', text: '6901', encoding: 'utf-8', symbology: 'code-128', aim: ']C0', bytes: 8 },
    ])
    expect(heard(createSerialFramer(), '6901\r')).toMatchObject([{ symbology: 'unknown', aim: null }])
  })

  it('takes a code in any pieces', () => {
    fc.assert(
      fc.property(codeText, fc.integer({ min: 1, max: 50 }), (text, size) => {
        const bytes = Buffer.from(`${text}\r\n`)
        const pieces: Uint8Array[] = []
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
        expect(serial(...pieces)).toEqual([text])
      }),
    )
  })

  it('throws away what is longer than any code, until it is still, and keeps nothing of it', () => {
    const framer = createSerialFramer()
    expect(textsOf(framer.push(new Uint8Array(LONGEST + 1).fill(0x37)))).toEqual(['over-long'])
    for (let times = 0; times < 100; times += 1) {
      expect(framer.push(Buffer.from('7777\r'))).toEqual([])
      expect(framer.heldBytes()).toBe(0)
    }
    expect(framer.isOpen()).toBe(true)
    expect(framer.quiet()).toEqual([])
    expect(textsOf(heard(framer, 'A7\r'))).toEqual(['A7'])
    expect(textsOf(heard(framer, new Uint8Array(LONGEST - 1).fill(0x37), '\r'))).toEqual(['7'.repeat(LONGEST - 1)])
  })
})

describe('a scanner on HID', () => {
  const hid = (reports: readonly Uint8Array[]) => textsOf(heard(createHidFramer(), ...reports))
  const changed = (report: Uint8Array | undefined, at: number, byte: number) => {
    const bytes = Uint8Array.from(report ?? [])
    bytes[at] = byte
    return bytes
  }

  it('takes codes of any length, in both layouts', () => {
    fc.assert(
      fc.property(codeText, fc.boolean(), (text, aimLate) => {
        expect(hid(buildReports(Buffer.from(text), ']Q1', aimLate))).toEqual([text])
      }),
    )
  })

  it('reads the bytes as they are documented', () => {
    const report = new Uint8Array(64)
    report.set([0x02, 3, 0x5d, 0x51, 0x31, 0x41, 0x42, 0x43])
    expect(heard(createHidFramer(), report)).toEqual([
      { kind: 'code', text: 'ABC', encoding: 'utf-8', symbology: 'qr', aim: ']Q1', bytes: 3 },
    ])
    const more = changed(report, 63, 0x01)
    expect(hid([more, more, report])).toEqual(['ABCABCABC'])
    expect(hid([more])).toEqual(['unterminated'])
  })

  it('takes a suffix off, if the scanner sends one', () => {
    expect(hid(buildReports(Buffer.from('A7\r'), ']Q1'))).toEqual(['A7'])
  })

  it('passes over reports with another number', () => {
    const [report] = buildReports(Buffer.from('A7'), ']Q1')
    expect(hid([changed(report, 0, 3)])).toEqual([])
  })

  it.each([
    ['a count beyond the report', 1, 57],
    ['no identifier', 2, 0],
  ])('refuses %s, and the rest of that code with it', (_, at, byte) => {
    const reports = buildReports(Buffer.from('7'.repeat(150)), ']Q1')
    const [first, second = new Uint8Array(), third = new Uint8Array()] = reports
    expect(hid([changed(first, at, byte), second, third, ...buildReports(Buffer.from('A7'), ']Q1')])).toEqual([
      'broken-report',
      'A7',
    ])
    // The last of a code: the next one counts again.
    expect(hid([changed(third, at, byte), ...buildReports(Buffer.from('A7'), ']Q1')])).toEqual(['broken-report', 'A7'])
  })

  it('refuses a report of another size', () => {
    const [report = new Uint8Array()] = buildReports(Buffer.from('A7'), ']Q1')
    expect(hid([report.subarray(0, 10)])).toEqual(['broken-report'])
  })

  it('throws away what is longer than any code', () => {
    const framer = createHidFramer()
    const reports = buildReports(new Uint8Array(LONGEST + 600).fill(0x37), ']Q1')
    const framed = reports.flatMap((report) => {
      expect(framer.heldBytes()).toBeLessThanOrEqual(LONGEST)
      return framer.push(report)
    })
    expect(textsOf(framed)).toEqual(['over-long'])
    expect(framer.isOpen()).toBe(false)
    expect(textsOf(heard(framer, ...buildReports(Buffer.from('A7'), ']Q1')))).toEqual(['A7'])
  })
})
