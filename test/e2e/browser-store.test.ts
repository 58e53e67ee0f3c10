import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { openPageClient, type PageClient, registration, submit } from '../support/page-client.ts'
import { putCard, statusShows } from '../support/walk.ts'
import { hubRows, openWorld, startAddress, type World } from '../support/world.ts'

/** The browser's own store is a view, never the truth: thrown away or unusable, nothing is lost and all is delivered. */
const ITEMS = ['S02', 'S03', 'S07']
const STEP_TIMEOUT_MS = 40_000

let world: World
let citizen: PageClient | undefined

beforeEach(async () => {
  world = await openWorld()
  await world.startTerminal()
})
afterEach(async () => {
  citizen?.close()
  await world.close()
})

/** Three citizens' submissions while the network is cut; answers their tickets. */
async function threeOffline(): Promise<readonly string[]> {
  citizen = await openPageClient(await startAddress(world.shell()))
  const catalogue = await citizen.catalogue()
  await world.stack.bench.network.cut()
  await world.logged('connection-changed', (line) => line.connection === 'no-network')
  const tickets: string[] = []
  for (const person of ['zhou-mingyuan', 'sun-guilan', 'zhao-dehou']) {
    putCard(world.stack.bench, person)
    await citizen.card()
    tickets.push((await submit(citizen, registration(catalogue))).ticket)
    await citizen.bridge.session.end({ why: 'done' })
  }
  return tickets
}

async function expectDeliveredOnce(tickets: readonly string[]): Promise<void> {
  await world.delivered(tickets.length)
  const rows = await hubRows(world.stack)
  expect(rows.map((row) => row.ticket).sort()).toEqual([...tickets].sort())
}

test('scenario 14: the browser profile deleted while three submissions wait, offline', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const first = mkdtempSync(join(tmpdir(), 'bianmin-profile-'))
  const before = await world.openPage({ profileDir: first })
  before.setDefaultTimeout(STEP_TIMEOUT_MS)
  await statusShows(before, 'connected')
  await world.logged('lease-changed', (line) => line.owner === 'sync-worker')
  const tickets = await threeOffline()
  await before.locator('[data-testid="status"][data-waiting="3"]').waitFor()

  await world.closeBrowser()
  rmSync(first, { recursive: true })
  const profile = mkdtempSync(join(tmpdir(), 'bianmin-profile-'))
  const page = await world.openPage({ profileDir: profile })
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await page.locator('[data-testid="status"][data-connection="no-network"][data-waiting="3"]').waitFor()
  await page.getByTestId('start').click()
  for (const id of ITEMS) await page.getByTestId(`item-${id}`).waitFor()

  await world.stack.bench.network.restore()
  await page.locator('[data-testid="status"][data-connection="connected"][data-waiting="0"]').waitFor()
  await expectDeliveredOnce(tickets)
})

test('IndexedDB unusable for the whole run', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  // A file where Chromium wants its folder: no database can be opened, from the first moment on.
  const profile = mkdtempSync(join(tmpdir(), 'bianmin-profile-'))
  mkdirSync(join(profile, 'Default'))
  writeFileSync(join(profile, 'Default', 'IndexedDB'), 'not a folder')
  const page = await world.openPage({ profileDir: profile })
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  expect(
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          const request = indexedDB.open('probe')
          request.onsuccess = () => resolve('usable')
          request.onerror = () => resolve('unusable')
        }),
    ),
  ).toBe('unusable')

  await statusShows(page, 'connected')
  await page.getByTestId('start').click()
  for (const id of ITEMS) await page.getByTestId(`item-${id}`).waitFor()
  const tickets = await threeOffline()
  await page.locator('[data-testid="status"][data-connection="no-network"]').waitFor()
  await world.stack.bench.network.restore()
  await expectDeliveredOnce(tickets)
  await page.locator('[data-testid="status"][data-connection="connected"][data-waiting="0"]').waitFor()
})
