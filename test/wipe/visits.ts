import type { Page } from 'playwright-core'
import type { Workbench } from '../../electron/dev/workbench.ts'
import { phoneCode } from '../support/phone-code.ts'
import { giveAway } from '../support/slip.ts'
import { type StaffBadge, touchPin } from '../support/staff-badge.ts'
import { agree, answerRegistration, openItem, putCard, sign, submitForTicket } from '../support/walk.ts'
import { bindingHolds, walkBinding, walkToBound } from '../support/walk-binding.ts'
import { signInByCode, signInBySocialSecurity, signInByWitness, WITNESSED } from '../support/walk-sign-in.ts'
import type { World } from '../support/world.ts'
import { PLANTED_PAGE, plantedPage } from './planted-page.ts'

/** One person's visit, stopped at any of its steps and ended in any of the ways that end a visit. */

export const PERSON = 'zhou-mingyuan'
const OTHER_PERSON = 'sun-guilan'
/** What the person is called, where she lives, what her number is, what she writes and what she has scanned: none of it may stay. */
/** Of her e-licence, which only the hub told. */
export const PLANTED_LICENCE = 'JZ20240301033'
/** Whom her binding is for: only main is told his name and number, and only by the hub. */
export const PLANTED_PRINCIPAL = ['赵德厚', '99010119410307001X'] as const
export const PLANTED = [
  '周明远',
  '990101198611020033',
  '云锦苑5栋1单元902室',
  '恒盛纺织厂',
  '13800136021',
  PLANTED_LICENCE,
  ...PLANTED_PRINCIPAL,
  ...PLANTED_PAGE,
]

/** Signed in other than by resident card, up to the form. */
export const SIGNED_IN_BY = ['social-security', 'code', 'witness'] as const
export const STEPS = ['card', 'item', 'told', 'form', 'paper', 'confirm', 'receipt', 'bound', ...SIGNED_IN_BY] as const
export type Step = (typeof STEPS)[number]
export const WAYS = ['end', 'idle', 'other-card', 'handed-over'] as const
export type Way = (typeof WAYS)[number]

/** Longer than the warning and the countdown of standard mode together. */
const LONG_IDLE_MS = 160_000

/**
 * Another card ends a visit that holds something; before that it only becomes the next visitor's. What is handed over is
 * something half-filled, and no page is being looked at.
 */
export function canEnd(step: Step, way: Way): boolean {
  if (isSignIn(step)) return way === 'end'
  if (step === 'bound') return way === 'end' || way === 'idle'
  if (way === 'handed-over') return step === 'form' || step === 'confirm'
  return way !== 'other-card' || !['card', 'item'].includes(step)
}

const isSignIn = (step: Step): step is (typeof SIGNED_IN_BY)[number] => SIGNED_IN_BY.some((each) => each === step)

export async function walkTo(step: Step, page: Page, world: World, badge: StaffBadge): Promise<void> {
  const { bench } = world.stack
  if (step === 'bound') return walkToBoundForm(page, world)
  await page.getByTestId('start').click()
  if (isSignIn(step)) return walkSignedIn(step, page, world, badge)
  putCard(bench, PERSON)
  await page.getByTestId('card-ok').waitFor()
  if (step === 'card') return
  if (step === 'told') return walkToTold(page)
  await page.getByTestId('item-S07').click()
  await page.getByTestId('item-page').waitFor()
  if (step === 'item') return
  await page.getByTestId('item-self').click()
  await agree(page, 'form-page')
  await answerRegistration(page)
  await scanPlanted(page, bench)
  if (step === 'paper') return
  await page.getByTestId('page-good').click()
  await page.getByTestId('paper-next').click()
  await page.getByTestId('confirm-page').waitFor()
  if (step === 'form') {
    await page.getByTestId('back').click()
    await page.getByTestId('paper-page').waitFor()
    await page.getByTestId('back').click()
    await page.getByTestId('form-page').waitFor()
    return
  }
  await sign(page)
  if (step === 'confirm') return
  await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
}

async function walkSignedIn(
  by: (typeof SIGNED_IN_BY)[number],
  page: Page,
  world: World,
  badge: StaffBadge,
): Promise<void> {
  const { bench } = world.stack
  const show = async (text: string) => bench.more?.showCode(text)
  if (by === 'witness') await bench.reader.unplug()
  await openItem(page, 'S07')
  if (by === 'witness') await page.getByTestId('other-ways').waitFor()
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  await page.getByTestId('way-code').waitFor()
  if (by === 'social-security') await signInBySocialSecurity(page, bench, PERSON)
  if (by === 'code') {
    await signInByCode(page, show, await phoneCode(world.dataDir, WITNESSED.name, WITNESSED.idNumber))
  }
  if (by === 'witness') {
    await show(badge.text)
    await touchPin(page, badge.pin)
    await signInByWitness(page)
    await bench.reader.plug()
  }
  await page.getByTestId('form-page').waitFor()
  await answerRegistration(page)
  bench.more?.liftCard()
}

/** For a principal whom the hub names by a binding, which a visit before made. */
async function walkToBoundForm(page: Page, { stack: { bench, hubUrl } }: World): Promise<void> {
  await walkBinding(page, bench, 'standard')
  await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  bench.reader.takeCard()
  await page.getByTestId('end-visit').click()
  await page.getByTestId('idle-page').waitFor()
  await bindingHolds(hubUrl)
  await walkToBound(page, bench, 'standard')
  await page.getByTestId('binding-0').click()
  await page.getByTestId('choice-pensionType-resident').waitFor()
}

/** Another item, for which the hub tells what departments know of her. */
async function walkToTold(page: Page): Promise<void> {
  await openItem(page, 'S03')
  await page.getByTestId('item-self').click()
  await agree(page, 'form-page')
  await page.getByTestId('choice-filingKind-long-term').click()
  await page.getByTestId('form-next').click()
  await page.getByTestId('shared-insuredPlace').waitFor()
}

/** Her proof of leaving, on the screen to be looked at. */
async function scanPlanted(page: Page, bench: Workbench): Promise<void> {
  const sheets = bench.more?.sheets
  if (sheets === undefined) throw new Error('the bench has no scanner')
  sheets.layPages(plantedPage)
  sheets.scanner.loadFeeder(1)
  await page.getByTestId('scan').click()
  await page.getByTestId('preview').waitFor()
}

/** Ends the visit and waits for the next visitor's idle page; answers how long that took, in ms. */
export async function endBy(way: Way, page: Page, bench: Workbench): Promise<number> {
  // Only this document carries the mark: the next one has none.
  await page.evaluate(() => {
    document.documentElement.dataset.visit = 'old'
  })
  if (way !== 'other-card') bench.reader.takeCard()
  if (way === 'handed-over') await giveAway(page)
  const beganAtMs = performance.now()
  if (way === 'end') await page.getByTestId('end-visit').click()
  if (way === 'handed-over') await page.getByTestId('handover-end').click()
  if (way === 'idle') await page.clock.runFor(LONG_IDLE_MS)
  if (way === 'other-card') {
    putCard(bench, OTHER_PERSON)
    await page.getByTestId('other-card-restart').click()
  }
  // Whose card lies there is the next visitor, and stands on the home page.
  const next = way === 'other-card' ? 'home-page' : 'idle-page'
  await page.waitForFunction(
    (testId) =>
      document.documentElement.dataset.visit === undefined &&
      document.querySelector(`[data-testid="${testId}"]`) !== null,
    next,
  )
  return performance.now() - beganAtMs
}
