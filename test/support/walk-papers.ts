import type { Page } from 'playwright-core'
import type { Workbench } from '../../electron/dev/workbench.ts'
import { agree, declineElder, type OnPage, openItem, putCard, touchCharacter } from './walk.ts'

const nothing: OnPage = async () => undefined

/** 恒盛纺织厂, for want of a street. */
const WORDS: readonly (readonly [string, string])[] = [
  ['heng', '恒'],
  ['sheng', '盛'],
  ['fang', '纺'],
  ['zhi', '织'],
  ['chang', '厂'],
]

async function press(page: Page, digits: string): Promise<void> {
  for (const digit of digits) await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
  await page.getByTestId('key-done').click()
}

/** From the idle page to the first paper of S04 (居民医保参保登记), which cannot do without a scanner; one person, in either mode. */
export async function walkToPaper(page: Page, bench: Workbench, mode: 'standard' | 'elder'): Promise<void> {
  await page.getByTestId(mode === 'elder' ? 'start-elder' : 'start').click()
  await openItem(page, 'S04')
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  putCard(bench, 'sun-guilan')
  await page.getByTestId('form-page').waitFor()
  const next = () => page.getByTestId('form-next').click()
  if (mode === 'standard') await declineElder(page, 'sun-guilan')
  await press(page, '1')
  if (mode === 'elder') await next()
  else await page.getByTestId('field-home').click()
  for (const [pinyin, character] of WORDS) await touchCharacter(page, pinyin, character)
  await page.getByTestId('key-done').click()
  await next()
  // Name and number are the card's.
  await next()
  if (mode === 'elder') await next()
  await page.getByTestId('choice-tier-basic').click()
  if (mode === 'elder') await next()
  else await page.getByTestId('field-phone').click()
  await press(page, '13800136021')
  await next()
  await page.getByTestId('paper-page').waitFor()
}

/** Scans what lies in the scanner and finds each page good; answers how many there were. */
export async function scanPages(page: Page, onPage: OnPage = nothing): Promise<number> {
  await page.getByTestId('scan').click()
  await page.getByTestId('paper-check-page').waitFor()
  let pages = 0
  for (;;) {
    await page.getByTestId('preview').waitFor()
    const question = await page.locator('main h1').first().textContent()
    await onPage(`paper-check-${++pages}`)
    await page.getByTestId('page-good').click()
    await page.waitForFunction((before) => document.querySelector('main h1')?.textContent !== before, question)
    if ((await page.getByTestId('paper-check-page').count()) === 0) return pages
  }
}
