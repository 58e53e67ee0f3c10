import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { type Found, findFaults, findUnreached, type Limits, type Mode, type Violation } from './in-page.ts'
import { findUntranslated } from './untranslated.ts'

/** domain.md section 4 and look.md section 2, in millimetres. */
const LIMITS: Readonly<Record<Mode, Limits>> = {
  standard: { floorMm: 7, bodyMm: 7, targetMm: 15, gapMm: 3 },
  elder: { floorMm: 8.2, bodyMm: 10, targetMm: 20, gapMm: 5 },
}
/** WCAG 1.4.3 and 1.4.6; elder mode asks for the second. */
const CONTRAST_RULE = { standard: 'color-contrast', elder: 'color-contrast-enhanced' } as const

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeWindow {
  readonly axe: {
    run(
      context: Document,
      options: unknown,
    ): Promise<{
      readonly violations: readonly {
        readonly id: string
        readonly help: string
        readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[]
      }[]
    }>
  }
}

/** axe on the page as it stands, and our own rules in millimetres. */
export async function checkPage(page: Page, name: string): Promise<readonly Violation[]> {
  // The first screen can be seen before anything answers keys there.
  await page.locator('[data-testid="status"]:not([data-connection="unknown"])').waitFor()
  const mode = (await page.evaluate(() => document.documentElement.dataset.mode)) === 'elder' ? 'elder' : 'standard'
  const own: readonly Found[] = await page.evaluate<Found[], Limits & { mode: Mode }>(findFaults, {
    ...LIMITS[mode],
    mode,
  })
  // Not by a script element: the page's own policy allows none but its own.
  await page.evaluate(AXE)
  const options = {
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
    rules: {
      [CONTRAST_RULE.elder]: { enabled: mode === 'elder' },
      // The kiosk has one page at a time, and its own landmarks.
      region: { enabled: false },
      'meta-viewport': { enabled: false },
    },
  }
  const { violations } = await page.evaluate(
    (asked) => (window as typeof window & AxeWindow).axe.run(document, asked),
    options,
  )
  const untranslated = await findUntranslated(page)
  const unreached: readonly Found[] = await page.evaluate(findUnreached)
  return [
    ...[...own, ...untranslated, ...unreached].map((each) => ({ page: name, ...each })),
    ...violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => ({
        page: name,
        rule: `axe ${id}`,
        where: target.join(' '),
        detail: failureSummary?.replace(/\s+/g, ' ') ?? help,
      })),
    ),
  ]
}
