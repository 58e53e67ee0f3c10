import type { Page } from 'playwright-core'

/** The citizen's way by arrow keys and OK alone: looks where the answer stands, and presses that way. */

/** More presses than any page of ours takes. */
const PATIENCE_PRESSES = 60

interface Way {
  readonly across: number
  readonly down: number
}

/** From the focus to the middle of what is wanted, in px; null when it has the focus. */
function wayTo(page: Page, testId: string): Promise<Way | null> {
  return page.evaluate((wanted) => {
    const target = document.querySelector(`[data-testid="${wanted}"]`)
    if (target === null) throw new Error(`${wanted} is not on the page`)
    const focus = document.activeElement
    if (focus === target) return null
    const from = (focus ?? document.body).getBoundingClientRect()
    const to = target.getBoundingClientRect()
    return {
      across: (to.left + to.right - from.left - from.right) / 2,
      down: (to.top + to.bottom - from.top - from.bottom) / 2,
    }
  }, testId)
}

/** Moves the focus there as a person would, then presses OK. */
export async function okOn(page: Page, testId: string): Promise<void> {
  await page.getByTestId(testId).waitFor()
  const been = new Map<string, number>()
  for (let presses = 0; presses < PATIENCE_PRESSES; presses++) {
    const way = await wayTo(page, testId)
    if (way === null) {
      await page.keyboard.press('Enter')
      return
    }
    const [along, beside] = arrowsFor(way)
    // Where the straight way was tried before, the other one.
    const place = `${Math.round(way.across)},${Math.round(way.down)}`
    const tried = been.get(place) ?? 0
    been.set(place, tried + 1)
    await page.keyboard.press(tried % 2 === 0 ? along : beside)
  }
  throw new Error(`${testId} was not reached with ${PATIENCE_PRESSES} arrows`)
}

function arrowsFor({ across, down }: Way): readonly [string, string] {
  const sideways = across < 0 ? 'ArrowLeft' : 'ArrowRight'
  const upright = down < 0 ? 'ArrowUp' : 'ArrowDown'
  return Math.abs(down) >= Math.abs(across) ? [upright, sideways] : [sideways, upright]
}
