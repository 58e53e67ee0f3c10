import type { Page } from 'playwright-core'
import type { Workbench } from '../../electron/dev/workbench.ts'
import { type OnPage, touchCharacter } from './walk.ts'

/** Signing in other than by resident card, by touch: from the card page to wherever main says who it is. */

const nothing: OnPage = async () => undefined

export async function signInBySocialSecurity(
  page: Page,
  bench: Workbench,
  personId: string,
  onPage: OnPage = nothing,
): Promise<void> {
  await page.getByTestId('way-social-security').click()
  await page.getByTestId('social-security-page').waitFor()
  await onPage('social-security')
  bench.more?.liftCard()
  if (bench.more?.insertCard(personId) !== true) throw new Error(`no social-security card of ${personId}`)
}

export async function signInByCode(
  page: Page,
  show: (text: string) => Promise<unknown>,
  code: string,
  onPage: OnPage = nothing,
): Promise<void> {
  await page.getByTestId('way-code').click()
  await page.getByTestId('code-page').waitFor()
  await onPage('code')
  await show(code)
}

/** 周明远, as staff reads it off his card. */
export const WITNESSED = { name: '周明远', idNumber: '990101198611020033' }
const NAME_KEYS = [
  ['zhou', '周'],
  ['ming', '明'],
  ['yuan', '远'],
] as const

/** The staff who helps types number and name of 周明远. */
export async function signInByWitness(page: Page, onPage: OnPage = nothing): Promise<void> {
  await page.getByTestId('way-witness').click()
  await page.getByTestId('witness-page').waitFor()
  await onPage('witness')
  await page.getByTestId('witness-checked').click()
  await page.getByTestId('number-pad').waitFor()
  for (const digit of WITNESSED.idNumber) await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
  await onPage('witness-number')
  await page.getByTestId('key-done').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('key-z').waitFor()
  for (const [pinyin, character] of NAME_KEYS) await touchCharacter(page, pinyin, character)
  await onPage('witness-name')
  await page.getByTestId('key-done').click()
  await page.getByTestId('form-next').click()
}
