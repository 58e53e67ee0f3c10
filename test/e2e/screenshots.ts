import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { ROOT } from '../../electron/dev/stack.ts'
import { launchChromium } from '../support/chromium.ts'
import { putCard, statusShows, submitForTicket, walkToConfirm } from '../support/walk.ts'
import { openWorld } from '../support/world.ts'

/** Takes a picture of every page of the journey, in both orientations, and the one that the README shows. */
const HELP = `npm run screenshots -- [--portrait] [--landscape] [--readme]
Pictures go to test/out/screens/. --readme also renews the picture in README.md.
`

const SCREENS = {
  portrait: { width: 1080, height: 1920 },
  landscape: { width: 1920, height: 1080 },
} as const
const README_PICTURE = join(ROOT, 'test/e2e/pictures/kiosk.png')

const { values } = parseArgs({
  options: {
    portrait: { type: 'boolean', default: false },
    landscape: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function walk(orientation: keyof typeof SCREENS): Promise<void> {
  const dir = join(ROOT, 'test/out/screens', orientation)
  mkdirSync(dir, { recursive: true })
  const world = await openWorld()
  try {
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
    await walkToConfirm(page, bench, 'zhou-mingyuan', picture)
    await bench.network.cut()
    await statusShows(page, 'no-network')
    await submitForTicket(page)
    await printed(page)
    await picture('receipt-offline')
    await bench.network.restore()
    await page.locator('[data-testid="delivery"][data-state="received"]').waitFor()
    await picture('receipt-delivered')
    await page.getByTestId('end').click()

    await bench.network.cut()
    await statusShows(page, 'no-network')
    await page.getByTestId('start').click()
    await page.getByTestId('home-page').waitFor()
    await picture('home-offline')
    for (const item of ['S02', 'S03']) {
      await page.getByTestId(`item-${item}`).click()
      await page.getByTestId('item-self').click()
      if (item === 'S02') putCard(bench, 'zhao-dehou')
      await page.getByTestId('form-page').waitFor()
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
  } finally {
    await world.close()
  }
  if (values.readme && orientation === 'portrait') await readmePicture(dir)
}

function printed(page: Page): Promise<void> {
  return page.locator('[data-testid="print-state"][data-state="printed"]').waitFor()
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
  const both = !values.portrait && !values.landscape
  if (both || values.portrait) await walk('portrait')
  if (both || values.landscape) await walk('landscape')
  process.exit(0)
}
