import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { ROOT } from '../../electron/dev/stack.ts'
import { launchChromium } from '../support/chromium.ts'
import { endWith } from '../support/ending.ts'
import { statusShows } from '../support/walk.ts'
import { openWorld, type World } from '../support/world.ts'
import { notAtTheHub } from './at-the-hub.ts'
import { type JourneyEnd, walk } from './journey.ts'
import type { JourneyPlan } from './journey-plan.ts'
import { plansFor } from './plans.ts'

const HELP = `Usage: npm run journeys -- [--item ID] [--pictures] [--json]
Walks every sample item in both modes, online and offline, in real Chromium, from the idle page to the hub's receipt or
to the truthful refusal that the item's policy asks for; then compares what was promised with what the hub
holds, scanned pages included. The hall has every device that can be simulated, a document scanner too.
  --item ID   this item only
  --pictures  a picture of every page and contact sheets, in test/out/journeys
  --json      one JSON object as the last line: {journeys, failed, accepted, refused, scannedPages, notAtTheHub, elderPagesS02, scrolled, failures}
Exit code 1 when a journey failed, a page had to be scrolled, or a promise is not at the hub.`

const PICTURES = join(ROOT, 'test/out/journeys')
/** As many as one page of Chromium bears at their full size. */
const PICTURES_A_SHEET = 40
const WALKED_BY_ELDERS = 'S02'
/** A page that never answers is a failed journey, not a campaign that never ends. */
const JOURNEY_LIMIT_MS = 180_000
/** Old people meet it upright and lying; half of the journeys each. */
const SCREENS = [
  { width: 1080, height: 1920 },
  { width: 1920, height: 1080 },
] as const

interface Outcome {
  readonly name: string
  readonly plan: JourneyPlan
  readonly pages: number
  readonly end: JourneyEnd | { readonly end: 'failed'; readonly why: string }
  readonly overflowing: readonly string[]
}

/** What is refused without network, by the item's policy; everything else is taken in (domain.md section 5). */
function isExpected({ plan, end }: Outcome, network: 'online' | 'offline'): boolean {
  if (end.end === 'failed') return false
  // Results on paper are printed at the window, whatever devices stand here.
  const wantsResult = plan.item.needs.includes('document-printer')
  const isRefused = (plan.item.offlinePolicy === 'C' && network === 'offline') || wantsResult
  return isRefused ? end.end === 'window' : end.end === 'accepted'
}

async function lane(
  plans: readonly JourneyPlan[],
  network: 'online' | 'offline',
  viewport: (typeof SCREENS)[number],
  tell: (line: string) => void,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly missing: readonly string[] }> {
  const outcomes: Outcome[] = []
  const world = await openWorld({ allDevices: true })
  try {
    await world.startTerminal()
    const page = await world.openPage({ viewport })
    page.setDefaultTimeout(20_000)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await statusShows(page, 'connected')
    if (network === 'offline') {
      await world.stack.bench.network.cut()
      await statusShows(page, 'no-network')
    }
    for (const plan of plans) {
      const name = `${plan.item.id}-${plan.mode}-${network}`
      const outcome = await journey(world, page, plan, name)
      outcomes.push(outcome)
      tell(
        `${name}: ${outcome.end.end}, ${outcome.pages} pages${outcome.end.end === 'failed' ? `: ${outcome.end.why}` : ''}`,
      )
      for (const each of outcome.overflowing) tell(`  ${each}`)
      await backToIdle(world, page)
    }
    await world.stack.bench.network.restore()
    return {
      outcomes,
      missing: await notAtTheHub(
        world,
        outcomes.flatMap(({ end }) => (end.end === 'failed' ? [] : [end])),
      ),
    }
  } finally {
    await world.close()
  }
}

async function journey(world: World, page: Page, plan: JourneyPlan, name: string): Promise<Outcome> {
  let shot = 0
  const picture = async (at: string) => {
    if (!values.pictures) return
    shot++
    await page.screenshot({ path: join(PICTURES, `${name}-${String(shot).padStart(2, '0')}-${at}.png`) })
  }
  try {
    const { end, pages, overflowing } = await withinLimit(walk(page, world.stack.bench, plan, picture))
    return { name, plan, end, pages, overflowing }
  } catch (error) {
    await page.screenshot({ path: join(PICTURES, `${name}-failed.png`) })
    return { name, plan, pages: 0, overflowing: [], end: { end: 'failed', why: String(error).split('\n')[0] ?? '' } }
  }
}

async function withinLimit<T>(walking: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not at its end after ${JOURNEY_LIMIT_MS / 1000} s`)), JOURNEY_LIMIT_MS)
  })
  try {
    return await Promise.race([walking, tooLong])
  } finally {
    clearTimeout(timer)
  }
}

async function backToIdle({ stack: { bench } }: World, page: Page): Promise<void> {
  bench.reader.takeCard()
  const end = page.getByTestId('end-visit')
  if ((await end.count()) > 0) await end.click()
  // Without a card nobody's visit has to be ended: a fresh document is the idle page.
  else await page.reload()
  await page.getByTestId('idle-page').waitFor()
}

/** All pictures small beside each other; on several sheets, since a page of all of them is too much for one Chromium. */
async function contactSheets(): Promise<readonly string[]> {
  const names = readdirSync(PICTURES).filter((name) => name.endsWith('.png') && !name.startsWith('sheet'))
  const browser = await launchChromium({ viewport: { width: 1600, height: 900 } })
  const files: string[] = []
  try {
    for (let first = 0; first < names.length; first += PICTURES_A_SHEET) {
      const page = await browser.newPage()
      const cells = names.slice(first, first + PICTURES_A_SHEET).map((name) => {
        const data = readFileSync(join(PICTURES, name)).toString('base64')
        return `<figure><img height="300" src="data:image/png;base64,${data}"><figcaption>${name}</figcaption></figure>`
      })
      await page.setContent(
        `<body style="display:flex;flex-wrap:wrap;gap:8px;font:11px sans-serif">${cells.join('')}</body>`,
      )
      const file = join(PICTURES, `sheet-${1 + files.length}.png`)
      await page.screenshot({ path: file, fullPage: true })
      await page.close()
      files.push(file)
    }
  } finally {
    await browser.close()
  }
  return files
}

const { values } = parseArgs({
  options: {
    item: { type: 'string' },
    pictures: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

async function main(): Promise<void> {
  const tell = (line: string) => process.stderr.write(`${line}\n`)
  rmSync(PICTURES, { recursive: true, force: true })
  mkdirSync(PICTURES, { recursive: true })
  const today = new Date().toLocaleDateString('sv-SE')
  const plans = plansFor(today).filter(({ item }) => values.item === undefined || item.id === values.item)
  if (plans.length === 0) throw new Error(`there is no item ${values.item}`)
  const beganAtMs = performance.now()
  const lanes = await Promise.all([lane(plans, 'online', SCREENS[0], tell), lane(plans, 'offline', SCREENS[1], tell)])
  const judged = lanes.flatMap(({ outcomes }, index) =>
    outcomes.map((outcome) => ({ ...outcome, isGood: isExpected(outcome, index === 0 ? 'online' : 'offline') })),
  )
  const missing = lanes.flatMap((each) => each.missing)
  for (const each of missing) tell(each)
  const failures = judged.filter(({ isGood }) => !isGood).map(({ name, end }) => ({ name, end }))
  const elder = judged.filter(({ plan }) => plan.item.id === WALKED_BY_ELDERS && plan.mode === 'elder')
  const result = {
    journeys: judged.length,
    failed: failures.length,
    accepted: judged.filter(({ end }) => end.end === 'accepted').length,
    refused: judged.filter(({ end }) => end.end === 'window').length,
    scannedPages: judged.reduce((sum, { end }) => sum + (end.end === 'accepted' ? end.scanned : 0), 0),
    notAtTheHub: missing.length,
    elderPagesS02: elder.length === 0 ? null : Math.max(...elder.map(({ pages }) => pages)),
    scrolled: judged.filter(({ overflowing }) => overflowing.length > 0).length,
    seconds: Math.round((performance.now() - beganAtMs) / 1000),
    failures,
  }
  if (values.pictures) tell(`contact sheets: ${(await contactSheets()).join(', ')}`)
  if (values.json) console.log(JSON.stringify(result))
  else
    console.log(`${result.journeys} journeys, ${result.failed} failed, ${result.scrolled} with a page that overflows`)
  endWith(failures.length + missing.length + result.scrolled === 0 ? 0 : 1)
}

if (values.help) console.log(HELP)
else await main()
