import type { Page } from 'playwright-core'
import { bindingPictures } from '../e2e/binding-screens.ts'
import { papersPictures } from '../e2e/papers-screens.ts'
import { personPictures } from '../e2e/person-screens.ts'
import type { StaffBadge } from '../support/staff-badge.ts'
import {
  chooseLanguage,
  endVisit,
  endWithRating,
  statusShows,
  submitForTicket,
  walkComplaint,
  walkElderPension,
  walkProxyPension,
  walkToConfirm,
} from '../support/walk.ts'
import type { World } from '../support/world.ts'
import { handoverPages } from './handover-pages.ts'
import type { Violation } from './in-page.ts'
import { languageJourneys } from './language-pages.ts'
import { signInPages } from './sign-in-pages.ts'
import { staffPages } from './staff-pages.ts'
import { timeouts } from './timeouts.ts'

/** What is walked, in parts that can run alone: each begins at the idle page of a connected terminal. */
export interface Part {
  readonly name: string
  run(stage: Stage): Promise<void>
}

export interface Stage {
  readonly page: Page
  readonly world: World
  /** Of the member of staff. */
  readonly badge: StaffBadge
  /** Of whoever maintains the terminal. */
  readonly pin: string
  /** Looks at a page by all rules; the prefix goes before its name. */
  checkAs(prefix: string): Check
  /** Only whether its words are all there. */
  wordsAs(prefix: string): Check
  /** What no page shows. */
  add(violation: Violation): void
}

type Check = (name: string) => Promise<void>

type Look = (...ids: string[]) => Promise<void>

async function standardJourney(page: Page, world: World, check: Check): Promise<void> {
  const { bench } = world.stack
  await walkToConfirm(page, bench, 'zhou-mingyuan', check)
  await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await check('receipt')
  await endWithRating(page, check)
  bench.reader.takeCard()
  await page.getByTestId('idle-page').waitFor()
}

async function complaint(page: Page, check: Check): Promise<void> {
  await page.getByTestId('start').click()
  await walkComplaint(page, check)
  await page.getByTestId('end').click()
  await page.getByTestId('idle-page').waitFor()
}

/** The papers of S04, with a scanner in trouble on the way, up to the summary that lists them. */
async function papersJourney(page: Page, world: World, mode: 'standard' | 'elder', check: Check): Promise<void> {
  const { bench } = world.stack
  await papersPictures(page, bench, mode, check)
  bench.reader.takeCard()
  await page.getByTestId('end-visit').click()
  await page.getByTestId('idle-page').waitFor()
}

/** What departments say of her, her licence, her cases. */
async function personJourney(page: Page, world: World, mode: 'standard' | 'elder', check: Check): Promise<void> {
  await personPictures(page, world, mode, check)
  await statusShows(page, 'connected')
  await page.reload()
  await page.getByTestId('idle-page').waitFor()
}

/** For somebody else, with both cards. */
async function proxyJourney(page: Page, world: World, mode: 'standard' | 'elder', check: Check): Promise<void> {
  const { bench } = world.stack
  await walkProxyPension(page, bench, mode, check)
  await submitForTicket(page)
  await page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
  await check('proxy-receipt')
  await endVisit(page)
  bench.reader.takeCard()
  await page.getByTestId('idle-page').waitFor()
}

async function elderJourney(page: Page, world: World, check: Check): Promise<void> {
  const { bench } = world.stack
  await walkElderPension(page, bench, check)
  await endWithRating(page, check)
  bench.reader.takeCard()
  await page.getByTestId('idle-page').waitFor()
  await page.getByTestId('start-elder').click()
  await page.getByTestId('more-items').click()
  await page.getByTestId('complain').waitFor()
  await check('more')
  await walkComplaint(page, check)
  await page.getByTestId('end').click()
  await page.getByTestId('idle-page').waitFor()
}

/** One elder page in every colour, size and height, and the sheets that lie over it. */
async function looks(page: Page, check: Check): Promise<void> {
  const look: Look = async (...ids) => {
    await page.getByTestId('look-tool').click()
    await page.getByTestId('look-sheet').waitFor()
    for (const id of ids) await page.getByTestId(id).click()
    await page.getByTestId('look-close').click()
    await page.getByTestId('look-sheet').waitFor({ state: 'detached' })
  }
  await page.getByTestId('start-elder').click()
  await page.getByTestId('home-page').waitFor()
  await page.getByTestId('look-tool').click()
  await page.getByTestId('look-sheet').waitFor()
  await check('look-sheet')
  await page.getByTestId('look-close').click()
  for (const [name, ...ids] of [
    ['dark', 'look-contrast-dark'],
    ['light', 'look-contrast-light'],
    ['larger', 'look-contrast-usual', 'look-step-1'],
    ['largest', 'look-step-2'],
    ['lowered', 'look-step-0', 'look-height-lowered'],
  ] as const) {
    await look(...ids)
    await check(`home-${name}`)
  }
  await page.getByTestId('call-staff').click()
  await page.getByTestId('staff-sheet').waitFor()
  await check('staff')
  await page.getByTestId('staff-close').click()
  await page.getByTestId('my-cases').click()
  await page.getByTestId('card-page').waitFor()
  await page.getByTestId('only-look').click()
  await page.getByTestId('lookup-page').waitFor()
  await check('lookup')
  await page.reload()
  await page.getByTestId('idle-page').waitFor()
}

async function maintenance(page: Page, pin: string, check: Check): Promise<void> {
  await page.getByTestId('call-staff').click()
  await page.getByTestId('maintain').click()
  await page.getByTestId('pin-page').waitFor()
  await check('pin')
  for (const digit of pin) await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
  await page.getByTestId('key-done').click()
  await page.getByTestId('maintenance-page').waitFor()
  await page.getByTestId('tab-received').click()
  await page.locator('[data-testid^="row-"]').first().waitFor()
  await check('maintenance')
  await page.getByTestId('show-devices').click()
  await page.getByTestId('device-receipt-printer').waitFor()
  await check('devices')
}

async function heardTimeouts({ page, checkAs, add }: Stage, mode: 'standard' | 'elder'): Promise<void> {
  if (await timeouts(page, mode, checkAs(`${mode} `))) return
  add({ page: `${mode} still-there`, rule: 'sound', where: 'still-there', detail: 'no tone' })
}

const inMode = (name: string, run: (stage: Stage, mode: 'standard' | 'elder') => Promise<void>): readonly Part[] => [
  { name: `${name}-standard`, run: (stage) => run(stage, 'standard') },
  { name: `${name}-elder`, run: (stage) => run(stage, 'elder') },
]

/** In this order; the last stays where it ends. */
export const PARTS: readonly Part[] = [
  {
    name: 'languages',
    async run({ page, world, checkAs, wordsAs }) {
      await languageJourneys(page, world, checkAs, wordsAs)
      await chooseLanguage(page, 'en')
      await complaint(page, checkAs('en '))
    },
  },
  { name: 'staff', run: ({ page, world, badge, checkAs }) => staffPages(page, world, badge, checkAs('')) },
  { name: 'sign-in', run: ({ page, world, badge, checkAs }) => signInPages(page, world, badge, checkAs('')) },
  {
    name: 'standard',
    async run({ page, world, checkAs }) {
      await standardJourney(page, world, checkAs('standard '))
      await complaint(page, checkAs('standard '))
    },
  },
  { name: 'elder', run: ({ page, world, checkAs }) => elderJourney(page, world, checkAs('elder ')) },
  ...inMode('papers', ({ page, world, checkAs }, mode) => papersJourney(page, world, mode, checkAs(`${mode} `))),
  ...inMode('proxy', ({ page, world, checkAs }, mode) => proxyJourney(page, world, mode, checkAs(`${mode} `))),
  ...inMode('person', ({ page, world, checkAs }, mode) => personJourney(page, world, mode, checkAs(`${mode} `))),
  ...inMode('binding', ({ page, world, checkAs }, mode) => bindingPictures(page, world, mode, checkAs(`${mode} `))),
  { name: 'handover', run: ({ page, world, checkAs }) => handoverPages(page, world, checkAs('')) },
  { name: 'looks', run: ({ page, checkAs }) => looks(page, checkAs('elder ')) },
  ...inMode('timeouts', heardTimeouts),
  { name: 'maintenance', run: ({ page, pin, checkAs }) => maintenance(page, pin, checkAs('maintain ')) },
]
