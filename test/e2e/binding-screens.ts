import type { Page } from 'playwright-core'
import { type OnPage, putCard, statusShows, submitForTicket } from '../support/walk.ts'
import { bindingHolds, walkBinding, walkToBound, walkToHisBindings } from '../support/walk-binding.ts'
import type { World } from '../support/world.ts'

/** Every page of 亲情绑定: made, used, told of, ended; and without network. */
export async function bindingPictures(
  page: Page,
  { stack: { bench, hubUrl } }: Pick<World, 'stack'>,
  mode: 'standard' | 'elder',
  picture: OnPage,
): Promise<void> {
  const over = async () => {
    bench.reader.takeCard()
    await page.getByTestId('end-visit').click()
    await page.getByTestId('idle-page').waitFor()
  }
  const start = mode === 'elder' ? 'start-elder' : 'start'
  await walkBinding(page, bench, mode, picture)
  await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await picture('binding-receipt')
  await over()
  await bindingHolds(hubUrl)
  await walkToBound(page, bench, mode, picture)
  await page.getByTestId('binding-0').click()
  await page.getByTestId('choice-pensionType-resident').waitFor()
  await picture('bound-form')
  await over()
  await walkToHisBindings(page, bench, mode, picture)
  await page.getByTestId('binding-0').click()
  await page.getByTestId('confirm-page').waitFor()
  await picture('unbinding-confirm')
  await over()
  await bench.network.cut()
  await statusShows(page, 'no-network')
  await page.getByTestId(start).click()
  putCard(bench, 'zhou-mingyuan')
  await page.getByTestId('card-ok').waitFor()
  await page.getByTestId('my-cases').click()
  await page.getByTestId('cases-bindings').click()
  await page.getByTestId('bindings-offline').waitFor()
  await picture('bindings-offline')
  await over()
  await bench.network.restore()
  await statusShows(page, 'connected')
}
