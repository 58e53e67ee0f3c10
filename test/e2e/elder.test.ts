import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Violation } from '../a11y/in-page.ts'
import { checkPage } from '../a11y/page-check.ts'
import { findChromium } from '../support/chromium.ts'
import { agree, endVisit, putCard, statusShows, walkElderPension } from '../support/walk.ts'
import { openWorld, type World } from '../support/world.ts'

/** Acceptance test 2 of domain.md section 5.3: S02 for an 85-year-old, in at most so many pages, none of which scrolls. */
const MOST_PAGES = 8
const SCREENS = [
  ['21.5 inch', { width: 1080, height: 1920 }, 4.03],
  ['lying', { width: 1920, height: 1080 }, 4.03],
] as const

let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.startTerminal()
})
afterEach(() => world.close())

test.for(SCREENS)('an 85-year-old renews her pension alone: %s', async ([, viewport], context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await world.openPage({ viewport })
  page.setDefaultTimeout(40_000)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await statusShows(page, 'connected')
  const found: Violation[] = []
  const pages = new Set<string>()
  await walkElderPension(page, world.stack.bench, async (name) => {
    const progress = await page.locator('main h1').first().textContent()
    pages.add(`${progress}`)
    found.push(...(await checkPage(page, name)))
  })
  expect(found).toEqual([])
  expect(pages.size).toBeGreaterThan(5)
  expect(pages.size).toBeLessThanOrEqual(MOST_PAGES)
  await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
  await endVisit(page)
  // The next visitor begins as everybody does.
  await page.getByTestId('idle-page').waitFor()
  expect(await page.evaluate(() => document.documentElement.dataset.mode)).not.toBe('elder')
})

test('whoever is 60 by the card is offered elder mode once, and keeps what was filled in', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await world.openPage()
  page.setDefaultTimeout(40_000)
  await page.getByTestId('start').click()
  await page.getByTestId('item-S07').click()
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  putCard(world.stack.bench, 'sun-guilan')
  await page.getByTestId('elder-offer-take').click()
  await page.getByTestId('elder-offer').waitFor({ state: 'detached' })
  expect(await page.locator('.field').count()).toBe(1)
  await page.getByTestId('look-tool').click()
  await page.getByTestId('look-standard').click()
  await page.getByTestId('look-close').click()
  expect(await page.locator('.field').count()).toBeGreaterThan(1)
  expect(await page.getByTestId('elder-offer').count()).toBe(0)
})
