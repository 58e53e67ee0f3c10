import type { Page } from 'playwright-core'
import type { Workbench } from '../../electron/dev/workbench.ts'
import { countingAnswers } from '../../renderer/kiosk/forms/form-pages.ts'
import type { Answers } from '../../sync/protocol/answers.ts'
import type { ServiceItem } from '../../sync/protocol/service-item.ts'
import { findFaults } from '../a11y/in-page.ts'
import { agree, openItem, putCard, sign } from '../support/walk.ts'
import { fillField } from './fill.ts'
import { givePapers } from './give-papers.ts'
import type { JourneyPlan } from './journey-plan.ts'

export type JourneyEnd =
  /** The citizen was told that it is safe. */
  | { readonly end: 'accepted'; readonly ticket: string; readonly scanned: number }
  /** Said before sign-in: not here, not now. */
  | { readonly end: 'window'; readonly reason: string }

export interface Journey {
  readonly end: JourneyEnd
  /** Pages from the item's guide to the receipt, the first page of each question counted once. */
  readonly pages: number
  /** Pages on which something had to be scrolled or was cut off, with what. */
  readonly overflowing: readonly string[]
}

/** A form of twenty questions one by one is long enough. */
const MOST_PAGES = 60
const AFTER_FORM = '[data-testid="paper-page"], [data-testid="confirm-page"]'
const NO_SIZES = { floorMm: 0, bodyMm: 0, targetMm: 0, gapMm: -1_000 }

/** One citizen's way with one item, by touch, from the idle page to the receipt or to the refusal. */
export async function walk(
  page: Page,
  bench: Workbench,
  plan: JourneyPlan,
  onPage: (name: string) => Promise<void>,
): Promise<Journey> {
  const { item, mode, person, answers } = plan
  let pages = 0
  const overflowing: string[] = []
  const at = async (name: string) => {
    pages++
    const found = await page.evaluate(findFaults, { ...NO_SIZES, mode })
    for (const { rule, where, detail } of found)
      if (rule === 'scroll' || rule === 'cut-off') overflowing.push(`${name}: ${where}: ${detail}`)
    await onPage(name)
  }
  // The first screen stands before its document is at work.
  await page.locator('[data-testid="status"]:not([data-connection="unknown"])').waitFor()
  await page.getByTestId(mode === 'elder' ? 'start-elder' : 'start').click()
  await openItem(page, item.id)
  await page.getByTestId('item-page').waitFor()
  await at('item')
  if ((await page.getByTestId('item-self').count()) === 0) {
    const reason = await page.locator('.notice').first().innerText()
    return { end: { end: 'window', reason }, pages, overflowing }
  }
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page', at)
  await at('card')
  putCard(bench, person.id)
  await page.locator('[data-testid="form-page"], [data-testid="precondition-page"]').waitFor()
  const offer = page.getByTestId('elder-offer-stay')
  if ((await offer.count()) > 0) await offer.click()
  await fillForm(page, item, answers, at)
  const { wanted, scanned } = await givePapers(page, bench, plan, at)
  const odd = page.getByTestId('odd-right')
  while ((await odd.count()) > 0) await odd.click()
  await at('confirm')
  await seeSummary(page, item, [
    ...Object.keys(countingAnswers(item, answers)),
    ...wanted.map(({ id }) => `paper-${id}`),
  ])
  if (item.signature) await sign(page)
  await page.getByTestId('submit').click()
  await page.getByTestId('receipt-page').waitFor()
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await at('receipt')
  const ticket = (await page.getByTestId('ticket').getAttribute('data-ticket')) ?? ''
  bench.reader.takeCard()
  await page.getByTestId('end').click()
  // Who has lost somebody is not asked how it was.
  if (item.quiet !== true) {
    await page.getByTestId('rate-page').waitFor()
    await at('rate')
    await page.getByTestId('rate-skip').click()
  }
  await page.getByTestId('idle-page').waitFor()
  return { end: { end: 'accepted', ticket, scanned }, pages, overflowing }
}

/** Every answer that counts, and every paper, is seen before it is submitted, on however many sheets. */
async function seeSummary(page: Page, item: ServiceItem, rows: readonly string[]): Promise<void> {
  const expected = new Set(rows)
  const more = page.getByTestId('summary-more')
  const most = expected.size
  for (let turns = 0; turns <= most; turns++) {
    const seen = await page
      .locator('[data-testid^="summary-"]:not([data-testid="summary-more"])')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-testid')?.replace('summary-', '') ?? ''))
    for (const field of seen) expected.delete(field)
    if (expected.size === 0) return
    if ((await more.count()) === 0) break
    await more.click()
  }
  throw new Error(`${item.id}: the summary never shows ${[...expected].join(', ')}`)
}

async function fillForm(
  page: Page,
  item: ServiceItem,
  answers: Answers,
  at: (name: string) => Promise<void>,
): Promise<void> {
  for (let step = 0; step < MOST_PAGES; step++) {
    await page.locator(`[data-testid="form-page"], ${AFTER_FORM}`).waitFor()
    if ((await page.locator(AFTER_FORM).count()) > 0) return
    const sheet = page.locator('[data-page]')
    const here = await sheet.getAttribute('data-page')
    await at(`form-${here}`)
    const filled = new Set<string>()
    for (;;) {
      // An answer may bring a further question, and a full page shows only the one that is being answered.
      const asked = await page
        .locator('.field')
        .evaluateAll((all) => all.map((each) => each.getAttribute('data-field') ?? ''))
      const id = asked.find((each) => !filled.has(each))
      if (id === undefined) break
      filled.add(id)
      const field = item.fields.find((each) => each.id === id)
      const value = answers[id]
      if (field !== undefined && value !== undefined) await fillField(page, field, value)
    }
    await page.getByTestId('form-next').click()
    await page.waitForFunction(
      ([before, after]) =>
        document.querySelector(after) !== null ||
        document.querySelector('.error-sentence') !== null ||
        document.querySelector('[data-page]')?.getAttribute('data-page') !== before,
      [here, AFTER_FORM] as const,
    )
    const fault = page.locator('.error-sentence')
    if ((await fault.count()) > 0) throw new Error(`${item.id} ${here}: ${await fault.first().innerText()}`)
  }
  throw new Error(`${item.id}: more than ${MOST_PAGES} pages`)
}
