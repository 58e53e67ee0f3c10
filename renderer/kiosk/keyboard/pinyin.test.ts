import layout from 'simple-keyboard-layouts/build/layouts/chinese.js'
import { expect, test } from 'vitest'
import { candidatesOf, tableOf } from './pinyin.ts'

const rows = (layout as { layoutCandidates?: Record<string, string> }).layoutCandidates ?? {}
const table = tableOf(rows)
const first = (buffer: string) => candidatesOf(buffer, table).characters[0]

test('the library has a table of syllables', () => {
  expect(Object.keys(table).length).toBeGreaterThan(390)
})

test('a syllable gives its characters by frequency', () => {
  expect(candidatesOf('fang', table)).toMatchObject({ taken: 4 })
  expect(first('fang')).toBe('方')
  expect(candidatesOf('zhi', table).characters.slice(0, 3)).toEqual(['制', '之', '治'])
})

test('of several syllables the first is taken, the rest stays', () => {
  expect(candidatesOf('fangzhi', table)).toMatchObject({ taken: 4 })
  expect(candidatesOf("xi'an", table)).toMatchObject({ taken: 3, characters: table.xi })
  expect(candidatesOf("'an", table)).toMatchObject({ taken: 3, characters: table.an })
})

test('a syllable that is still being typed gives guesses of all that begin so', () => {
  const guesses = candidatesOf('zh', table)
  expect(guesses.taken).toBe(2)
  expect(guesses.characters).toEqual(expect.arrayContaining(['制', '中']))
  expect(new Set(guesses.characters).size).toBe(guesses.characters.length)
})

test('nothing typed, or nothing that exists, gives nothing', () => {
  expect(candidatesOf('', table)).toEqual({ taken: 0, characters: [] })
  expect(candidatesOf('i', table).characters).toEqual([])
})
