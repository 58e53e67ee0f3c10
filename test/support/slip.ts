import type { Page } from 'playwright-core'
import type { Workbench } from '../../electron/dev/workbench.ts'
import { type OnPage, statusShows } from './walk.ts'

/** Half-filled forms: given away by the staff sheet, and the slip's code read off the simulated paper. */

const nothing: OnPage = async () => undefined

/** From a page that is being filled in to the idle page; answers what a scanner reads off the slip. */
export async function handOver(page: Page, bench: Workbench, onPage: OnPage = nothing): Promise<string> {
  await giveAway(page, onPage)
  await page.getByTestId('handover-end').click()
  await page.getByTestId('idle-page').waitFor()
  // The new document listens by then.
  await statusShows(page, 'connected')
  bench.reader.takeCard()
  return slipCode(bench)
}

/** The same up to the page that says the slip is out; its button ends the visit. */
export async function giveAway(page: Page, onPage: OnPage = nothing): Promise<void> {
  await page.getByTestId('call-staff').click()
  await page.locator('[data-testid="hand-over"]:enabled').waitFor()
  await onPage('handover-entry')
  await page.getByTestId('hand-over').click()
  await page.getByTestId('handover-page').waitFor()
  await onPage('handover-asking')
  await page.locator('[data-testid="handover-do"]:enabled').click()
  await page.getByTestId('handover-done').waitFor()
  await onPage('handover-done')
}

export function slipCode(bench: Workbench): string {
  const elements = bench.printer.papers().at(-1)?.paper.elements ?? []
  const code = elements.flatMap((element) => (element.type === 'qr' ? [element.payload] : []))[0]
  if (code === undefined || !code.startsWith('bianmin-handover:')) throw new Error('the newest paper is no slip')
  return code
}
