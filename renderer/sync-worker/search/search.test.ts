import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_QUERY_GLYPHS } from './normal.ts'
import { syllablesOf } from './overlap.ts'
import { accentsOf, readings } from './readings.ts'
import { createSearch, type Searchable } from './search.ts'
import { sampleSearchables } from './testing/items.ts'
import { errorsWithin } from './typo.ts'

const search = createSearch(sampleSearchables)

const itemOf = (id: string, name: string, words: readonly string[] = []): Searchable => ({
  id,
  code: `11990100MB9900021U499000000${id.slice(1).padStart(4, '0')}`,
  name,
  use: '',
  topic: '',
  department: '',
  words,
})
const idsOf = (items: readonly Searchable[], query: string, limit = 10) =>
  createSearch(items)
    .find(query, limit)
    .map(({ id }) => id)

describe('the order of what is found', () => {
  test('name, beginning, word, inside, first letters, pinyin', () => {
    const items = [
      itemOf('S05', '换医保卡'),
      itemOf('S04', '参保', ['医保']),
      itemOf('S03', '医保登记'),
      itemOf('S02', '医保'),
      itemOf('S01', '异地办理'),
    ]
    expect(idsOf(items, '医保')).toEqual(['S02', 'S03', 'S04', 'S05'])
    expect(idsOf(items, 'yb')).toEqual(['S02', 'S03', 'S04', 'S05'])
    expect(idsOf(items, 'ydbl')).toEqual(['S01'])
  })

  test('equals stand by the shorter name, then in the order of the hall', () => {
    const items = [itemOf('S03', '社保停保登记'), itemOf('S01', '社保参保登记'), itemOf('S02', '社保缴费')]
    expect(idsOf(items, 's社')).toEqual([])
    expect(idsOf(items, '社')).toEqual(['S02', 'S03', 'S01'])
    expect(idsOf([...items].reverse(), '社')).toEqual(['S02', 'S01', 'S03'])
  })

  test('a slip is left out where enough is found without', () => {
    const near = [itemOf('S01', '设备登记'), itemOf('S02', '设备'), itemOf('S03', '设备年检')]
    expect(idsOf([...near, itemOf('S04', '社备')], '设备')).toEqual(['S02', 'S01', 'S03'])
    expect(idsOf([...near.slice(1), itemOf('S04', '社备')], '设备')).toEqual(['S02', 'S03', 'S04'])
  })

  test('never more than asked for, and the same best ones', () => {
    const all = search.find('登记', 99)
    expect(all.length).toBeGreaterThan(4)
    for (const limit of [1, 2, 3]) expect(search.find('登记', limit)).toEqual(all.slice(0, limit))
    expect(search.find('登记', 0)).toEqual([])
  })
})

test('all readings of a character are found', () => {
  expect(idsOf([itemOf('S01', '行长')], 'hangzhang')).toEqual(['S01'])
  expect(idsOf([itemOf('S01', '行长')], 'xingchang')).toEqual(['S01'])
  expect(idsOf([itemOf('S01', '绿卡')], 'lvka')).toEqual(['S01'])
  expect(idsOf([itemOf('S01', '绿卡')], 'luka')).toEqual(['S01'])
})

test('an accent is heard also where the letters are too few for slips', () => {
  expect(idsOf([itemOf('S01', '征地')], 'zendi')).toEqual(['S01'])
  expect(idsOf([itemOf('S01', '安全')], 'angquan')).toEqual(['S01'])
})

test('what stands on both sides of a wrong character holds together', () => {
  expect(idsOf([itemOf('S01', '停业登记'), itemOf('S02', '失业登记')], '失亚登记')).toEqual(['S02', 'S01'])
})

test('figures, letters and characters that nobody reads stand for themselves', () => {
  const items = [itemOf('S01', '12345热线'), itemOf('S02', 'ETC办理'), itemOf('S03', '㐀村登记')]
  expect(idsOf(items, '12345')).toEqual(['S01'])
  expect(idsOf(items, 'ｅｔｃ')).toEqual(['S02'])
  expect(idsOf(items, 'etcbanli')).toEqual(['S02'])
  expect(idsOf(items, '㐀')).toEqual(['S03'])
})

test('two items of one id are refused; none at all is an empty search', () => {
  expect(() => createSearch([itemOf('S01', '一'), itemOf('S01', '二')])).toThrow('share an id')
  expect(createSearch([]).find('社保', 5)).toEqual([])
})

test('what no key writes is no question', () => {
  for (const rubbish of ['\u0000社保', '社保\u001b', '\ud800', '社保\u{f0000}', '\ufffe'])
    expect(search.find(rubbish, 5)).toEqual([])
  expect(search.find('社保\r\n', 5).length).toBeGreaterThan(0)
  expect(search.find('社保😀', 5)).toEqual(search.find('社保', 5))
})

const glyph = fc.constantFrom(
  ...new Set(sampleSearchables.flatMap(({ name, words }) => [...name, ...(words ?? [])].flatMap((each) => [...each]))),
)
const typed = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(glyph, { maxLength: MAX_QUERY_GLYPHS }).map((glyphs) => glyphs.join('')),
  fc.stringMatching(/^[a-z0-9 ']{0,64}$/),
  fc
    .array(fc.oneof(glyph, fc.constantFrom('a', 'n', 'g', 'sh', 'ying', '1')), { maxLength: 30 })
    .map((parts) => parts.join('')),
)

test('whatever is typed: no throw, known ids once each, best first, the same again', () => {
  const known = new Set(sampleSearchables.map(({ id }) => id))
  fc.assert(
    fc.property(typed, fc.integer({ min: 1, max: 30 }), (query, limit) => {
      const hits = search.find(query, limit)
      expect(hits.length).toBeLessThanOrEqual(limit)
      expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length)
      for (const [place, hit] of hits.entries()) {
        expect(known.has(hit.id)).toBe(true)
        expect(hit.score).toBeGreaterThan(0)
        expect(hit.score).toBeLessThanOrEqual(hits[place - 1]?.score ?? Number.POSITIVE_INFINITY)
      }
      expect(search.find(query, limit)).toEqual(hits)
    }),
    { numRuns: 500 },
  )
})

const spelt = (text: string) => [...text].map((each) => readings.of(each)[0] ?? '')
const anItem = fc.constantFrom(...sampleSearchables)

test('any two neighbouring characters of a name, its sounds and their first letters find the item', () => {
  fc.assert(
    fc.property(anItem, fc.nat(), fc.integer({ min: 2, max: 12 }), (item, seed, length) => {
      const glyphs = item.name.match(/\p{Script=Han}/gu) ?? []
      const from = seed % (glyphs.length - 1)
      const part = glyphs.slice(from, from + length).join('')
      const sounds = spelt(part)
      for (const query of [part, sounds.join(''), sounds.map((sound) => sound[0]).join('')]) {
        expect(search.find(query, sampleSearchables.length).map(({ id }) => id)).toContain(item.id)
      }
    }),
  )
})

test('one slip in the pinyin of a name still finds the item', () => {
  fc.assert(
    fc.property(anItem, fc.nat(), (item, seed) => {
      const letters = spelt(item.name).join('').slice(0, 16)
      const at = seed % (letters.length - 1)
      const slipped = `${letters.slice(0, at)}${letters[at + 1]}${letters[at]}${letters.slice(at + 2)}`
      expect(search.find(slipped, sampleSearchables.length).map(({ id }) => id)).toContain(item.id)
    }),
  )
})

test('errors are counted as people make them', () => {
  expect(errorsWithin('denji', 'shiyedengji', 2)).toBe(1)
  expect(errorsWithin('dengji', 'shiyedengji', 2)).toBe(0)
  expect(errorsWithin('degnji', 'shiyedengji', 2)).toBe(1)
  expect(errorsWithin('dengjii', 'shiyedengji', 2)).toBe(1)
  expect(errorsWithin('zzzzzz', 'shiyedengji', 2)).toBe(3)
})

test('cutting off early counts no errors differently', () => {
  const letters = fc
    .array(fc.constantFrom('a', 'n', 'g', 'h'), { minLength: 1, maxLength: 14 })
    .map((each) => each.join(''))
  fc.assert(
    fc.property(letters, letters, fc.integer({ min: 1, max: 3 }), (query, text, most) => {
      const all = errorsWithin(query, text, query.length + text.length)
      expect(errorsWithin(query, text, most)).toBe(Math.min(all, most + 1))
    }),
    { numRuns: 2000 },
  )
})

test('syllables are cut as long as they go, and back where that ends nowhere', () => {
  expect(syllablesOf('yanglaojin')).toEqual(['yang', 'lao', 'jin'])
  expect(syllablesOf('fangan')).toEqual(['fang', 'an'])
  expect(syllablesOf('fangu')).toEqual(['fan', 'gu'])
  expect(syllablesOf('qwrt')).toEqual([])
})

test('an accent knows neither zh from z nor ng from n', () => {
  expect(accentsOf('sheng')).toEqual(['shen', 'seng', 'sen'])
  expect(accentsOf('zan')).toEqual(['zang', 'zhan', 'zhang'])
  expect(accentsOf('lao')).toEqual([])
})
