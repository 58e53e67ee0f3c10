import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { endWithRating, statusShows, submitForTicket, walkToConfirm } from '../support/walk.ts'
import { openWorld, type World } from '../support/world.ts'

/** 好差评: filed and rated without network, in real Chromium; the hub holds the rating once. */
const STEP_TIMEOUT_MS = 40_000
let world: World

beforeEach(async () => {
  world = await openWorld()
  await world.startTerminal()
})
afterEach(() => world.close())

test('an application without network is rated on the way out; once the network is back the hub has both, once', async () => {
  if (findChromium() === undefined) throw new Error('no Chromium: npm run setup')
  const { bench } = world.stack
  const page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await statusShows(page, 'connected')
  await walkToConfirm(page, bench, 'zhou-mingyuan')
  await bench.network.cut()
  await statusShows(page, 'no-network')
  await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await endWithRating(page)
  bench.reader.takeCard()
  // Wiped: the next visitor begins as everybody does, and is offered nobody's paper.
  await page.getByTestId('idle-page').waitFor()
  expect(await page.getByText('刚才有一张回执', { exact: false }).count()).toBe(0)
  await page.locator('[data-testid="status"][data-waiting="2"]').waitFor()

  await bench.network.restore()
  const taken = (itemId: string) =>
    world.logged('submission-accepted', (line) => line.itemId === itemId).then((line) => String(line.submissionId))
  const [applicationId, ratingId] = [await taken('S07'), await taken('rating')]
  await world.delivered(2)
  await page.locator('[data-testid="status"][data-waiting="0"]').waitFor()
  // The hub opens what arrived when nothing more arrives.
  const list = await vi.waitFor(
    async () => {
      const text = await (await fetch(world.stack.hubUrl)).text()
      expect(text).toContain('不满意')
      return text
    },
    { timeout: STEP_TIMEOUT_MS },
  )
  expect(list).toContain(applicationId)
  // Counted once, and not to be seen beside the case that it is of.
  expect(list).toContain('好差评：不满意 1。')
  expect(list).not.toContain(ratingId)
})

test('whoever does not want to rate is done with one touch, and nothing of a rating is kept', async () => {
  if (findChromium() === undefined) throw new Error('no Chromium: npm run setup')
  const page = await world.openPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await walkToConfirm(page, world.stack.bench, 'zhou-mingyuan')
  await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await page.getByTestId('end').click()
  const sizeOf = async (id: string) => {
    const { width, height } = (await page.getByTestId(id).boundingBox()) ?? { width: 0, height: 0 }
    return [Math.round(width), Math.round(height)]
  }
  const sizes = new Set<string>()
  for (const id of ['rate-5', 'rate-4', 'rate-3', 'rate-2', 'rate-1', 'rate-skip']) sizes.add(String(await sizeOf(id)))
  expect(sizes.size).toBe(1)
  await page.getByTestId('rate-skip').click()
  world.stack.bench.reader.takeCard()
  await page.getByTestId('idle-page').waitFor()
  await page.locator('[data-testid="status"][data-waiting="0"]').waitFor()
  const accepted = world.log.filter((line) => line.event === 'submission-accepted')
  expect(accepted.map((line) => line.itemId)).toEqual(['S07'])
})
