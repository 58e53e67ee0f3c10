import { afterEach, beforeEach, expect, test } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { sign, statusShows, submitForTicket } from '../support/walk.ts'
import { scanPages, walkToPaper } from '../support/walk-papers.ts'
import { hubRows, openWorld, type World } from '../support/world.ts'

/** A paper that cannot be pledged, on a simulated scanner that speaks eSCL over real HTTP, from the glass to the hub. */
const STEP_TIMEOUT_MS = 40_000
const SHEETS = 3
let world: World

beforeEach(async () => {
  world = await openWorld({ allDevices: true })
  await world.startTerminal()
})
afterEach(() => world.close())

test('scanned without network, with a jam on the way, and opened at the hub whole', async () => {
  if (findChromium() === undefined) throw new Error('no Chromium: npm run setup')
  const { bench } = world.stack
  const sheets = bench.more?.sheets
  if (sheets === undefined) throw new Error('the bench has no scanner')
  const page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await statusShows(page, 'connected')
  await bench.network.cut()
  await statusShows(page, 'no-network')
  await walkToPaper(page, bench, 'standard')

  // Without a scanner there is one way on, and no other.
  sheets.setScanner('jam')
  await page.getByTestId('cannot-scan').waitFor()
  expect(await page.getByTestId('paper-pledge').count()).toBe(0)
  await page.getByTestId('paper-staff').waitFor()
  sheets.setScanner(null)

  await page.getByTestId('scan').click()
  await page.getByTestId('paper-check-page').waitFor()
  const first = await page.getByTestId('preview').getAttribute('src')
  expect(first).toMatch(/^data:image\/jpeg;base64,/)
  // Not good: none of these is looked at again, nor handed in.
  for (let sheet = 0; sheet < SHEETS; sheet++) {
    await page.locator(`[data-testid="preview"][alt$="1页"]`).waitFor()
    await page.getByTestId('page-again').click()
  }
  sheets.scanner.loadFeeder(SHEETS)
  expect(await scanPages(page)).toBe(SHEETS)
  await page.locator(`[data-testid="paper-count"][data-pages="${SHEETS}"]`).waitFor()
  await page.getByTestId('paper-next').click()
  await page.getByTestId('confirm-page').waitFor()
  await page.getByTestId('summary-more').click()
  expect(await page.getByTestId('summary-paper-household').innerText()).toContain(`${SHEETS}`)
  await sign(page)
  const ticket = await submitForTicket(page)

  await bench.network.restore()
  await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
  const row = (await hubRows(world.stack)).find((each) => each.ticket === ticket)
  // 已受理: the hub has opened the envelope, found every page whole by its hash, and every wanted paper given.
  const casePage = new URL(`/submissions/${row?.submission_id}`, world.stack.hubUrl)
  await expect
    .poll(async () => (await fetch(casePage)).text(), { timeout: STEP_TIMEOUT_MS })
    .toMatch(/已受理|需补正|不予受理/)
  expect(await (await fetch(casePage)).text()).toContain('已受理')
  expect(world.log.filter(({ event }) => event === 'papers-scanned').at(-1)).toMatchObject({ pages: SHEETS })
})
