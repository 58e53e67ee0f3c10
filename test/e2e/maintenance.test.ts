import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hashPin } from '../../electron/staff-pin.ts'
import { findChromium } from '../support/chromium.ts'
import { openPageClient, registration, submit } from '../support/page-client.ts'
import { changeSettings } from '../support/settings.ts'
import { putCard } from '../support/walk.ts'
import { openWorld, startAddress, type World } from '../support/world.ts'

/** The maintainers' page: behind a PIN, live, and able to put things right. */
const PIN = '480617'
const WRONG = '111111'
const STEP_TIMEOUT_MS = 40_000
let world: World

beforeEach(async () => {
  world = await openWorld()
  await changeSettings(world.stack, { maintenance: { pinScrypt: await hashPin(PIN) } })
  await world.startTerminal()
  await world.logged('package-taken', (line) => line.kind === 'catalogue')
})
afterEach(() => world.close())

async function enter(page: Page, pin: string): Promise<void> {
  for (const digit of pin) await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
  await page.getByTestId('key-done').click()
}

async function door(page: Page): Promise<void> {
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await page.getByTestId('call-staff').click()
  await page.getByTestId('maintain').click()
  await page.getByTestId('pin-page').waitFor()
}

test('the queue is seen, exported and left; nothing of it stays on the screen', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  await world.stack.bench.network.cut()
  await world.logged('connection-changed', (line) => line.connection === 'no-network')
  const citizen = await openPageClient(await startAddress(world.shell()))
  const catalogue = await citizen.catalogue()
  putCard(world.stack.bench, 'sun-guilan')
  await citizen.card()
  const { ticket } = await submit(citizen, registration(catalogue))
  await citizen.bridge.session.end({ why: 'done' })
  citizen.close()
  world.stack.bench.reader.takeCard()

  const page = await world.openPage()
  await door(page)
  await enter(page, PIN)
  await page.getByTestId('maintenance-page').waitFor()
  await page.getByTestId('tab-queued').click()
  await page.locator(`[data-testid="row-${ticket}"][data-state="queued"]`).waitFor()
  await page.getByTestId('export').click()
  await page.getByTestId('maintenance-said').waitFor()
  const exported = join(world.stack.terminalDir, 'export')
  const [bundle = ''] = await readdir(exported)
  const lines = (await readFile(join(exported, bundle), 'utf8')).trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { line: string }).line)).toEqual(['manifest', 'envelope'])

  // Live: the network comes back and the row moves on by itself.
  await world.stack.bench.network.restore()
  await world.logged('submission-received')
  await page.getByTestId('tab-received').click()
  await page.locator(`[data-testid="row-${ticket}"][data-state="received"]`).waitFor()
  await page.getByTestId('maintenance-leave').click()
  await page.getByTestId('idle-page').waitFor()
  expect(await page.getByTestId(`row-${ticket}`).count()).toBe(0)
})

test('the devices are seen as they are, and reported on paper', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await world.openPage()
  await door(page)
  await enter(page, PIN)
  await page.getByTestId('show-devices').click()
  const { printer, reader } = world.stack.bench
  const shows = (device: string, severity: string) =>
    page.locator(`[data-testid="device-${device}"][data-severity="${severity}"]`).waitFor()
  await shows('id-card-reader', 'normal')
  await shows('receipt-printer', 'normal')
  await page.getByTestId('print-readiness').click()
  await page.getByTestId('readiness-printed').waitFor()
  expect(printer.papers()).toHaveLength(1)

  // What happens to them shows by itself; without paper there is no report, and nobody says that there was.
  printer.paperOut()
  await reader.unplug()
  await shows('id-card-reader', 'alarm')
  await shows('receipt-printer', 'alarm')
  await page.getByTestId('print-readiness').click()
  await page.getByTestId('readiness-not-printed').waitFor()
  await page.getByTestId('show-queue').click()
  await page.getByTestId('maintenance-page').waitFor()
})

test('wrong PINs lock the door, and a restart does not open it', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const page = await world.openPage()
  await door(page)
  for (let tries = 1; tries <= 5; tries++) {
    await enter(page, WRONG)
    await page.locator('[data-testid="pin-dots"][data-digits="0"]').waitFor()
    await page.getByTestId('pin-problem').waitFor()
    await page.waitForFunction(() => document.querySelector('.waiting') === null)
  }
  await page.getByText('先锁上', { exact: false }).waitFor()
  await world.closeBrowser()
  await world.shell().stop('SIGKILL')
  await world.startTerminal()
  const again = await world.openPage()
  await door(again)
  await enter(again, PIN)
  await again.getByText('先锁上', { exact: false }).waitFor()
  expect(await again.getByTestId('maintenance-page').count()).toBe(0)
})
