import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HANDOVER_TRIES } from '../../sync/protocol/handover.ts'
import { findChromium } from '../support/chromium.ts'
import { handOver } from '../support/slip.ts'
import { addStaff, touchPin, typeCode } from '../support/staff-badge.ts'
import { agree, answerRegistration, endVisit, putCard, sign, statusShows, submitForTicket } from '../support/walk.ts'
import { hubRows, openWorld, type World } from '../support/world.ts'

/** A half-filled form goes to a later visit: terminal, hub, printer and scanner as they are, the slip read off its paper. */
const STEP_TIMEOUT_MS = 40_000
const ZHOU = 'zhou-mingyuan'
const STRANGER = 'zhao-dehou'
let world: World

beforeEach(async () => {
  world = await openWorld({ allDevices: true })
})
afterEach(() => world.close())

async function openKiosk(): Promise<Page> {
  await world.startTerminal()
  const page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await statusShows(page, 'connected')
  return page
}
async function toForm(page: Page): Promise<void> {
  await page.getByTestId('start').click()
  await page.getByTestId('item-S07').click()
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  putCard(world.stack.bench, ZHOU)
  await page.getByTestId('form-page').waitFor()
}
/** On the idle page: the slip, then a card. */
async function showSlip(page: Page, code: string, person: string): Promise<void> {
  await page.getByTestId('idle-page').waitFor()
  // The first screen stands before the page listens.
  await statusShows(page, 'connected')
  await typeCode(page, code)
  await page.getByTestId('slip-card').waitFor()
  putCard(world.stack.bench, person)
}

test('filled in at one visit, handed in at the next; the slip opens once', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await openKiosk()
  await toForm(page)
  await answerRegistration(page)
  const code = await handOver(page, world.stack.bench)
  const paper = JSON.stringify(world.stack.bench.printer.papers().at(-1))
  for (const secret of ['周明远', '990101198611020033', '13800136021']) expect(paper).not.toContain(secret)

  const scanner = world.stack.bench.more
  await vi.waitFor(() => expect(scanner?.look(null).codeScanner.heard).toBe(true), { timeout: STEP_TIMEOUT_MS })
  await scanner?.showCode(code)
  await page.getByTestId('slip-card').waitFor()
  putCard(world.stack.bench, ZHOU)
  // Her yes was another visit's; then at the paper, where it stood; nothing of the form is typed again.
  await page.getByTestId('consent-agree').click()
  await page.getByTestId('paper-page').waitFor()
  await page.getByTestId('paper-pledge').click()
  await page.getByTestId('confirm-page').getByText('138', { exact: false }).waitFor()
  await sign(page)
  await submitForTicket(page)
  await world.delivered(1)
  expect(await hubRows(world.stack)).toHaveLength(1)
  await world.logged('handover-ended')
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await endVisit(page)

  await showSlip(page, code, ZHOU)
  await page.getByTestId('slip-used').waitFor()
  expect(JSON.stringify(world.log)).not.toContain(code.split(':')[3])
})

test('in elder mode it goes on at the same question; five wrong cards destroy it', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await openKiosk()
  const begin = async () => {
    await page.getByTestId('idle-page').waitFor()
    await page.getByTestId('start-elder').click()
    await page.getByTestId('item-S02').click()
    await page.getByTestId('item-self').click()
    await agree(page, 'card-page')
    putCard(world.stack.bench, STRANGER)
    await page.getByTestId('choice-pensionType-resident').click()
    return handOver(page, world.stack.bench)
  }
  const first = await begin()
  await showSlip(page, first, STRANGER)
  await page.locator('[data-testid="choice-pensionType-resident"][aria-pressed="true"]').waitFor()
  await page.locator('html[data-mode="elder"]').waitFor({ state: 'attached' })
  await page.getByTestId('end-visit').click()

  const code = await begin()
  for (let left = HANDOVER_TRIES - 1; left > 0; left--) {
    await showSlip(page, code, ZHOU)
    await page.getByTestId('slip-wrong-card').getByText(`${left}次`, { exact: false }).waitFor()
    await page.getByTestId('slip-end').click()
  }
  await showSlip(page, code, ZHOU)
  await page.getByTestId('slip-destroyed').waitFor()
  await page.getByTestId('end-visit').click()
  await showSlip(page, code, STRANGER)
  await page.getByTestId('slip-destroyed').waitFor()
})

test('without network the button says why not, and with it again it can', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await openKiosk()
  await toForm(page)
  await world.stack.bench.network.cut()
  await statusShows(page, 'no-network')
  await page.getByTestId('call-staff').click()
  await page.locator('[data-testid="hand-over"]:disabled').getByText('没有连上网络', { exact: false }).waitFor()
  await page.getByTestId('staff-close').click()
  await world.stack.bench.network.restore()
  await statusShows(page, 'connected')
  await handOver(page, world.stack.bench)
})

test('staff opens it without the card; what is handed in is handed in with the card that it is for', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const badge = await addStaff(world.dataDir, '李静')
  const page = await openKiosk()
  await world.logged('staff-list-taken', (line) => line.source === 'hub')
  await toForm(page)
  await answerRegistration(page)
  await page.getByTestId('back').click()
  await page.getByTestId('form-page').waitFor()
  const code = await handOver(page, world.stack.bench)

  await typeCode(page, badge.text)
  await touchPin(page, badge.pin)
  await page.getByTestId('staff-banner').waitFor()
  await typeCode(page, code)
  await page.locator('[data-testid="choice-endReason-contract-ended"][aria-pressed="true"]').waitFor()
  await page.getByTestId('form-next').click()
  await page.getByTestId('card-page').waitFor()
  putCard(world.stack.bench, STRANGER)
  await page.getByTestId('slip-other-person').waitFor()
  await page.getByTestId('slip-end').click()

  await showSlip(page, code, ZHOU)
  await agree(page, 'form-page')
  await world.logged('handover-ended')
})
