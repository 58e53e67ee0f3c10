import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { hashPin } from '../../electron/staff-pin.ts'
import { bindingPictures } from '../e2e/binding-screens.ts'
import { papersPictures } from '../e2e/papers-screens.ts'
import { personPictures } from '../e2e/person-screens.ts'
import { endWith } from '../support/ending.ts'
import { changeSettings } from '../support/settings.ts'
import { addStaff } from '../support/staff-badge.ts'
import {
  chooseLanguage,
  endVisit,
  endWithRating,
  OTHER_LANGUAGES,
  statusShows,
  submitForTicket,
  walkComplaint,
  walkElderPension,
  walkProxyPension,
  walkToConfirm,
} from '../support/walk.ts'
import { openWorld, type World } from '../support/world.ts'
import { handoverPages } from './handover-pages.ts'
import { checkPage, type Violation } from './page-check.ts'
import { signInPages } from './sign-in-pages.ts'
import { staffPages } from './staff-pages.ts'
import { timeouts } from './timeouts.ts'

const HELP = `Usage: npm run a11y -- [--json] [--languages | --staff | --handover | --sign-in | --person | --binding | --timeouts]
Walks the journeys in real Chromium, upright and lying, standard and elder, in every colour, and checks each page with axe and
with our own rules in millimetres: type, targets, gaps, contrast 4.5 (elder 7), nothing cut off, nothing to scroll, everything reached by arrow keys,
time-outs by sight and by sound.
  --languages   only the main journey in the other languages
  --timeouts    only what is asked when nobody touches anything
  --staff       only the pages on which staff is called or helps
  --handover    only the pages on which a half-filled form is given away or taken up
  --sign-in     only the pages of signing in without a resident card
  --person      only the pages with what the hub knows of her
  --binding     only the pages of family bindings
  --json   one JSON object as the last line: {pages, violations, found: [{page, rule, where, detail}]}
Exit code 1 when there is a violation.`

const SCREENS = {
  portrait: { width: 1080, height: 1920 },
  landscape: { width: 1920, height: 1080 },
} as const
const PIN = '480617'
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    languages: { type: 'boolean' },
    staff: { type: 'boolean' },
    timeouts: { type: 'boolean' },
    handover: { type: 'boolean' },
    'sign-in': { type: 'boolean' },
    person: { type: 'boolean' },
    binding: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
type Look = (...ids: string[]) => Promise<void>
type Check = (name: string) => Promise<void>

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

/** The main journey in every other language, from its own idle page on. */
async function languageJourneys(page: Page, world: World, checkAs: (prefix: string) => Check): Promise<void> {
  for (const language of OTHER_LANGUAGES) {
    await chooseLanguage(page, language)
    await standardJourney(page, world, checkAs(`${language} `))
  }
  await chooseLanguage(page, 'en')
  await complaint(page, checkAs('en '))
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

async function maintenance(page: Page, check: Check): Promise<void> {
  await page.getByTestId('call-staff').click()
  await page.getByTestId('maintain').click()
  await page.getByTestId('pin-page').waitFor()
  await check('pin')
  for (const digit of PIN) await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
  await page.getByTestId('key-done').click()
  await page.getByTestId('maintenance-page').waitFor()
  await page.getByTestId('tab-received').click()
  await page.locator('[data-testid^="row-"]').first().waitFor()
  await check('maintenance')
  await page.getByTestId('show-devices').click()
  await page.getByTestId('device-receipt-printer').waitFor()
  await check('devices')
}

async function walk(orientation: keyof typeof SCREENS, tell: (line: string) => void) {
  let pages = 0
  const found: Violation[] = []
  const world = await openWorld({ allDevices: true })
  await changeSettings(world.stack, { maintenance: { pinScrypt: await hashPin(PIN) } })
  try {
    const badge = await addStaff(world.dataDir, '李静')
    await world.startTerminal()
    await world.logged('staff-list-taken')
    // axe is put into the page by the debugger, past the page's policy; without motion no page is caught half-way.
    const page = await world.openPage({ viewport: SCREENS[orientation] })
    page.setDefaultTimeout(30_000)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const checkAs =
      (prefix: string): Check =>
      async (name) => {
        const violations = await checkPage(page, `${orientation} ${prefix}${name}`)
        pages++
        found.push(...violations)
        tell(`${orientation} ${prefix}${name}: ${violations.length}`)
        for (const { rule, where, detail } of violations) tell(`  ${rule}: ${where}: ${detail}`)
      }
    await statusShows(page, 'connected')
    const heardTimeouts = async () => {
      for (const mode of ['standard', 'elder'] as const) {
        const isHeard = await timeouts(page, mode, checkAs(`${mode} `))
        if (isHeard) continue
        const missing = {
          page: `${orientation} ${mode} still-there`,
          rule: 'sound',
          where: 'still-there',
          detail: 'no tone',
        }
        found.push(missing)
        tell(JSON.stringify(missing))
      }
    }
    if (values.timeouts) {
      await heardTimeouts()
      return { pages, found }
    }
    if (values.binding) {
      for (const mode of ['standard', 'elder'] as const) await bindingPictures(page, world, mode, checkAs(`${mode} `))
      return { pages, found }
    }
    if (values.person) {
      for (const mode of ['standard', 'elder'] as const) await personJourney(page, world, mode, checkAs(`${mode} `))
      return { pages, found }
    }
    if (values.staff) {
      await staffPages(page, world, badge, checkAs(''))
      return { pages, found }
    }
    if (values.handover) {
      await handoverPages(page, world, checkAs(''))
      return { pages, found }
    }
    if (values['sign-in']) {
      await signInPages(page, world, badge, checkAs(''))
      return { pages, found }
    }
    await languageJourneys(page, world, checkAs)
    if (values.languages) return { pages, found }
    await staffPages(page, world, badge, checkAs(''))
    await signInPages(page, world, badge, checkAs(''))
    await standardJourney(page, world, checkAs('standard '))
    await complaint(page, checkAs('standard '))
    await elderJourney(page, world, checkAs('elder '))
    await papersJourney(page, world, 'standard', checkAs('standard '))
    await papersJourney(page, world, 'elder', checkAs('elder '))
    await proxyJourney(page, world, 'standard', checkAs('standard '))
    await personJourney(page, world, 'standard', checkAs('standard '))
    await bindingPictures(page, world, 'standard', checkAs('standard '))
    await proxyJourney(page, world, 'elder', checkAs('elder '))
    await handoverPages(page, world, checkAs(''))
    await personJourney(page, world, 'elder', checkAs('elder '))
    await bindingPictures(page, world, 'elder', checkAs('elder '))
    await looks(page, checkAs('elder '))
    await heardTimeouts()
    await maintenance(page, checkAs('maintain '))
  } finally {
    await world.close()
  }
  return { pages, found }
}

if (values.help) console.log(HELP)
else {
  const tell = (line: string) => process.stderr.write(`${line}\n`)
  const results = await Promise.all([walk('portrait', tell), walk('landscape', tell)])
  const pages = results.reduce((sum, each) => sum + each.pages, 0)
  const found = results.flatMap((each) => each.found)
  if (values.json) console.log(JSON.stringify({ pages, violations: found.length, found }))
  else console.log(`${pages} pages, ${found.length} violations`)
  endWith(found.length === 0 && pages > 0 ? 0 : 1)
}
