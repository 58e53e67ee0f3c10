import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textColumns } from './gb18030.ts'
import { layOutRow, wrapText } from './text-layout.ts'

describe('wrapText', () => {
  it('keeps words together', () => {
    expect(wrapText('请到二号窗口办理失业登记', 18)).toEqual(['请到二号窗口办理', '失业登记'])
  })

  it('starts no line with a closing sign and ends none with an opening one', () => {
    expect(wrapText('一二三四五六七八。九', 16)).toEqual(['一二三四五六七', '八。九'])
    expect(wrapText('甲乙丙丁（戊己）', 10)).toEqual(['甲乙丙丁', '（戊己）'])
  })

  it('takes the last letter of a word that no line can hold down to its closing sign', () => {
    expect(wrapText('abcdefghij，k', 10)).toEqual(['abcdefghi', 'j，k'])
  })

  it('breaks where asked and keeps empty lines', () => {
    expect(wrapText('一\n\n二', 48)).toEqual(['一', '', '二'])
  })

  it('never splits a surrogate pair, never exceeds the width, loses nothing but spaces at the breaks', () => {
    const character = fc.constantFrom(
      '中',
      '民',
      '便',
      '𠮷',
      '𬎆',
      'a',
      'Z',
      '7',
      ' ',
      '，',
      '。',
      '（',
      '」',
      '！',
      '-',
    )
    fc.assert(
      fc.property(fc.array(character, { maxLength: 120 }), fc.integer({ min: 4, max: 48 }), (characters, columns) => {
        const text = characters.join('')
        const lines = wrapText(text, columns)
        for (const line of lines) {
          expect(textColumns(line)).toBeLessThanOrEqual(columns)
          expect(line).not.toMatch(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/)
        }
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
      }),
    )
  })

  it('starts no line with ，。？！、）」 as long as a sentence has words between its signs', () => {
    const word = fc.stringMatching(/^[的一是在人有我他这中大来上国]{1,9}$/)
    const sign = fc.constantFrom('，', '。', '？', '！', '、', '）', '」')
    const sentence = fc.array(fc.tuple(word, sign), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(sentence, fc.integer({ min: 8, max: 48 }), (parts, columns) => {
        for (const line of wrapText(parts.flat().join(''), columns)) expect(line).not.toMatch(/^[，。？！、）」]/)
      }),
    )
  })
})

describe('layOutRow', () => {
  it('puts the value in its column and keeps it there', () => {
    expect(layOutRow('事项', '失业登记', 48, 12)).toEqual(['事项        失业登记'])
    expect(layOutRow('办什么', '一二三四五六七', 20, 12).slice(1)).toEqual(['            五六七'])
  })

  it('gives a long label a line of its own', () => {
    expect(layOutRow('异地就医备案编号', 'A1', 48, 12)).toEqual(['异地就医备案编号', '            A1'])
  })
})
