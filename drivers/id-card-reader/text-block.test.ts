import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SAMPLE_BAD_CARDS, SAMPLE_OTHER_CARDS, SAMPLE_PERSONS } from './sample-persons.ts'
import { CARD_TYPES, decodeTextBlock, encodeTextBlock, fieldLengths, TEXT_BLOCK_BYTES } from './text-block.ts'

/** Puts text at byte offsets by hand, independently of text-block.ts; offsets from devices.md 1.6. */
function blockOf(parts: readonly (readonly [offset: number, text: string])[]): Buffer {
  const block = Buffer.from(' '.repeat(128), 'utf16le')
  for (const [offset, text] of parts) block.write(text, offset, 'utf16le')
  return block
}

describe('text blocks', () => {
  it('citizen', () => {
    const block = blockOf([
      [0, '周明远'],
      [30, '1'],
      [32, '01'],
      [36, '19861102'],
      [52, '云洲市南桥区'],
      [122, '990101198611020033'],
      [158, '云洲市公安局'],
      [188, '20190408'],
      [204, '长期'],
    ])
    expect(decodeTextBlock(block)).toEqual({
      ok: true,
      cardType: 'citizen',
      fields: {
        name: '周明远',
        sex: '1',
        ethnicGroup: '01',
        birth: '19861102',
        address: '云洲市南桥区',
        number: '990101198611020033',
        issuingAuthority: '云洲市公安局',
        validFrom: '20190408',
        validTo: '长期',
      },
    })
  })

  it('foreigner 2017', () => {
    const block = blockOf([
      [0, 'HARTLEY, EDMUND'],
      [120, '1'],
      [122, 'GBR990185031215'],
      [152, 'GBR'],
      [158, '何德明'],
      [188, '20190620'],
      [204, '20290619'],
      [220, '19850312'],
      [236, '01'],
      [240, '9901'],
      [248, 'I'],
    ])
    expect(decodeTextBlock(block)).toEqual({
      ok: true,
      cardType: 'foreigner-2017',
      fields: {
        englishName: 'HARTLEY, EDMUND',
        sex: '1',
        number: 'GBR990185031215',
        nationality: 'GBR',
        chineseName: '何德明',
        issueDate: '20190620',
        expiry: '20290619',
        birth: '19850312',
        cardVersion: '01',
        acceptingAuthorityCode: '9901',
      },
    })
  })

  it('foreigner 2023, the name going on behind the expiry, with a space at the seam', () => {
    const block = blockOf([
      [0, '安若思'],
      [30, '2'],
      [32, '01'],
      [36, '19850312'],
      [52, 'A'.repeat(34)],
      [122, '999826198503120014'],
      [188, '20240105'],
      [204, '20340104'],
      [220, 'BCD'],
      [242, 'GBR'],
      [248, 'Y'],
      [250, '123'],
    ])
    expect(decodeTextBlock(block)).toEqual({
      ok: true,
      cardType: 'foreigner-2023',
      fields: {
        chineseName: '安若思',
        sex: '2',
        renewals: '01',
        birth: '19850312',
        foreignName: `${'A'.repeat(34)} BCD`,
        number: '999826198503120014',
        issueDate: '20240105',
        expiry: '20340104',
        nationality: 'GBR',
        formerNumberLink: '123',
      },
    })
  })

  it('Hong Kong, Macao, Taiwan', () => {
    const block = blockOf([
      [0, '陈海晴'],
      [30, '2'],
      [36, '19991231'],
      [52, '云洲市南桥区临江路3号'],
      [122, '810000199912310004'],
      [158, '云洲市公安局'],
      [188, '20220301'],
      [204, '20270301'],
      [220, 'H00000000'],
      [238, '01'],
      [248, 'J'],
    ])
    expect(decodeTextBlock(block)).toEqual({
      ok: true,
      cardType: 'hk-mo-tw',
      fields: {
        name: '陈海晴',
        sex: '2',
        birth: '19991231',
        address: '云洲市南桥区临江路3号',
        number: '810000199912310004',
        issuingAuthority: '云洲市公安局',
        validFrom: '20220301',
        validTo: '20270301',
        travelPermitNumber: 'H00000000',
        issues: '01',
      },
    })
  })

  it('writes what it reads, every type and every field at full length', () => {
    const unit = fc.constantFrom('一', '㐀', '𠀀', 'A', '·', '7', '长')
    const anyCard = fc.constantFrom(...CARD_TYPES).chain((cardType) => {
      const entries = Object.entries(fieldLengths(cardType)).map(([name, length]) => [
        name,
        fc.string({ unit, maxLength: length }).map((text) => text.slice(0, length)),
      ])
      return fc.record({ cardType: fc.constant(cardType), fields: fc.record(Object.fromEntries(entries)) })
    })
    fc.assert(
      fc.property(anyCard, ({ cardType, fields }) => {
        const block = encodeTextBlock(cardType, fields)
        expect(block).toHaveLength(TEXT_BLOCK_BYTES)
        expect(decodeTextBlock(block)).toEqual({ ok: true, cardType, fields })
      }),
      { numRuns: 200 },
    )
  })

  it('reads the sample cards as they were meant', () => {
    for (const { cardType, fields } of [...SAMPLE_PERSONS, ...SAMPLE_OTHER_CARDS, ...SAMPLE_BAD_CARDS]) {
      expect(decodeTextBlock(encodeTextBlock(cardType, fields))).toEqual({ ok: true, cardType, fields })
    }
  })

  it('refuses a block of another length or with an unknown type letter', () => {
    expect(decodeTextBlock(new Uint8Array(255))).toMatchObject({ ok: false, fault: 'wrong-length' })
    expect(decodeTextBlock(blockOf([[248, 'K']]))).toMatchObject({ ok: false, fault: 'unknown-card-type' })
  })

  it('refuses to write an unknown field or one that is too long', () => {
    expect(() => encodeTextBlock('citizen', { renewals: '01' })).toThrow(RangeError)
    expect(() => encodeTextBlock('citizen', { sex: '12' })).toThrow(RangeError)
  })
})
