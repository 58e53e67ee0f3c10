import { afterEach, beforeEach, expect, test } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { statusShows, touchCharacter } from '../support/walk.ts'
import { openWorld, type World } from '../support/world.ts'

/** Finding an item by what is typed, in the worker, with the network cut. */
const STEP_TIMEOUT_MS = 40_000
let world: World

beforeEach(async () => {
  world = await openWorld()
  await world.startTerminal()
})
afterEach(() => world.close())

test('letters, characters and slips find the item without network; nothing found leads to staff', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  await world.logged('package-taken', (line) => line.kind === 'catalogue')
  await world.stack.bench.network.cut()
  await world.logged('connection-changed', (line) => line.connection === 'no-network')
  const page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await statusShows(page, 'no-network')
  const type = async (letters: string) => {
    for (const letter of letters) await page.getByTestId(`key-${letter}`).click()
  }
  const first = page.getByTestId('search-items').locator('.item-card').first()
  const firstIs = (query: string, item: string) =>
    page.locator(`[data-query="${query}"] > :first-child[data-testid="item-${item}"]`).waitFor()

  await page.getByTestId('start').click()
  await page.getByTestId('search-entry').click()
  await type('sydj')
  await firstIs('sydj', 'S07')
  expect(await first.locator('[data-badge]').getAttribute('data-badge')).toBe('taken-in')
  await first.click()
  await page.getByTestId('item-page').waitFor()
  // Back to what was typed and found.
  await page.getByTestId('back').click()
  await firstIs('sydj', 'S07')

  await page.getByTestId('search-clear').click()
  await type('kuashengyidijuyi')
  await firstIs('kuashengyidijuyi', 'S03')

  await page.getByTestId('search-clear').click()
  await touchCharacter(page, 'yang', '养')
  await type('laoj')
  await firstIs('养laoj', 'S02')
  expect(await page.getByTestId('search-box').inputValue()).toBe('养')

  await page.getByTestId('search-clear').click()
  await type('zzqq')
  await page.getByTestId('search-nothing').waitFor()
  await page.getByTestId('search-staff').click()
  await page.getByTestId('staff-sheet').waitFor()
  await page.getByTestId('staff-close').click()

  // A keyboard on the desk, and whatever it may paste.
  await page.getByTestId('search-clear').click()
  await page.getByTestId('search-box').fill('0'.repeat(10_240))
  await page.getByTestId('search-nothing').waitFor()
  await page.getByTestId('search-box').fill('失业')
  await firstIs('失业', 'S07')
  await page.getByTestId('home').click()
  await page.getByTestId('home-page').waitFor()
})
