import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { searchPlain } from '../support/plain-search.ts'
import { statusShows, submitForTicket, walkToConfirm } from '../support/walk.ts'
import { openWorld, type World } from '../support/world.ts'

/**
 * Claim 4 of queue-and-sync.md section 10 and scenario 24: at no step does any file of the terminal or of its browser's
 * profile hold what a citizen is called, where she lives, what her number is or what she wrote.
 */
const PLANTED = ['周明远', '990101198611020033', '云锦苑5栋1单元902室', '恒盛纺织厂', '13800136021']
const STEP_TIMEOUT_MS = 40_000

let world: World

beforeEach(async () => {
  world = await openWorld()
  await world.startTerminal()
})
afterEach(() => world.close())

test('scenario 24: nothing personal lies on the disk at any step of a visit, nor after a kill', async (context) => {
  if (findChromium() === undefined) return context.skip('no Chromium: npm run setup')
  const profileDir = mkdtempSync(join(tmpdir(), 'bianmin-profile-'))
  const folders = [world.stack.terminalDir, profileDir]
  const nothingAt = async (step: string) => {
    const { findings, files, bytes } = await searchPlain(folders, PLANTED)
    expect(files, step).toBeGreaterThan(5)
    expect(bytes, step).toBeGreaterThan(10_000)
    expect(findings, step).toEqual([])
  }
  const page = await world.openPage({ profileDir })
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await statusShows(page, 'connected')
  await nothingAt('idle')
  const { bench, terminalDir } = world.stack
  await walkToConfirm(page, bench, 'zhou-mingyuan', nothingAt)
  await bench.network.cut()
  await statusShows(page, 'no-network')
  await submitForTicket(page)
  await nothingAt('accepted')
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await nothingAt('printed')

  // A kill leaves what a running program had open.
  await world.shell().stop('SIGKILL')
  await nothingAt('killed')
  await world.startTerminal()
  await nothingAt('started again')
  await bench.network.restore()
  await world.logged('submission-received')
  await nothingAt('delivered')
  await world.closeBrowser()
  await nothingAt('browser closed')
  expect((await searchPlain([terminalDir], ['YZ-NQ-03'])).findings, 'the search itself works here').not.toEqual([])
})
