import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { agree, declineElder, openItem, putCard, sign, statusShows, submitForTicket } from '../support/walk.ts'
import { walkMyCases, walkNoCases, walkWithShared } from '../support/walk-person.ts'
import { openWorld, type World } from '../support/world.ts'

/** What the hub knows of whoever's card lies there, in real Chromium over a real hub: shared data, e-licences, her cases. */
const STEP_TIMEOUT_MS = 40_000
let world: World
let page: Page

beforeEach(async () => {
  if (findChromium() === undefined) throw new Error('no Chromium: npm run setup')
  world = await openWorld({ allDevices: true })
  await world.startTerminal()
  page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await statusShows(page, 'connected')
})
afterEach(() => world.close())

const hubPage = async (path = '') => (await fetch(new URL(path, world.stack.hubUrl))).text()

test('filled in from the departments, one answer contested, a licence for the paper; then found by her card, and by no other', async () => {
  const { bench } = world.stack
  await walkWithShared(page, bench, 'standard')
  expect(await page.getByTestId('summary-retireDate').innerText()).toContain('来自区人社局')
  expect(await page.getByTestId('summary-balance').innerText()).toContain('请市公积金中心核对')
  await sign(page)
  const ticket = await submitForTicket(page)
  const { submissionId } = await world.logged('submission-accepted')
  await world.delivered(1)
  // No fault: the hub found the licence hers and good, the yes one to its words, and the sources such as the item has.
  await vi.waitFor(async () => expect(await hubPage(`/submissions/${submissionId}`)).toContain('已受理'), {
    timeout: STEP_TIMEOUT_MS,
  })
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  bench.reader.takeCard()
  await page.getByTestId('end-visit').click()
  await page.getByTestId('idle-page').waitFor()

  await walkMyCases(page, bench, 'standard', ticket)
  expect(await page.getByTestId('case-found').getAttribute('data-state')).toBe('已受理')
  bench.reader.takeCard()
  await page.getByTestId('end-visit').click()
  await page.getByTestId('idle-page').waitFor()
  await page.getByTestId('start').click()
  await page.getByTestId('my-cases').click()
  await page.getByTestId('card-page').waitFor()
  putCard(bench, 'zhou-mingyuan')
  await page.locator('[data-testid="cases"][data-count="0"]').waitFor({ state: 'attached' })
  const log = JSON.stringify(world.log)
  for (const secret of ['990101195806120022', '孙桂兰', '990100200612']) expect(log).not.toContain(secret)
})

test('without network: her cases say why not and the other way, and what nobody could look up is said to be so', async () => {
  await world.stack.bench.network.cut()
  await statusShows(page, 'no-network')
  await walkNoCases(page, 'standard')
  await page.getByTestId('home').click()
  await openItem(page, 'S17')
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  putCard(world.stack.bench, 'zhao-dehou')
  await page.getByTestId('form-page').waitFor()
  await declineElder(page, 'zhao-dehou')
  await page.getByTestId('form-next').click()
  await page.getByTestId('field-household').waitFor()
  await page.getByTestId('form-next').click()
  await page.getByText('现在查不到', { exact: false }).first().waitFor({ state: 'attached' })
})
