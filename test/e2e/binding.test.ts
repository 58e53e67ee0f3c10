import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { agree, endVisit, fillPension, putCard, statusShows, submitForTicket } from '../support/walk.ts'
import { walkBinding, walkToBound, walkToHisBindings } from '../support/walk-binding.ts'
import { hubRows, openWorld, type World } from '../support/world.ts'

/** 亲情绑定 through real screens and a real hub: made with two cards, used without the father's, ended by him. */
const STEP_TIMEOUT_MS = 40_000
const FATHER = ['赵德厚', '99010119410307001X'] as const

let world: World
let page: Page
beforeEach(async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  world = await openWorld()
  await world.startTerminal()
  page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await statusShows(page, 'connected')
})
afterEach(() => world?.close())

const paperText = () =>
  (world.stack.bench.printer.papers().at(-1)?.paper.elements ?? [])
    .map((each) => (each.type === 'line' ? each.text : ''))
    .join('\n')

/** What the hub made of it, as its own page says. */
async function caseBecomes(ticket: string, state: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const row = (await hubRows(world.stack)).find((each) => each.ticket === ticket)
      expect(row).toBeDefined()
      const text = await (await fetch(new URL(`/submissions/${row?.submission_id}`, world.stack.hubUrl))).text()
      expect(/待打开|已受理|需补正|不予受理/.exec(text)?.[0]).toBe(state)
    },
    { timeout: STEP_TIMEOUT_MS, interval: 200 },
  )
}

/** Only what an item of the catalogue stands for is rated. */
async function endWithPaper(isRated: boolean): Promise<void> {
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  if (isRated) await endVisit(page)
  else await page.getByTestId('end').click()
  world.stack.bench.reader.takeCard()
  await page.getByTestId('idle-page').waitFor()
}

test('made with two cards, S02 handed in without the father’s, ended by him, and the next try is told the truth', async () => {
  const { bench } = world.stack
  await walkBinding(page, bench, 'standard')
  const summary = await page.getByTestId('confirm-page').innerText()
  for (const word of ['赵德厚', '周明远', '一年']) expect(summary).toContain(word)
  const bound = await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  const paper = paperText()
  for (const word of ['绑定家人回执', '赵＊厚', '周＊远']) expect(paper).toContain(word)
  for (const secret of [...FATHER, '周明远']) expect(paper).not.toContain(secret)
  await caseBecomes(bound, '已受理')
  await endWithPaper(false)

  await walkToBound(page, bench, 'standard')
  expect(await page.getByTestId('binding-0').innerText()).toContain('赵＊厚')
  await page.getByTestId('binding-0').click()
  await fillPension(page, undefined, false)
  const confirm = await page.getByTestId('confirm-page').innerText()
  expect(await page.getByTestId('summary-bound').innerText()).toContain('赵＊厚')
  expect(confirm).toContain('周明远')
  const whole = await page.evaluate(() => document.documentElement.outerHTML)
  for (const secret of FATHER) expect(whole).not.toContain(secret)
  const handedIn = await submitForTicket(page)
  await caseBecomes(handedIn, '已受理')
  await endWithPaper(true)

  // He finds what his son handed in, and ends it alone.
  await walkToHisBindings(page, bench, 'standard')
  expect(await page.getByTestId('binding-0').innerText()).toContain('周＊远')
  await page.getByTestId('binding-0').click()
  await page.getByTestId('confirm-page').waitFor()
  const ended = await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  expect(paperText()).toContain('解除绑定回执')
  await caseBecomes(ended, '已受理')
  await endWithPaper(false)

  await walkToBound(page, bench, 'standard')
  expect(await page.getByTestId('bindings').getAttribute('data-count')).toBe('0')
  expect(await page.getByTestId('bound-page').innerText()).toContain('没有家人绑定您')
  const log = JSON.stringify(world.log)
  for (const secret of FATHER) expect(log).not.toContain(secret)
})

test('without network: a binding is taken in all the same, and the way by one stands greyed and says why', async () => {
  const { bench } = world.stack
  await bench.network.cut()
  await statusShows(page, 'no-network')
  await page.getByTestId('start').click()
  await page.getByTestId('item-S02').click()
  await page.getByTestId('item-proxy').click()
  await agree(page, 'card-page')
  putCard(bench, 'zhou-mingyuan')
  await page.getByTestId('choice-proxy-relation-child').click()
  await page.getByTestId('form-next').click()
  const closed = page.getByTestId('choice-proxy-authority-standing-binding')
  await closed.waitFor()
  expect(await closed.isDisabled()).toBe(true)
  expect(await closed.innerText()).toContain('没有连上网络')
  await page.getByTestId('home').click()
  await page.getByTestId('my-cases').click()
  await page.getByTestId('cases-bindings').click()
  await page.getByTestId('bindings-offline').waitFor()
  await page.getByTestId('bindings-bind').click()
  await page.getByTestId('choice-proxy-relation-child').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('principal-page').waitFor()
  putCard(bench, 'zhao-dehou')
  await page.getByTestId('principal-next').click()
  await page.getByTestId('choice-scope-all').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('choice-months-3').click()
  await page.getByTestId('form-next').click()
  const ticket = await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  expect(paperText()).toContain('未生效')
  await bench.network.restore()
  await caseBecomes(ticket, '已受理')
})
