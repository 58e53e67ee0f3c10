import type { Page } from 'playwright-core'
import { bo } from '../../renderer/ui/strings/bo.ts'
import type { Texts } from '../../renderer/ui/strings/texts.ts'
import { ug } from '../../renderer/ui/strings/ug.ts'
import { zh } from '../../renderer/ui/strings/zh.ts'
import type { Found, Violation } from './in-page.ts'

const PARTIAL: Readonly<Record<string, Texts>> = { ug, bo }

/** Chinese in every language (the wordmark, seals, a language's own name, the keyboard's marks), or of a journey not walked in these two. */
const NOT_ASKED =
  /^(brand|idle\.seal|elder-home\.look-up-seal|surnames\.|language\.name|keyboard\.symbols|complaint\.|binding\.)/
const HAN = /\p{Script=Han}/u
const SPECIAL = /[.*+?^${}()|[\]\\]/g

/** Our own sentences that stand on the page in Chinese because its language has none: names and data are not ours. */
export async function findUntranslated(page: Page): Promise<readonly Found[]> {
  const language = await page.evaluate(() => document.documentElement.lang)
  const texts = PARTIAL[language]
  if (texts === undefined) return []
  const words = await page.evaluate(() => {
    const own = [...document.body.querySelectorAll('*')].map((element) =>
      [...element.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent ?? '')
        .join(''),
    )
    const labels = [...document.body.querySelectorAll('[aria-label]')].map(
      (each) => each.getAttribute('aria-label') ?? '',
    )
    return [...own, ...labels]
  })
  return chineseOf(texts, new Set(words.map((each) => each.trim()).filter((each) => HAN.test(each))))
}

/** What checkPage finds of it, and nothing else. */
export async function checkWords(page: Page, name: string): Promise<readonly Violation[]> {
  return (await findUntranslated(page)).map((each) => ({ page: name, ...each }))
}

/** The keys without a text in `texts` whose Chinese is among `words`, each with the words it was known by. */
export function chineseOf(texts: Texts, words: ReadonlySet<string>): readonly Found[] {
  const missing = Object.entries(zh).filter(([key]) => !(key in texts) && !NOT_ASKED.test(key))
  const patterns = missing.flatMap(([key, { text }]) =>
    text
      .split('\n')
      .filter((line) => HAN.test(line.replaceAll(/\{\w+\}/g, '')))
      .map((line) => ({ key, pattern: patternOf(line) })),
  )
  return [...words].flatMap((each) => {
    const { key } = patterns.find(({ pattern }) => pattern.test(each)) ?? {}
    return key === undefined ? [] : [{ rule: 'untranslated' as const, where: key, detail: each }]
  })
}

/** The whole of a line, with anything where a name is filled in. */
function patternOf(line: string): RegExp {
  const parts = line.split(/\{\w+\}/).map((part) => part.replaceAll(SPECIAL, '\\$&'))
  return new RegExp(`^${parts.join('.+')}$`, 'u')
}
