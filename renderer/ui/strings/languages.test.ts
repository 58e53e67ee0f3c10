import { expect, test } from 'vitest'
import { bo } from './bo.ts'
import { en } from './en.ts'
import { loadLanguage, showLanguage, shownLanguage } from './language.ts'
import { isChinese } from './mark-chinese.ts'
import { local, say, sayAloud, sentences } from './say.ts'
import type { Texts } from './texts.ts'
import { ug } from './ug.ts'
import { zh } from './zh.ts'

const KEYS = Object.keys(zh).sort()
const OTHERS: readonly (readonly [string, Texts])[] = [
  ['en', en],
  ['ug', ug],
  ['bo', bo],
]
/** Chinese on purpose: the wordmark, seals, surnames, the name of a language, the signs of the pinyin keyboard. */
const CHINESE_IN_ENGLISH =
  /^(brand|idle\.seal|elder-home\.look-up-seal|complaint\.seal|binding\.seal|surnames\.|language\.name\.zh|keyboard\.symbols)/
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

test('English has every string: translate what is named here in renderer/ui/strings/en.ts', () => {
  const texts: Texts = en
  expect(KEYS.filter((key) => !(key in texts))).toEqual([])
})

test.each(OTHERS)('%s has no string that is gone, none that is empty, and fills in the same names', (_, texts) => {
  const gone = Object.keys(texts).filter((key) => !(key in zh))
  expect(gone).toEqual([])
  for (const [key, entry] of Object.entries(texts)) {
    const { text: chinese } = zh[key as keyof typeof zh]
    expect(entry.text.trim(), key).not.toBe('')
    expect(entry.voice?.trim(), key).not.toBe('')
    expect(names(entry.text), key).toEqual(names(chinese))
    if (entry.voice !== undefined) expect(names(entry.voice), key).toEqual(names(chinese))
    expect(entry.text, key).not.toMatch(/!|\u2026/)
  }
})

test('what is English is English', () => {
  for (const [key, { text }] of Object.entries<{ text: string }>(en)) {
    if (!CHINESE_IN_ENGLISH.test(key)) expect(text, key).not.toMatch(/\p{Script=Han}/u)
  }
})

test('a language is shown once its words are there; what it lacks is Chinese', async () => {
  const seen: string[] = []
  const stop = shownLanguage.subscribe(() => seen.push(shownLanguage.get()))
  showLanguage('ug')
  expect(seen).toEqual([])
  expect(await loadLanguage('ug', () => Promise.reject(new Error('no such file')))).toBe(false)
  showLanguage('ug')
  expect(say('footer.back')).toBe(zh['footer.back'].text)
  expect(await loadLanguage('ug')).toBe(true)
  showLanguage('ug')
  expect(seen).toEqual(['ug'])
  expect(say('footer.back')).toBe(ug['footer.back'].text)
  expect(say('maintain.leave')).toBe(zh['maintain.leave'].text)
  expect(local({ zh: '甲', en: 'A' })).toBe('甲')
  expect(await loadLanguage('en')).toBe(true)
  showLanguage('en')
  expect(local({ zh: '甲', en: 'A' })).toBe('A')
  expect(sayAloud('still.title')).toBe(en['still.title'].voice)
  expect(sayAloud('footer.back')).toBe(en['footer.back'].text)
  showLanguage('zh')
  expect(seen).toEqual(['ug', 'en', 'zh'])
  stop()
})

test('sentences are parted by a space unless their own mark does it', () => {
  expect(sentences('回执打印好了。', '请拿好。')).toBe('回执打印好了。请拿好。')
  expect(sentences('It is printed.', 'Please take it.')).toBe('It is printed. Please take it.')
})

test.each([
  ['失业登记', true],
  ['手机号 138', true],
  ['Mr 赵 is here', false],
  ['ئۇيغۇرچە', false],
  ['སྐད་ཡིག', false],
  ['10:48', false],
])('%s is Chinese: %s', (words, wanted) => {
  expect(isChinese(words)).toBe(wanted)
})
