import type { Page } from 'playwright-core'
import type { Workbench } from '../../electron/dev/workbench.ts'
import { countingAnswers } from '../../renderer/kiosk/forms/form-pages.ts'
import { materialsWanted } from '../../sync/protocol/materials.ts'
import type { Material } from '../../sync/protocol/service-item.ts'
import { scanPages } from '../support/walk-papers.ts'
import type { JourneyPlan } from './journey-plan.ts'

export interface Papers {
  /** Of all papers that the answers ask for, in order. */
  readonly wanted: readonly Material[]
  /** Pages that were scanned and found good. */
  readonly scanned: number
}

/**
 * One sheet of each paper that is asked for. In elder mode one that may be pledged is, and one that may be left out is
 * left out, so that every way is walked.
 */
export async function givePapers(
  page: Page,
  bench: Workbench,
  { item, mode, answers }: JourneyPlan,
  at: (name: string) => Promise<void>,
): Promise<Papers> {
  const wanted = materialsWanted(item, countingAnswers(item, answers))
  const sheets = bench.more?.sheets
  let scanned = 0
  for (const paper of wanted) {
    await page.locator('[data-testid="paper-page"] h1', { hasText: paper.name.zh }).waitFor()
    await at(`paper-${paper.id}`)
    if (mode === 'elder' && paper.pledgeInstead) await page.getByTestId('paper-pledge').click()
    else if (mode === 'elder' && !paper.required) await page.getByTestId('paper-none').click()
    else {
      if (sheets === undefined) throw new Error('the hall has no scanner')
      sheets.scanner.loadFeeder(1)
      scanned += await scanPages(page, (name) => at(`${name}-${paper.id}`))
      if (paper.maxPages > 1) {
        await page.getByTestId('paper-count').waitFor()
        await at(`paper-more-${paper.id}`)
        await page.getByTestId('paper-next').click()
      }
    }
  }
  await page.getByTestId('confirm-page').waitFor()
  await seeWhatIsSigned(page, wanted, mode)
  return { wanted, scanned }
}

/** The pledge names the papers that it stands for, and no other. */
async function seeWhatIsSigned(page: Page, wanted: readonly Material[], mode: JourneyPlan['mode']): Promise<void> {
  const words = await page.locator('section.pledge').innerText()
  for (const { id, notHandedIn, pledgeInstead } of wanted) {
    if (notHandedIn === undefined) continue
    const isPledged = mode === 'elder' && pledgeInstead
    if (words.includes(notHandedIn.zh) !== isPledged)
      throw new Error(`${id}: ${isPledged ? 'pledged' : 'scanned'}, and what is signed says "${words}"`)
  }
}
