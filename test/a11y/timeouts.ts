import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { statusShows } from '../support/walk.ts'

/** Longer than the time that a visit may stand still before it is asked (look.md section 5, Countdown), in ms. */
export const LONGER_THAN_MS = { standard: 125_000, elder: 245_000 } as const
/** Longer than what it then waits for an answer. */
const LONGER_THAN_ASKED_MS = { standard: 35_000, elder: 65_000 } as const

const TONE_PATIENCE_MS = 5_000
const LOOK_EVERY_MS = 50

/** What of the page's sound is looked at. */
interface Heard extends Window {
  notesHeard?: { readonly notes: number }
}

/**
 * A visit that stands still: asked by sight, a key or a touch goes on; asked again and not answered it ends by itself.
 * @returns whether each asking was heard, too.
 */
export async function timeouts(
  page: Page,
  mode: 'standard' | 'elder',
  check: (name: string) => Promise<void>,
): Promise<boolean> {
  await page.clock.install()
  await page.reload()
  await statusShows(page, 'connected')
  await listen(page)
  await page.getByTestId(mode === 'elder' ? 'start-elder' : 'start').click()
  await page.getByTestId('item-S02').click()
  await page.getByTestId('item-self').waitFor()

  await page.clock.runFor(LONGER_THAN_MS[mode])
  await page.getByTestId('still-there').waitFor()
  const first = await isSounding(page, 0)
  // The check ends with keys, and a key says that somebody is there.
  await check('still-there')
  await page.getByTestId('still-there').waitFor({ state: 'detached' })
  await page.clock.runFor(LONGER_THAN_MS[mode])
  await page.getByTestId('still-there').waitFor()
  await page.getByTestId('stay').click()
  await page.getByTestId('still-there').waitFor({ state: 'detached' })
  await page.getByTestId('item-self').waitFor()

  const before = await notes(page)
  await page.clock.runFor(LONGER_THAN_MS[mode])
  await page.getByTestId('still-there').waitFor()
  const second = await isSounding(page, before)
  await page.clock.runFor(LONGER_THAN_ASKED_MS[mode])
  await page.getByTestId('idle-page').waitFor()
  await page.clock.resume()
  return first && second
}

/** Counts the notes that really sound: started in a context that runs. The voice is no note. */
function listen(page: Page): Promise<void> {
  return page.evaluate(() => {
    const heard = { notes: 0 }
    const self: Heard = window
    self.notesHeard = heard
    const { start } = AudioScheduledSourceNode.prototype
    AudioScheduledSourceNode.prototype.start = function (this: AudioScheduledSourceNode, when?: number) {
      start.call(this, when)
      if (this instanceof OscillatorNode && this.context.state === 'running') heard.notes += 1
    }
  })
}

const notes = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const self: Heard = window
    return self.notesHeard?.notes ?? 0
  })

/** The sheet stands before its tone begins. */
async function isSounding(page: Page, moreThan: number): Promise<boolean> {
  const endsAtMs = performance.now() + TONE_PATIENCE_MS
  while (performance.now() < endsAtMs) {
    if ((await notes(page)) > moreThan) return true
    await wait(LOOK_EVERY_MS)
  }
  return false
}
