import type { Page } from 'playwright-core'
import {
  agree,
  chooseLanguage,
  declineElder,
  endWithRating,
  OTHER_LANGUAGES,
  openItem,
  putCard,
  statusShows,
  submitForTicket,
  walkElderPension,
  walkToConfirm,
} from '../support/walk.ts'
import type { World } from '../support/world.ts'
import { LONGER_THAN_MS } from './timeouts.ts'

type Check = (name: string) => Promise<void>
type Checks = (prefix: string) => Check

/** S07 in every other language, from its own idle page on; S02 in elder mode in English, and what it adds in those that are proofs of layout. */
export async function languageJourneys(page: Page, world: World, checkAs: Checks, wordsAs: Checks): Promise<void> {
  for (const language of OTHER_LANGUAGES) {
    await chooseLanguage(page, language)
    await registration(page, world, checkAs(`${language} `))
    if (language === 'en') {
      await elderPension(page, world, checkAs('en elder '), language)
      continue
    }
    await pensionInLanguage(page, world, language, checkAs, wordsAs)
    await stillThereInLanguage(page, language, checkAs(`${language} `))
  }
}

async function registration(page: Page, world: World, check: Check): Promise<void> {
  const { bench } = world.stack
  await walkToConfirm(page, bench, 'zhou-mingyuan', check)
  await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await check('receipt')
  await endWithRating(page, check)
  bench.reader.takeCard()
  await page.getByTestId('idle-page').waitFor()
}

/**
 * S02 as far as it has pages that S07 has not, and the staff's sheet; then in elder mode to its end, for its words:
 * whether they are there, not yet whether every one of them fits.
 */
async function pensionInLanguage(
  page: Page,
  world: World,
  language: 'ug' | 'bo',
  checkAs: Checks,
  wordsAs: Checks,
): Promise<void> {
  const { bench } = world.stack
  const check = checkAs(`${language} S02-`)
  await chooseLanguage(page, language)
  await page.getByTestId('start').click()
  await openItem(page, 'S02')
  await page.getByTestId('item-self').waitFor()
  await check('item')
  await page.getByTestId('call-staff').click()
  await page.getByTestId('staff-sheet').waitFor()
  await check('staff')
  await page.getByTestId('staff-close').click()
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page', check)
  putCard(bench, 'zhao-dehou')
  await page.getByTestId('elder-offer').waitFor()
  await check('elder-offer')
  await declineElder(page, 'zhao-dehou')
  await page.getByTestId('form-page').waitFor()
  await check('form')
  await page.getByTestId('end-visit').click()
  bench.reader.takeCard()
  await page.getByTestId('idle-page').waitFor()
  await elderPension(page, world, wordsAs(`${language} elder `), language)
}

/** S02 in elder mode, to its end. */
async function elderPension(
  page: Page,
  world: World,
  check: Check,
  language: (typeof OTHER_LANGUAGES)[number],
): Promise<void> {
  const { bench } = world.stack
  await chooseLanguage(page, language)
  await walkElderPension(page, bench, check)
  await endWithRating(page, check)
  bench.reader.takeCard()
  await page.getByTestId('idle-page').waitFor()
}

/** Asked whether somebody is there. */
async function stillThereInLanguage(page: Page, language: 'ug' | 'bo', check: Check): Promise<void> {
  await page.clock.install()
  await page.reload()
  await statusShows(page, 'connected')
  await chooseLanguage(page, language)
  await page.getByTestId('start').click()
  await openItem(page, 'S02')
  await page.clock.runFor(LONGER_THAN_MS.standard)
  await page.getByTestId('still-there').waitFor()
  await check('still-there')
  await page.clock.resume()
  await page.reload()
  await page.getByTestId('idle-page').waitFor()
}
