import type { Page } from 'playwright-core'
import type { World } from '../support/world.ts'
import type { CardDesk, Reading } from './devices-terminal.ts'

/**
 * The same reading as a citizen sees it: the kiosk page in a real Chromium stands on "put your card here", and goes on
 * to the form with the card's fields.
 */
export interface PageReading extends Reading {
  /** First byte of the find → the page's script has taken the card event. */
  readonly scriptMs: number
  /** First byte of the find → the frame after the one that showed the fields: they are on the screen for certain. */
  readonly paintedMs: number
  /** Frames from taking the event to the one that shows the fields. */
  readonly frames: number
}

/**
 * The page sets this mark when it gets a card event (renderer/kiosk/session-wiring.ts). What the page does before it sets
 * it counts as reading, what it does after as painting.
 */
const ARRIVED_MARK = 'bianmin:card-arrived'

interface Seen {
  arrivedAtMs?: number
  paintedAtMs?: number
  frames?: number
}

/**
 * Runs in the page before its own scripts. A callback of requestAnimationFrame runs before its frame is painted, so what
 * stands in the document then is in that frame.
 */
export const WATCH_SCRIPT = `(() => {
  const seen = {}
  globalThis.benchSeen = seen
  const mark = performance.mark.bind(performance)
  const now = () => performance.timeOrigin + performance.now()
  performance.mark = (name, options) => {
    if (name === '${ARRIVED_MARK}' && seen.arrivedAtMs === undefined) {
      seen.arrivedAtMs = now()
      let frames = 0
      const look = () => {
        frames += 1
        const page = document.querySelector('[data-testid="form-page"]')
        if (page === null || !page.textContent.includes(globalThis.benchName)) return requestAnimationFrame(look)
        seen.frames = frames
        requestAnimationFrame(() => { seen.paintedAtMs = now() })
      }
      requestAnimationFrame(look)
    }
    return mark(name, options)
  }
})()`

const PAINT_TIMEOUT_MS = 10_000
/** One that everybody may have, a newborn too, and whose first page asks for no keys: they would take the name's place. */
const ITEM_ID = 'S02'
/** The page takes a second touch within half a second for the same one (renderer/kiosk/shell/double-strike.ts). */
const BETWEEN_TOUCHES_MS = 600

export async function readOnPage(page: Page, origin: string, desk: CardDesk): Promise<PageReading> {
  // A new document begins without a card, as after each visit.
  await page.goto(origin)
  for (const name of ['start', `item-${ITEM_ID}`, 'item-self', 'consent-agree']) {
    await page.click(`[data-testid="${name}"]`)
    await page.waitForTimeout(BETWEEN_TOUCHES_MS)
  }
  await page.waitForSelector('[data-testid="card-page"]')
  const { putAtMs, person, read } = desk.put()
  await page.evaluate((name) => Object.assign(globalThis, { benchName: name }), person.fields.name ?? '')
  const reading = await read
  await page.waitForFunction(() => (globalThis as { benchSeen?: Seen }).benchSeen?.paintedAtMs !== undefined, null, {
    timeout: PAINT_TIMEOUT_MS,
  })
  const seen = await page.evaluate(() => (globalThis as { benchSeen?: Seen }).benchSeen)
  if (seen?.arrivedAtMs === undefined || seen.paintedAtMs === undefined || seen.frames === undefined) {
    throw new Error('the page showed the fields but did not say when')
  }
  const foundAtMs = putAtMs + reading.pollWaitMs
  return {
    ...reading,
    scriptMs: seen.arrivedAtMs - foundAtMs,
    paintedMs: seen.paintedAtMs - foundAtMs,
    frames: seen.frames,
  }
}

/** Leaves the kiosk page, so that it takes nothing from the readings without a screen. */
export async function leavePage(page: Page): Promise<void> {
  await page.goto('about:blank')
}

/** A Chromium that has been let in and stands on the idle page. */
export async function openKioskPage(world: World): Promise<{ readonly page: Page; readonly origin: string }> {
  const page = await world.openPage({ initScript: WATCH_SCRIPT })
  await page.waitForSelector('[data-testid="start"]')
  return { page, origin: `${new URL(page.url()).origin}/` }
}
