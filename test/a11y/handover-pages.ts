import type { Page } from 'playwright-core'
import { giveAway, slipCode } from '../support/slip.ts'
import { typeCode } from '../support/staff-badge.ts'
import { agree, answerRegistration, putCard, statusShows } from '../support/walk.ts'
import type { World } from '../support/world.ts'

type Check = (name: string) => Promise<void>

/** Every page on which a half-filled form is given away or taken up again, in both modes; `check` is called once on each. */
export async function handoverPages(page: Page, world: World, check: Check): Promise<void> {
  for (const mode of ['standard', 'elder'] as const) await inMode(page, world, mode, (name) => check(`${mode} ${name}`))
}

async function inMode(
  page: Page,
  { stack: { bench } }: World,
  mode: 'standard' | 'elder',
  check: Check,
): Promise<void> {
  const atIdle = async () => {
    await page.getByTestId('idle-page').waitFor()
    // The first screen stands before the document is at work; nobody hears a slip until then.
    await statusShows(page, 'connected')
    bench.reader.takeCard()
  }
  await atIdle()
  if (mode === 'elder') {
    await page.getByTestId('start-elder').click()
    await page.getByTestId('item-S02').click()
    await page.getByTestId('item-self').click()
    await agree(page, 'card-page')
    putCard(bench, 'zhao-dehou')
    await page.getByTestId('choice-pensionType-resident').click()
  } else {
    await page.getByTestId('start').click()
    await page.getByTestId('item-S07').click()
    await page.getByTestId('item-self').click()
    await agree(page, 'card-page')
    putCard(bench, 'zhou-mingyuan')
    await page.getByTestId('form-page').waitFor()
    await answerRegistration(page)
  }
  await bench.network.cut()
  await statusShows(page, 'no-network')
  await page.getByTestId('call-staff').click()
  await page.locator('[data-testid="hand-over"]:disabled').waitFor()
  await check('handover-offline')
  await page.getByTestId('staff-close').click()
  await bench.network.restore()
  await statusShows(page, 'connected')

  await page.getByTestId('call-staff').click()
  await page.locator('[data-testid="hand-over"]:enabled').click()
  await page.getByTestId('handover-page').waitFor()
  bench.printer.paperOut()
  await page.locator('[data-testid="handover-do"]:disabled').waitFor()
  await check('handover-no-paper')
  bench.printer.loadPaper()
  await page.locator('[data-testid="handover-do"]:enabled').waitFor()
  await page.getByTestId('handover-go-on').click()
  await giveAway(page, check)
  await page.getByTestId('handover-end').click()
  await atIdle()
  const code = slipCode(bench)

  await typeCode(page, code)
  await page.getByTestId('slip-card').waitFor()
  await check('slip-card')
  putCard(bench, 'zhou-xiaoman')
  await page.getByTestId('slip-wrong-card').waitFor()
  await check('slip-wrong-card')
  await page.getByTestId('slip-end').click()
  await atIdle()
  await typeCode(page, code)
  await page.getByTestId('slip-card').waitFor()
  putCard(bench, mode === 'elder' ? 'zhao-dehou' : 'zhou-mingyuan')
  await agree(page, mode === 'elder' ? 'form-page' : 'paper-page', check)
  await check('slip-taken-up')
  await page.getByTestId('end-visit').click()
  await atIdle()
}
