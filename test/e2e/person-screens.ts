import type { Page } from 'playwright-core'
import { type OnPage, sign, statusShows, submitForTicket } from '../support/walk.ts'
import { walkMyCases, walkNoCases, walkWithShared } from '../support/walk-person.ts'
import type { World } from '../support/world.ts'

/** Every page on which the hub's word about her stands: consent, form, licence, summary, her cases; and without network. */
export async function personPictures(
  page: Page,
  { stack: { bench, hubUrl }, delivered }: Pick<World, 'stack' | 'delivered'>,
  mode: 'standard' | 'elder',
  picture: OnPage,
): Promise<void> {
  await walkWithShared(page, bench, mode, picture)
  await sign(page)
  const ticket = await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await delivered(1)
  const over = async () => {
    bench.reader.takeCard()
    await page.getByTestId('end-visit').click()
    await page.getByTestId('idle-page').waitFor()
  }
  await over()
  await opened(hubUrl)
  await walkMyCases(page, bench, mode, ticket, picture)
  await over()
  await bench.network.cut()
  await statusShows(page, 'no-network')
  await walkNoCases(page, mode, picture)
  await bench.network.restore()
}

/** Found by her card once the hub has opened it, a moment after it arrived. */
async function opened(hubUrl: URL): Promise<void> {
  for (;;) if ((await (await fetch(hubUrl)).text()).includes('已受理')) return
}
