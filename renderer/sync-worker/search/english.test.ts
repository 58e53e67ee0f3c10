import { describe, expect, test } from 'vitest'
import { createSearch, type Searchable } from './search.ts'
import { sampleSearchables } from './testing/items.ts'

const NAMES: readonly (readonly [id: string, name: string, topic: string])[] = [
  ['S07', 'Registration as unemployed', 'Work'],
  ['S01', 'Proof of social insurance', 'Social insurance'],
  ['S02', 'Pension certification', 'Social insurance'],
  ['S04', 'Joining residents’ medical insurance', 'Health'],
  ['S10', 'Print a business licence', 'Business'],
]
const withEnglish: readonly Searchable[] = sampleSearchables.map((item) => {
  const named = NAMES.find(([id]) => id === item.id)
  return named === undefined ? item : { ...item, english: { name: named[1], topic: named[2] } }
})
const search = createSearch(withEnglish)
const ids = (query: string) => search.find(query, 10).map(({ id }) => id)

describe('words of an English name', () => {
  test.each([
    ['unemployed', ['S07']],
    ['Unempl', ['S07']],
    ['pension', ['S02']],
    ['business licence', ['S10']],
    // As it is typed on a keyboard whose space chooses a character.
    ['businesslicence', ['S10']],
    ['licence business', ['S10']],
    ['proofofsocialinsurance', ['S01']],
    // A name from its beginning, then within it, then the topic.
    ['insurance', ['S01', 'S04', 'S02']],
    ['work', ['S07']],
  ])('%s', (query, wanted) => {
    expect(ids(query)).toEqual(wanted)
  })

  test.each(['employed', 'surance', 'business pension', 'work 12', 'wo'])('%s finds nothing by English', (query) => {
    expect(search.find(query, 10).filter(({ why }) => why === 'english')).toEqual([])
  })
})

test('what Chinese, pinyin, first letters and slips find stays first, and in its order', () => {
  const without = createSearch(sampleSearchables)
  for (const query of [
    '登记',
    'sydj',
    'yanglao',
    'yanglap',
    '社保',
    '失亚登记',
    'gongjijin',
    'pen',
    'can',
    'bao',
    'zhi',
  ]) {
    const before = without.find(query, 18).map(({ id }) => id)
    const now = search.find(query, 18)
    expect(
      now.filter(({ id }) => before.includes(id)).map(({ id }) => id),
      query,
    ).toEqual(before)
  }
})
