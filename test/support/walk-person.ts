import type { Page } from 'playwright-core'
import type { Workbench } from '../../electron/dev/workbench.ts'
import { agree, declineElder, type OnPage, openItem, putCard } from './walk.ts'

const nothing: OnPage = async () => undefined

/** Who has everything in the sample departments that S05 asks for: account, balance, day of retirement, certificate. */
export const RETIRED = 'sun-guilan'
const TYPED: Readonly<Record<string, string>> = {
  amount: '5000',
  bankCard: '6222990101001000019',
  phone: '13800136021',
}

/**
 * S05 (退休提取公积金), connected, from the idle page to the summary: what the departments say, one of it contested, and
 * the e-licence in the paper's place.
 */
export async function walkWithShared(
  page: Page,
  bench: Workbench,
  mode: 'standard' | 'elder',
  onPage: OnPage = nothing,
): Promise<void> {
  await page.getByTestId(mode === 'elder' ? 'start-elder' : 'start').click()
  await openItem(page, 'S05')
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page', onPage)
  putCard(bench, RETIRED)
  await page.getByTestId('form-page').waitFor()
  if (mode === 'standard') await declineElder(page, RETIRED)
  for (;;) {
    const here = await page.locator('[data-page]').getAttribute('data-page')
    if ((await page.locator('[data-field="retireDate"]').count()) > 0) {
      await page.getByTestId('shared-retireDate').waitFor()
      await onPage('shared')
    }
    if ((await page.locator('[data-field="balance"]').count()) > 0) {
      await page.getByTestId('contest-balance').click()
      await typeInto(page, 'balance', '90000')
      await page.getByTestId('contested-balance').waitFor()
      await onPage('contested')
    }
    for (const [field, digits] of Object.entries(TYPED))
      if ((await page.locator(`[data-field="${field}"]`).count()) > 0) await typeInto(page, field, digits)
    await page.getByTestId('form-next').click()
    // Between the last question and the first paper neither may stand for a moment.
    await page.waitForFunction((before) => {
      const next = document.querySelector('[data-page]')?.getAttribute('data-page')
      return (next !== undefined && next !== before) || document.querySelector('[data-testid="paper-page"]') !== null
    }, here)
    if ((await page.getByTestId('paper-page').count()) > 0) break
  }
  await page.getByTestId('licence').waitFor()
  await onPage('licence')
  await page.getByTestId('paper-licence').click()
  await page.getByTestId('confirm-page').waitFor()
  await onPage('shared-confirm')
}

async function typeInto(page: Page, field: string, digits: string): Promise<void> {
  await page.getByTestId(`field-${field}`).click()
  for (const digit of digits) await page.locator('.tray').getByTestId(`key-${digit}`).click()
  await page.locator('.tray').getByTestId('key-done').click()
}

/** From the idle page to a case of hers, by her card, connected. */
export async function walkMyCases(
  page: Page,
  bench: Workbench,
  mode: 'standard' | 'elder',
  ticket: string,
  onPage: OnPage = nothing,
): Promise<void> {
  await page.getByTestId(mode === 'elder' ? 'start-elder' : 'start').click()
  await page.getByTestId('my-cases').click()
  await page.getByTestId('card-page').waitFor()
  await onPage('cases-card')
  putCard(bench, RETIRED)
  if (mode === 'standard') await declineElder(page, RETIRED)
  await page.getByTestId(`case-${ticket}`).waitFor()
  await onPage('cases')
  await page.getByTestId(`case-${ticket}`).click()
  await page.getByTestId('case-found').waitFor()
  await onPage('case')
}

/** Without network: why not, and the other way. */
export async function walkNoCases(page: Page, mode: 'standard' | 'elder', onPage: OnPage = nothing): Promise<void> {
  await page.getByTestId(mode === 'elder' ? 'start-elder' : 'start').click()
  await page.getByTestId('my-cases').click()
  await page.getByTestId('cases-offline').waitFor()
  await onPage('cases-offline')
  await page.getByTestId('cases-by-ticket').click()
  await page.getByTestId('lookup-page').waitFor()
}
