import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { ROOT, type Stack } from '../../electron/dev/stack.ts'
import { endVisit, statusShows, submitForTicket, walkToConfirm } from '../support/walk.ts'
import { hubRows } from '../support/world.ts'

const STEP_TIMEOUT_MS = 30_000

/**
 * The main job through the screens, the same in both shells: card, choice, form, confirm, submitted without network,
 * receipt printed, delivered, wiped. A picture of each page in test/out/.
 */
export async function walkTheMainJob(shell: 'chromium' | 'electron', page: Page, stack: Stack): Promise<void> {
  const dir = join(ROOT, 'test', 'out', shell)
  mkdirSync(dir, { recursive: true })
  let number = 0
  const picture = async (name: string) => {
    number++
    await page.screenshot({ path: join(dir, `${String(number).padStart(2, '0')}-${name}.png`) })
  }
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))

  await statusShows(page, 'connected')
  await walkToConfirm(page, stack.bench, 'zhou-mingyuan', picture)
  // On the screen the number is masked, and it is nowhere in the page's text.
  expect(await page.locator('body').innerText()).not.toContain('19861102')
  await stack.bench.network.cut()
  await statusShows(page, 'no-network')
  const ticket = await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  expect(await page.getByTestId('delivery').getAttribute('data-state')).toBe('queued')
  await picture('receipt-offline')
  expect(await hubRows(stack)).toEqual([])

  const papers = stack.bench.printer.papers()
  expect(papers).toHaveLength(1)
  const paper = (papers[0]?.paper.elements ?? []).map((each) => (each.type === 'line' ? each.text : '')).join('\n')
  expect(paper).toContain(`${ticket.slice(0, 4)}-${ticket.slice(4)}`)
  expect(paper).toContain('已收件，未受理')
  expect(paper).toContain('周＊远')
  expect(paper).not.toContain('990101')

  await stack.bench.network.restore()
  await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
  await picture('receipt-delivered')
  const rows = await hubRows(stack)
  expect(rows).toMatchObject([{ ticket, device_sequence: 1, item_id: 'S07' }])

  await endVisit(page)
  await page.getByTestId('idle-page').waitFor()
  await statusShows(page, 'connected')
  await picture('idle-again')
  // A fresh document: nothing of the visit is left in it.
  const left = await page.evaluate(
    () => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }),
  )
  for (const secret of ['周', '990101', '13800136021', '恒盛']) expect(left).not.toContain(secret)
  expect(faults).toEqual([])
}
