import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { addStaff, type StaffBadge, touchPin, typeCode } from '../support/staff-badge.ts'
import { sign, statusShows, submitForTicket, walkElderPension, walkToConfirm } from '../support/walk.ts'
import { hubRows, openWorld, type World } from '../support/world.ts'

/** Staff who help (帮办): added at the hub, known at the terminal by a signed list, joined by badge and PIN, named on the case. */
const STEP_TIMEOUT_MS = 40_000
const NAME = '李静'
let world: World
let badge: StaffBadge

beforeEach(async () => {
  world = await openWorld({ allDevices: true })
  badge = await addStaff(world.dataDir, NAME)
  await world.startTerminal()
  await world.logged('staff-list-taken', (line) => line.source === 'hub')
})
afterEach(() => world.close())

async function openKiosk(): Promise<Page> {
  const page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await statusShows(page, 'connected')
  const scanner = world.stack.bench.more
  await vi.waitFor(() => expect(scanner?.look(null).codeScanner.heard).toBe(true), { timeout: STEP_TIMEOUT_MS })
  return page
}
const showBadge = () => world.stack.bench.more?.showCode(badge.text)
async function join(page: Page): Promise<void> {
  await showBadge()
  await touchPin(page, badge.pin)
  await page.locator(`[data-testid="staff-banner"][data-staff="${badge.number}"]`).waitFor()
}

/** The hub's page of the one submission, once its case is opened. */
async function casePage(): Promise<string> {
  let body = ''
  await vi.waitFor(
    async () => {
      const [row] = await hubRows(world.stack)
      const response = await fetch(new URL(`/submissions/${String(row?.submission_id)}`, world.stack.hubUrl))
      body = await response.text()
      expect(body).toContain('已受理')
    },
    { timeout: STEP_TIMEOUT_MS },
  )
  return body
}

test('a badge and a PIN open the form that stands there, and the case names who helped', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await openKiosk()
  await page.getByTestId('call-staff').click()
  await page.getByTestId('staff-truth').getByText('铃响过了', { exact: false }).waitFor()
  expect(world.stack.bench.more?.look(null).lineBoard.beeps).toBeGreaterThan(0)
  await page.getByTestId('staff-close').click()
  await page.getByTestId('call-staff').getByText('已呼叫', { exact: false }).waitFor()

  await walkElderPension(page, world.stack.bench, async (name) => {
    if (name !== 'elder-chosen') return
    const wrong = badge.pin === '000000' ? '111111' : '000000'
    await showBadge()
    await touchPin(page, wrong)
    await page.getByTestId('staff-pin-problem').waitFor()
    await touchPin(page, badge.pin)
    await page.getByTestId('staff-banner').getByText(NAME, { exact: false }).waitFor()
    // What was chosen before she came is still there.
    await page.locator('[data-testid="choice-pensionType-resident"][aria-pressed="true"]').waitFor()
  })
  expect(await casePage()).toContain(`${NAME}（${badge.number}）`)

  // Other cases stay closed to her, on the screen and behind it.
  await page.getByTestId('home').click()
  await page.getByTestId('my-cases').click()
  await page.getByTestId('lookup-closed').waitFor()
  await page.getByTestId('go-on-alone').click()
  await page.getByTestId('cases-page').waitFor()
  await page.getByTestId('staff-banner').waitFor({ state: 'detached' })
  await page.getByTestId('end-visit').click()
  await page.getByTestId('idle-page').waitFor()

  for (const secret of [badge.pin, badge.text]) expect(JSON.stringify(world.log)).not.toContain(secret)
})

test('nobody signs beside her: the box comes when she has left, and she is named all the same', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await openKiosk()
  await walkToConfirm(page, world.stack.bench, 'zhou-mingyuan')
  await join(page)
  await page.getByTestId('sign-alone').waitFor()
  expect(await page.getByTestId('signature').count()).toBe(0)
  await page.locator('[data-testid="submit"]:disabled').waitFor()
  // Her own badge once more, at a scanner that types (the other tells a code anew after 1.5 s only): she leaves. What was
  // signed before she came is gone.
  await typeCode(page, badge.text)
  await page.getByTestId('signature').waitFor()
  await page.getByTestId('submit').click()
  await page.getByTestId('submit-problem').waitFor()
  await sign(page)
  await submitForTicket(page)
  expect(await casePage()).toContain(`${NAME}（${badge.number}）`)
})
