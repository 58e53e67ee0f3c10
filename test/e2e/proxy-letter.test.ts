import { expect, test } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import {
  agree,
  answerRegistration,
  putCard,
  sign,
  statusShows,
  submitForTicket,
  touchCharacter,
} from '../support/walk.ts'
import { scanPages } from '../support/walk-papers.ts'
import { hubRows, openWorld } from '../support/world.ts'

/** 赵德厚, who stayed at home. */
const NAME: readonly (readonly [string, string])[] = [
  ['zhao', '赵'],
  ['de', '德'],
  ['hou', '厚'],
]
const NUMBER = '99010119410307001X'

test('with a letter of authority: for whom is typed, the letter is scanned, the hub finds it whole', async (context) => {
  if (findChromium() === undefined) context.skip('no Chromium: npm run setup')
  const world = await openWorld({ allDevices: true })
  try {
    await world.startTerminal()
    const { bench } = world.stack
    const page = await world.openPage()
    page.setDefaultTimeout(40_000)
    await statusShows(page, 'connected')
    await page.getByTestId('start').click()
    await page.getByTestId('item-S07').click()
    await page.getByTestId('item-proxy').click()
    await agree(page, 'card-page')
    putCard(bench, 'zhou-mingyuan')
    await page.getByTestId('choice-proxy-relation-child').click()
    await page.getByTestId('form-next').click()
    await page.getByTestId('choice-proxy-authority-scanned-authority').click()
    await page.getByTestId('form-next').click()
    for (const [pinyin, character] of NAME) await touchCharacter(page, pinyin, character)
    await page.getByTestId('key-done').click()
    await page.getByTestId('form-next').click()
    for (const digit of NUMBER) await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
    await page.getByTestId('key-done').click()
    await page.getByTestId('form-next').click()
    await page.getByTestId('field-employer').waitFor()

    await answerRegistration(page)
    // His own paper may be pledged; the letter may not.
    await page.getByTestId('paper-pledge').click()
    await page.getByTestId('scan').waitFor()
    expect(await page.getByTestId('paper-pledge').count()).toBe(0)
    bench.more?.sheets.scanner.loadFeeder(1)
    expect(await scanPages(page)).toBe(1)
    const next = page.getByTestId('paper-next')
    if ((await next.count()) > 0) await next.click()
    await page.getByTestId('confirm-page').waitFor()
    await sign(page)
    const ticket = await submitForTicket(page)
    await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
    const row = (await hubRows(world.stack)).find((each) => each.ticket === ticket)
    const casePage = new URL(`/submissions/${row?.submission_id}`, world.stack.hubUrl)
    await expect
      .poll(async () => /待打开|已受理|需补正|不予受理/.exec(await (await fetch(casePage)).text())?.[0], {
        timeout: 30_000,
      })
      .toBe('已受理')
  } finally {
    await world.close()
  }
})
