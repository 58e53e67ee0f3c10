import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeIppMessage } from './ipp-decode.ts'
import { encodeIppMessage } from './ipp-encode.ts'
import {
  GROUP,
  type IppAttributes,
  type IppGroup,
  type IppMessage,
  type IppValue,
  OUT_OF_BAND_TAGS,
  type OutOfBand,
  STRING_TAGS,
  type StringKind,
} from './ipp-values.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'))
const ascii = (text: string): string => Buffer.from(text, 'ascii').toString('hex')

/** RFC 8010 appendix A.1, "Print-Job Request": its first attributes, written out from the table there. */
const PRINT_JOB = `0101 0002 00000001
  01
  47 0012 ${ascii('attributes-charset')} 0005 ${ascii('utf-8')}
  48 001b ${ascii('attributes-natural-language')} 0005 ${ascii('en-us')}
  45 000b ${ascii('printer-uri')} 002c ${ascii('ipp://printer.example.com/ipp/print/pinetree')}
  42 0008 ${ascii('job-name')} 0006 ${ascii('foobar')}
  22 0016 ${ascii('ipp-attribute-fidelity')} 0001 01
  02
  21 0006 ${ascii('copies')} 0004 00000014
  44 0005 ${ascii('sides')} 0013 ${ascii('two-sided-long-edge')}
  03`

const PRINT_JOB_MESSAGE: IppMessage = {
  version: { major: 1, minor: 1 },
  code: 0x0002,
  requestId: 1,
  groups: [
    {
      tag: GROUP.operation,
      attributes: new Map<string, IppValue[]>([
        ['attributes-charset', [{ kind: 'charset', value: 'utf-8' }]],
        ['attributes-natural-language', [{ kind: 'naturalLanguage', value: 'en-us' }]],
        ['printer-uri', [{ kind: 'uri', value: 'ipp://printer.example.com/ipp/print/pinetree' }]],
        ['job-name', [{ kind: 'name', value: 'foobar' }]],
        ['ipp-attribute-fidelity', [{ kind: 'boolean', value: true }]],
      ]),
    },
    {
      tag: GROUP.job,
      attributes: new Map<string, IppValue[]>([
        ['copies', [{ kind: 'integer', value: 20 }]],
        ['sides', [{ kind: 'keyword', value: 'two-sided-long-edge' }]],
      ]),
    },
  ],
}

const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff })
const name = fc.string({ minLength: 1, maxLength: 40 })
/** Tags that nothing here knows, or that are kept as bytes: octets, dates, resolutions, with language. */
const keptTag = fc.constantFrom(0x14, 0x30, 0x31, 0x32, 0x35, 0x36, 0x7f, 0xff)

const value: fc.Arbitrary<IppValue> = fc.letrec<{ value: IppValue; members: IppAttributes }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constantFrom('integer' as const, 'enum' as const), value: int32 }),
    fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
    fc.record({
      kind: fc.constantFrom(...(Object.keys(STRING_TAGS) as StringKind[])),
      value: fc.string({ unit: 'grapheme', maxLength: 60 }),
    }),
    fc.record({ kind: fc.constant('range' as const), lower: int32, upper: int32 }),
    fc.record({
      kind: fc.constant('out-of-band' as const),
      value: fc.constantFrom(...(Object.keys(OUT_OF_BAND_TAGS) as OutOfBand[])),
    }),
    fc.record({ kind: fc.constant('other' as const), tag: keptTag, bytes: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ kind: fc.constant('collection' as const), members: tie('members') }),
  ),
  members: fc
    .uniqueArray(fc.tuple(name, fc.array(tie('value'), { minLength: 1, maxLength: 3 })), {
      selector: ([key]) => key,
      maxLength: 3,
    })
    .map((entries) => new Map(entries)),
})).value

const attributes: fc.Arbitrary<IppAttributes> = fc
  .uniqueArray(fc.tuple(name, fc.array(value, { minLength: 1, maxLength: 3 })), {
    selector: ([key]) => key,
    maxLength: 5,
  })
  .map((entries) => new Map(entries))

const group: fc.Arbitrary<IppGroup> = fc.record({ tag: fc.constantFrom(1, 2, 4, 5, 6, 9, 15), attributes })
const message: fc.Arbitrary<IppMessage> = fc.record({
  version: fc.record({ major: fc.nat(255), minor: fc.nat(255) }),
  code: fc.nat(0xffff),
  requestId: int32,
  groups: fc.array(group, { maxLength: 4 }),
})

describe('IPP messages', () => {
  it('are the bytes that RFC 8010 gives as an example', () => {
    expect(hex(encodeIppMessage(PRINT_JOB_MESSAGE))).toBe(PRINT_JOB.replace(/\s/g, ''))
    const decoded = decodeIppMessage(bytesOf(`${PRINT_JOB}25504446`))
    expect(decoded).toEqual({ ok: true, message: PRINT_JOB_MESSAGE, documentAt: bytesOf(PRINT_JOB).length })
  })

  it('come back as they were, whatever is in them', () => {
    fc.assert(
      fc.property(message, (original) => {
        const bytes = encodeIppMessage(original)
        expect(decodeIppMessage(bytes)).toEqual({ ok: true, message: original, documentAt: bytes.length })
      }),
    )
  })

  it('of which a part is missing are never taken for whole ones', () => {
    fc.assert(
      fc.property(message, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (original, share) => {
        const bytes = encodeIppMessage(original)
        const part = bytes.subarray(0, Math.floor(bytes.length * share))
        const decoded = decodeIppMessage(part)
        expect(decoded.ok ? 'ok' : decoded.fault).toBe('truncated')
      }),
    )
  })

  it('that are damaged are read or refused, and never throw', () => {
    fc.assert(
      fc.property(message, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), (original, changes) => {
        const bytes = encodeIppMessage(original)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        expect([true, false]).toContain(decodeIppMessage(bytes).ok)
      }),
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void decodeIppMessage(bytes)))
  })

  it.each([
    ['nothing', '', 'truncated'],
    ['a head only', '0101 0000 00000001', 'truncated'],
    ['a value before any group', '0101 0000 00000001 21 0001 61 0004 00000001 03', 'bad-group'],
    ['group tag 0', '0101 0000 00000001 00 03', 'bad-group'],
    ['a length with its sign bit set', '0101 0000 00000001 01 21 8001 61 0004 00000001 03', 'bad-length'],
    ['an integer of three bytes', '0101 0000 00000001 01 21 0001 61 0003 000001 03', 'bad-length'],
    ['a boolean of 2', '0101 0000 00000001 01 22 0001 61 0001 02 03', 'bad-value'],
    ['a second value without a first', '0101 0000 00000001 01 21 0000 0004 00000001 03', 'bad-order'],
    ['an end of a collection without its begin', '0101 0000 00000001 01 37 0001 61 0000 03', 'bad-order'],
    ['a collection that does not end', '0101 0000 00000001 01 34 0001 61 0000 03', 'bad-order'],
    ['a member without a value', '0101 0000 00000001 01 34 0001 61 0000 4a 0000 0001 62 37 0000 0000 03', 'bad-order'],
  ])('with %s are refused', (_what, bytes, fault) => {
    expect(decodeIppMessage(bytesOf(bytes))).toMatchObject({ ok: false, fault })
  })

  it('nested too deeply or with too many values are refused', () => {
    const begin = '34 0001 61 0000'
    const deeper = '4a 0000 0001 62 34 0000 0000'
    const nested = `0101 0000 00000001 01 ${begin} ${deeper.repeat(20)}`
    expect(decodeIppMessage(bytesOf(nested))).toMatchObject({ ok: false, fault: 'too-deep' })
    const many = `0101 0000 00000001 01 21 0001 61 0004 00000001 ${'21 0000 0004 00000001'.repeat(30_000)} 03`
    expect(decodeIppMessage(bytesOf(many))).toMatchObject({ ok: false, fault: 'too-many-values' })
  })

  it('with an attribute twice in a group are read with the first', () => {
    const twice = '0101 0000 00000001 01 21 0001 61 0004 00000001 21 0001 61 0004 00000002 21 0000 0004 00000003 03'
    const decoded = decodeIppMessage(bytesOf(twice))
    expect(decoded.ok && decoded.message.groups[0]?.attributes.get('a')).toEqual([{ kind: 'integer', value: 1 }])
  })

  it.each<[string, IppValue]>([
    ['a number beyond 32 bits', { kind: 'integer', value: 2 ** 31 }],
    ['a text beyond 32 kB', { kind: 'text', value: 'x'.repeat(0x8000) }],
  ])('cannot hold %s', (_what, wrong) => {
    const attributes = new Map([['a', [wrong]]])
    expect(() => encodeIppMessage({ ...PRINT_JOB_MESSAGE, groups: [{ tag: 1, attributes }] })).toThrow(RangeError)
  })
})
