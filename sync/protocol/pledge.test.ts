import { expect, test } from 'vitest'
import type { Material } from './item-parts.ts'
import { pledgeWords } from './pledge.ts'

const paper = (id: string, change: Partial<Material>): Material => ({
  ...{ id, name: { zh: id }, required: true, sources: ['scan'], maxPages: 1, maxBytes: 9, pledgeInstead: true },
  ...change,
})
const item = {
  pledge: { title: { zh: '承诺书' }, text: { zh: '内容属实。', en: 'All is true.', bo: 'བདེན།' } },
  materials: [
    paper('proof', { notHandedIn: { zh: '我没有带证明。', en: 'I brought no proof.' } }),
    paper('letter', { notHandedIn: { zh: '我没有带信。', en: 'No letter.' }, when: { field: 'kind', in: ['b'] } }),
    paper('note', { required: false, notHandedIn: { zh: '我没有带条子。' } }),
    paper('place', {}),
  ],
}
const by = (...ways: readonly (readonly [string, 'scan' | 'pledge'])[]) =>
  ways.map(([materialId, way]) => ({ materialId, by: way }))
const NOT_HANDED_IN = '我没有带证明。内容属实。'
const BROUGHT = '内容属实。'

test.each([
  ['pledged', 'a', by(['proof', 'pledge']), [], NOT_HANDED_IN],
  ['neither pledged nor scanned', 'a', [], [], NOT_HANDED_IN],
  ['scanned, and said so', 'a', by(['proof', 'scan']), ['proof'], BROUGHT],
  ['scanned', 'a', [], ['proof'], BROUGHT],
  ['one scanned, one pledged', 'b', by(['letter', 'pledge']), ['proof'], '我没有带信。内容属实。'],
  ['both pledged', 'b', [], [], '我没有带证明。我没有带信。内容属实。'],
  ['a paper that may be left out is, and another is pledged', 'a', by(['place', 'pledge']), ['proof'], BROUGHT],
  ['a paper that may be left out is pledged', 'a', by(['note', 'pledge']), ['proof'], '我没有带条子。内容属实。'],
] as const)('a paper %s: what is signed says so', (_what, kind, given, scanned, zh) => {
  const words = pledgeWords(
    item,
    { kind },
    given,
    scanned.map((materialId) => ({ materialId })),
  )
  expect(words?.zh).toBe(zh)
})

test('a language stands where all of its parts do; an item without a pledge has no words', () => {
  expect(pledgeWords(item, {}, [], [{ materialId: 'proof' }])).toEqual(item.pledge.text)
  expect(pledgeWords(item, {}, [], [])).toEqual({ zh: NOT_HANDED_IN, en: 'I brought no proof. All is true.' })
  expect(Object.keys(pledgeWords(item, {}, by(['note', 'pledge']), []) ?? {})).toEqual(['zh'])
  expect(pledgeWords({ materials: item.materials, pledge: undefined }, {}, [], [])).toBeUndefined()
})
