import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { printOnce as printA4 } from '../../drivers/document-printer/cli.ts'
import { samplePdf } from '../../drivers/document-printer/sample-pdf.ts'
import { ROOT } from '../../electron/dev/stack.ts'
import type { Workbench } from '../../electron/dev/workbench.ts'
import { hashPin } from '../../electron/staff-pin.ts'
import { makeTicket } from '../../sync/protocol/ticket.ts'
import { handoverPages } from '../a11y/handover-pages.ts'
import { signInPages } from '../a11y/sign-in-pages.ts'
import { staffPages } from '../a11y/staff-pages.ts'
import { launchChromium } from '../support/chromium.ts'
import { changeSettings } from '../support/settings.ts'
import { addStaff } from '../support/staff-badge.ts'
import {
  agree,
  chooseLanguage,
  declineElder,
  endVisit,
  endWithRating,
  OTHER_LANGUAGES,
  putCard,
  statusShows,
  submitForTicket,
  walkComplaint,
  walkElderPension,
  walkProxyPension,
  walkToConfirm,
} from '../support/walk.ts'
import { openWorld } from '../support/world.ts'
import { bindingPictures } from './binding-screens.ts'
import { papersPictures } from './papers-screens.ts'
import { personPictures } from './person-screens.ts'

/** Takes a picture of every page of the journey, in both orientations, and the one that the README shows. */
const HELP = `npm run screenshots -- [--portrait] [--landscape] [--dock] [--elder] [--papers] [--languages] [--staff] [--handover] [--sign-in] [--person] [--binding] [--readme]
Pictures go to test/out/screens/. --elder takes those of elder mode only, into elder-*; --papers those of a scanned paper,
in elder mode with --elder, into papers-*; --languages the main journey in each other language, into languages-*; --staff
those with staff, into staff-*; --handover those of a half-filled form given away and taken up, into handover-*; --sign-in those
without a resident card, into sign-in-*; --person what the hub knows of her, in elder mode with --elder, into person-*; --binding those of family bindings, in elder mode with --elder, into binding-*. --readme also renews the picture in README.md.
`

const SCREENS = {
  portrait: { width: 1080, height: 1920 },
  landscape: { width: 1920, height: 1080 },
} as const
const PIN = '480617'
const README_PICTURE = join(ROOT, 'test/e2e/pictures/kiosk.png')

const { values } = parseArgs({
  options: {
    portrait: { type: 'boolean', default: false },
    landscape: { type: 'boolean', default: false },
    dock: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    elder: { type: 'boolean', default: false },
    languages: { type: 'boolean', default: false },
    papers: { type: 'boolean', default: false },
    staff: { type: 'boolean', default: false },
    handover: { type: 'boolean', default: false },
    'sign-in': { type: 'boolean', default: false },
    person: { type: 'boolean', default: false },
    binding: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function walk(orientation: keyof typeof SCREENS): Promise<void> {
  const dir = join(
    ROOT,
    'test/out/screens',
    `${values.person ? 'person-' : values.binding ? 'binding-' : ''}${values.papers ? 'papers-' : ''}${values.elder ? 'elder-' : values.languages ? 'languages-' : values.staff ? 'staff-' : values.handover ? 'handover-' : values['sign-in'] ? 'sign-in-' : ''}${orientation}`,
  )
  mkdirSync(dir, { recursive: true })
  const world = await openWorld({ allDevices: values.papers || values.person || values['sign-in'] })
  await changeSettings(world.stack, { maintenance: { pinScrypt: await hashPin(PIN) } })
  try {
    const badge = values.staff || values['sign-in'] ? await addStaff(world.dataDir, '李静') : undefined
    await world.startTerminal()
    const page = await world.openPage({ viewport: SCREENS[orientation] })
    page.setDefaultTimeout(30_000)
    // A picture in the middle of a page's entrance shows neither page.
    await page.emulateMedia({ reducedMotion: 'reduce' })
    let number = 0
    const picture = async (name: string) => {
      number++
      await page.screenshot({ path: join(dir, `${String(number).padStart(2, '0')}-${name}.png`) })
      process.stderr.write(`${orientation} ${name}\n`)
    }
    const { bench } = world.stack
    await statusShows(page, 'connected')
    if (values.binding) return await bindingPictures(page, world, values.elder ? 'elder' : 'standard', picture)
    if (values.person) return await personPictures(page, world, values.elder ? 'elder' : 'standard', picture)
    if (values.papers) return await papersPictures(page, bench, values.elder ? 'elder' : 'standard', picture)
    if (values.handover) return await handoverPages(page, world, (name) => picture(name.replace(' ', '-')))
    if (badge !== undefined) {
      await world.logged('staff-list-taken')
      return await (values['sign-in'] ? signInPages : staffPages)(page, world, badge, picture)
    }
    if (values.elder) return await elderPictures(page, bench, picture)
    if (values.languages) return await languagePictures(page, bench, picture)
    await walkToConfirm(page, bench, 'zhou-mingyuan', picture)
    await bench.network.cut()
    await statusShows(page, 'no-network')
    await submitForTicket(page)
    await printed(page)
    await picture('receipt-offline')
    await bench.network.restore()
    await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
    await picture('receipt-delivered')
    await endWithRating(page, picture)
    bench.reader.takeCard()
    await page.getByTestId('start').click()
    await walkComplaint(page, picture)
    await page.getByTestId('end').click()

    await bench.network.cut()
    await statusShows(page, 'no-network')
    await page.getByTestId('start').click()
    await page.getByTestId('home-page').waitFor()
    await picture('home-offline')
    await search(page, picture)
    for (const item of ['S02', 'S03']) {
      await page.getByTestId(`item-${item}`).click()
      await page.getByTestId('item-self').click()
      await page.getByTestId('consent-agree').click()
      if (item === 'S02') putCard(bench, 'zhao-dehou')
      await page.getByTestId('form-page').waitFor()
      if (item === 'S02') {
        await picture('elder-offer')
        await declineElder(page, 'zhao-dehou')
      }
      await picture(`form-${item}`)
      await page.getByTestId('form-next').click()
      await picture(`form-${item}-faults`)
      await page.getByTestId('home').click()
    }
    await page.getByTestId('call-staff').click()
    await page.getByTestId('staff-sheet').waitFor()
    await picture('staff')
    await page.getByTestId('staff-close').click()
    await page.getByTestId('end-visit').click()
    await page.getByTestId('idle-page').waitFor()

    await bench.network.restore()
    await statusShows(page, 'connected')
    await walkToConfirm(page, bench, 'sun-guilan')
    bench.printer.paperOut()
    await submitForTicket(page)
    await page.locator('[data-testid="print-state"][data-state="failed"]').waitFor()
    await picture('printer-trouble')
    const ticket = (await page.getByTestId('ticket').getAttribute('data-ticket')) ?? ''
    await page.getByTestId('end').click()
    bench.printer.loadPaper()
    bench.reader.takeCard()
    await proxyPictures(page, bench, 'standard', picture)
    await lookUp(page, ticket, picture)
    await maintain(page, bench, picture)
  } finally {
    await world.close()
  }
  if (values.readme && orientation === 'portrait') await readmePicture(dir)
}

/** Search: empty, found while letters are typed, a list without the keyboard, nothing. */
async function search(page: Page, picture: Picture): Promise<void> {
  await page.getByTestId('search-entry').click()
  await page.getByTestId('search-page').waitFor()
  await picture('search')
  const type = async (letters: string) => {
    for (const letter of letters) await page.getByTestId(`key-${letter}`).click()
    await page.locator(`[data-query="${letters}"]`).waitFor()
  }
  await type('sydj')
  await picture('search-typing')
  await page.getByTestId('search-clear').click()
  await type('s')
  await page.getByTestId('key-done').click()
  await picture('search-found')
  await page.getByTestId('search-clear').click()
  for (const letter of 'zzqq') await page.getByTestId(`key-${letter}`).click()
  await page.getByTestId('search-nothing').waitFor()
  await picture('search-nothing')
  await page.getByTestId('home').click()
}

type Picture = (name: string) => Promise<void>

/** For somebody else, with both cards. */
async function proxyPictures(
  page: Page,
  bench: Workbench,
  mode: 'standard' | 'elder',
  picture: Picture,
): Promise<void> {
  await walkProxyPension(page, bench, mode, picture)
  await submitForTicket(page)
  await printed(page)
  await picture('proxy-receipt')
  await endVisit(page)
  bench.reader.takeCard()
  await page.getByTestId('idle-page').waitFor()
}

/** Elder mode's journey, and how it looks in the other colours and heights. */
async function elderPictures(page: Page, bench: Workbench, picture: Picture): Promise<void> {
  await picture('elder-idle')
  await walkElderPension(page, bench, picture)
  await endWithRating(page, picture)
  bench.reader.takeCard()
  await page.getByTestId('start-elder').click()
  await page.getByTestId('more-items').click()
  await page.getByTestId('complain').waitFor()
  await picture('elder-more')
  await walkComplaint(page, picture)
  await page.getByTestId('end').click()
  await page.getByTestId('idle-page').waitFor()
  await proxyPictures(page, bench, 'elder', picture)
  await page.getByTestId('start-elder').click()
  await page.getByTestId('item-S02').waitFor()
  await page.getByTestId('look-tool').click()
  await picture('look-sheet')
  await page.getByTestId('look-contrast-dark').click()
  await picture('look-sheet-dark')
  await page.getByTestId('look-close').click()
  await picture('elder-home-dark')
  await page.getByTestId('item-S02').click()
  await page.getByTestId('item-self').click()
  await agree(page, 'card-page')
  await picture('elder-card-dark')
  putCard(bench, 'zhao-dehou')
  await page.getByTestId('choice-pensionType-resident').click()
  await picture('elder-chosen-dark')
  const look = async (...ids: string[]) => {
    await page.getByTestId('look-tool').click()
    for (const id of ids) await page.getByTestId(id).click()
    await page.getByTestId('look-close').click()
  }
  await look('look-contrast-light')
  await picture('elder-chosen-light')
  await look('look-contrast-usual', 'look-step-2')
  await picture('elder-chosen-largest')
  await look('look-step-0', 'look-height-lowered')
  await picture('elder-chosen-lowered')
  await page.getByTestId('call-staff').click()
  await picture('elder-staff')
}

/** The main journey in each other language. */
async function languagePictures(page: Page, bench: Workbench, picture: Picture): Promise<void> {
  for (const language of OTHER_LANGUAGES) {
    await page.getByTestId('idle-page').waitFor()
    await chooseLanguage(page, language)
    // Fonts that come with the language.
    await page.evaluate(() => document.fonts.ready.then(() => undefined))
    await walkToConfirm(page, bench, 'zhou-mingyuan', (name) => picture(`${language}-${name}`))
    await submitForTicket(page)
    await printed(page)
    await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
    await picture(`${language}-receipt`)
    await endWithRating(page, (name) => picture(`${language}-${name}`))
    bench.reader.takeCard()
  }
}

/** By ticket: empty, one character wrong, found, not found. */
async function lookUp(page: Page, ticket: string, picture: Picture): Promise<void> {
  await page.getByTestId('idle-page').waitFor()
  await page.getByTestId('look-up').click()
  await page.getByTestId('lookup-page').waitFor()
  await picture('lookup')
  const type = async (text: string) => {
    await page.getByTestId('key-clear').click()
    for (const character of text) await page.getByTestId(`key-${character}`).click()
  }
  await type(`${ticket.slice(1)}${ticket[0]}`)
  await picture('lookup-mistyped')
  await type(ticket)
  await page.getByTestId('lookup-ask').click()
  await page.getByTestId('lookup-found').waitFor()
  await picture('lookup-found')
  await page.getByTestId('lookup-again').click()
  await type(makeTicket(() => 5))
  await page.getByTestId('lookup-ask').click()
  await page.getByTestId('lookup-answer').waitFor()
  await picture('lookup-not-found')
  await page.getByTestId('home').click()
  await page.getByTestId('home-page').waitFor()
}

/** The maintainers' door and what is behind it, with some of each kind. */
async function maintain(page: Page, bench: Workbench, picture: Picture): Promise<void> {
  await page.getByTestId('call-staff').click()
  await picture('staff-with-door')
  await page.getByTestId('maintain').click()
  await page.getByTestId('pin-page').waitFor()
  const enter = async (pin: string) => {
    for (const digit of pin) await page.getByTestId('number-pad').getByTestId(`key-${digit}`).click()
    await page.getByTestId('key-done').click()
  }
  await enter('111111')
  await page.getByTestId('pin-problem').waitFor()
  await picture('pin-wrong')
  await enter(PIN)
  await page.getByTestId('maintenance-page').waitFor()
  await page.getByTestId('tab-received').click()
  await page.locator('[data-testid^="row-"]').first().waitFor()
  await picture('maintenance-received')
  await bench.network.cut()
  await statusShows(page, 'no-network')
  await page.getByTestId('tab-quarantined').click()
  await picture('maintenance-nothing')
  await page.getByTestId('export').click()
  await page.getByTestId('maintenance-said').waitFor()
  await picture('maintenance-exported')
  await page.getByTestId('show-devices').click()
  await page.getByTestId('device-receipt-printer').waitFor()
  await picture('devices')
  await bench.reader.unplug()
  bench.printer.paperOut()
  await page.locator('[data-testid="device-receipt-printer"][data-severity="alarm"]').waitFor()
  await page.getByTestId('print-readiness').click()
  await page.getByTestId('readiness-not-printed').waitFor()
  await picture('devices-trouble')
  await page.getByTestId('maintenance-leave').click()
  await bench.network.restore()
}

function printed(page: Page): Promise<void> {
  return page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
}

/** The dev dock with every device: as it is, and with something wrong at each. */
async function dock(): Promise<void> {
  const dir = join(ROOT, 'test/out/screens/dock')
  mkdirSync(dir, { recursive: true })
  const world = await openWorld({ allDevices: true })
  const { bench } = world.stack
  const browser = await launchChromium({ viewport: { width: 1280, height: 1400 } })
  try {
    await world.startTerminal()
    const page = await browser.newPage()
    await page.goto(bench.dockUrl ?? '')
    const picture = (name: string) => page.screenshot({ path: join(dir, `${name}.png`), fullPage: true })
    const see = (text: string) => page.getByText(text, { exact: false }).first().waitFor()
    await see('还没有给它看过码')
    await picture('1-at-rest')
    const url = bench.more?.sheets.printer.url ?? ''
    await printA4(url, { jobId: 'certificate', pdf: samplePdf(2), sides: 'two-sided-long-edge' })
    await printA4(url, { jobId: 'notice', pdf: samplePdf(1), copies: 2 })
    await see('第 2 份')
    await page.getByTestId('card-zhou-mingyuan').click()
    await page.getByTestId('insert-zhou-mingyuan').click()
    await page.getByTestId('code-text').fill(makeTicket(() => 7))
    await page.getByTestId('code-show').click()
    await page.getByTestId('load-3').click()
    for (const name of ['jam', 'scanner-jam', 'lose-mains', 'open-door', 'network'])
      await page.getByTestId(name).click()
    await see('停电了')
    await see('取出卡住的纸')
    await picture('2-in-trouble')
    await page.setViewportSize({ width: 560, height: 1400 })
    await picture('3-narrow')
  } finally {
    await browser.close()
    await world.close()
  }
}

/** Idle page and offline receipt side by side, at half size. */
async function readmePicture(dir: string): Promise<void> {
  mkdirSync(join(README_PICTURE, '..'), { recursive: true })
  const browser = await launchChromium({ viewport: { width: 1120, height: 960 } })
  const page = await browser.newPage()
  const data = (name: string) => `data:image/png;base64,${readFileSync(join(dir, name)).toString('base64')}`
  const named = (part: string) => readdirSync(dir).find((file) => file.endsWith(`${part}.png`)) ?? ''
  await page.setContent(
    `<body style="margin:0;display:flex;gap:40px;background:#fff">
       <img width="540" height="960" src="${data(named('-idle'))}"><img width="540" height="960" src="${data(named('-receipt-offline'))}"></body>`,
  )
  await page.screenshot({ path: README_PICTURE })
  await browser.close()
}

if (values.help) {
  process.stdout.write(HELP)
} else {
  const both = !values.portrait && !values.landscape && !values.dock
  const docks = both && !values.papers
  if (both || values.portrait) await walk('portrait')
  if (both || values.landscape) await walk('landscape')
  if (docks || values.dock) await dock()
  process.exit(0)
}
