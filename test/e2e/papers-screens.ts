import type { Page } from 'playwright-core'
import type { Workbench } from '../../electron/dev/workbench.ts'
import { type OnPage, statusShows } from '../support/walk.ts'
import { scanPages, walkToPaper } from '../support/walk-papers.ts'

const SHEETS = 3

/** Every page of the papers of S04, with a scanner in trouble on the way, up to the summary that lists them. */
export async function papersPictures(
  page: Page,
  bench: Workbench,
  mode: 'standard' | 'elder',
  picture: OnPage,
): Promise<void> {
  const sheets = bench.more?.sheets
  if (sheets === undefined) throw new Error('the bench has no scanner')
  await statusShows(page, 'connected')
  await walkToPaper(page, bench, mode)
  await picture('paper')
  sheets.setScanner('jam')
  await page.getByTestId('cannot-scan').waitFor()
  await picture('paper-stuck')
  sheets.setScanner(null)
  // Held, for as long as somebody looks at the page that waits.
  sheets.scanner.hang('before-page')
  await page.getByTestId('scan').click()
  await page.locator('[data-testid="paper-scan-page"] .waiting-dots').waitFor()
  await picture('paper-scanning')
  // What is in the feeder from the start is laid in anew.
  await page.getByTestId('scan-cancel').click()
  sheets.scanner.hang(undefined)
  await page.locator('[data-testid="scan"], [data-testid="page-again"]').first().waitFor()
  while ((await page.getByTestId('page-again').count()) > 0) await page.getByTestId('page-again').click()
  sheets.scanner.loadFeeder(SHEETS)
  await scanPages(page, picture)
  await picture('paper-more')
  await page.getByTestId('paper-drop').click()
  await page.getByTestId('paper-dropped').waitFor()
  await picture('paper-dropped')
  await page.getByTestId('paper-undrop').click()
  await page.getByTestId('paper-count').waitFor()
  await page.getByTestId('paper-next').click()
  await page.getByTestId('confirm-page').waitFor()
  await picture('paper-confirm')
  await page.getByTestId('summary-more').click()
  await picture('paper-confirm-more')
}
