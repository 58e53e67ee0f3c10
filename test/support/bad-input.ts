import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { SamplePerson } from '../../drivers/id-card-reader/sample-persons.ts'
import { statusShows } from './walk.ts'
import type { World } from './world.ts'

/** What the tests of bad input share: the log from a moment on, the end of a visit, and what no log may hold. */

type Line = Readonly<Record<string, unknown>>

export interface LogSince {
  /** The first line from that moment on, present or future, whose fields are all as wanted. */
  shows(wanted: Line): Promise<Line>
  lines(): readonly Line[]
}

/** The terminal's log from now on. */
export function logFromNow(world: World): LogSince {
  const from = world.log.length
  return {
    shows: (wanted) =>
      world.logged(
        String(wanted.event),
        (line) =>
          world.log.indexOf(line) >= from && Object.entries(wanted).every(([name, value]) => line[name] === value),
      ),
    lines: () => world.log.slice(from),
  }
}

/** Ends the visit by the status line's button and waits for the fresh idle page, its line open again. */
export async function endVisit(page: Page): Promise<void> {
  await page.getByTestId('end-visit').click()
  await idleAgain(page)
}

export async function idleAgain(page: Page): Promise<void> {
  await page.getByTestId('idle-page').waitFor()
  await statusShows(page, 'connected')
}

/** No line of the log names one of these people, their numbers or where they live. */
export function expectNobodyInLog(world: World, persons: readonly SamplePerson[]): void {
  const text = JSON.stringify(world.log)
  for (const { fields } of persons) {
    for (const secret of [fields.name, fields.number, fields.address, fields.birth]) {
      if (secret !== undefined && secret !== '') expect(text).not.toContain(secret)
    }
  }
}

/** How long a page may take to say something: what stands behind it may wait for a device. */
const SAYS_WITHIN_MS = 20_000

/** Waits until all these sentences stand there. Spaces do not count: some are drawn and not written. */
export async function says(place: Locator, ...sentences: readonly string[]): Promise<void> {
  await place.first().waitFor()
  const text = async () => squeezed(await place.first().innerText())
  for (const sentence of sentences) await expect.poll(text, { timeout: SAYS_WITHIN_MS }).toContain(squeezed(sentence))
}

const squeezed = (text: string) => text.replace(/\s+/g, '')
