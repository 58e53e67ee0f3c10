import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { endWith } from '../support/ending.ts'
import { searchPlain } from '../support/plain-search.ts'
import { addStaff } from '../support/staff-badge.ts'
import { statusShows } from '../support/walk.ts'
import { openWorld, type World } from '../support/world.ts'
import { nodeSnapshot, pageSnapshot, plantedIn, processesOf, snapshotOptions } from './heaps.ts'
import { PLANTED_PAGE } from './planted-page.ts'
import {
  canEnd,
  endBy,
  PLANTED,
  PLANTED_LICENCE,
  PLANTED_PRINCIPAL,
  SIGNED_IN_BY,
  STEPS,
  type Step,
  WAYS,
  type Way,
  walkTo,
} from './visits.ts'

const HELP = `Usage: npm run wipe -- [--quick | --sign-in | --binding] [--json]
Plants a person and a scanned page, ends the visit at each step in each way (the button, nobody there, another card, handed over), and looks for what
was planted: in heap snapshots of the page, of main and of the device host, in storage, files, logs and clipboard.
  --quick  four visits instead of all
  --sign-in  only those that sign in without a resident card
  --binding  only those for a principal whom the hub names by a family binding
  --json   one JSON object as the last line: {sessions, found, places, idleAgainMaxMs, control, leaks}
Exit code 1 when something was found, or when the search does not find what is there during a visit.`

const QUICK: readonly (readonly [Step, Way])[] = [
  ['paper', 'end'],
  ['confirm', 'idle'],
  ['receipt', 'end'],
  ['form', 'handed-over'],
]

interface Leak {
  readonly step: Step
  readonly way: Way
  readonly place: string
  readonly planted: string
}

interface Stage {
  readonly world: World
  readonly page: Page
  readonly folders: readonly string[]
  readonly heapDir: string
}

/** What can be looked into, by name; each answers the planted strings that it holds. */
async function look({
  world,
  page,
  folders,
  heapDir,
}: Stage): Promise<readonly (readonly [string, readonly string[]])[]> {
  const places: [string, readonly string[]][] = [['heap of the page', plantedIn(await pageSnapshot(page), PLANTED)]]
  const pid = world.shell().process.pid
  if (pid === undefined) throw new Error('main has no process id')
  for (const [nth, each] of processesOf(pid).entries()) {
    const name = nth === 0 ? 'heap of main' : 'heap of the device host'
    places.push([name, plantedIn(await nodeSnapshot(each, heapDir), PLANTED)])
  }
  const { findings, files } = await searchPlain(folders, PLANTED)
  if (files === 0) throw new Error('there was no file to look into')
  places.push(['files', findings.map(({ planted }) => planted)])
  const log = world.log.map((line) => JSON.stringify(line)).join('\n')
  places.push(['log', PLANTED.filter((text) => log.includes(text))])
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, window.name]))
  places.push(['storage of the page', PLANTED.filter((text) => stored.includes(text))])
  return places
}

async function run(visits: readonly (readonly [Step, Way])[], tell: (line: string) => void) {
  const root = mkdtempSync(join(tmpdir(), 'bianmin-wipe-'))
  const [profileDir, heapDir] = [join(root, 'profile'), join(root, 'heaps')]
  for (const dir of [profileDir, heapDir]) mkdirSync(dir)
  const world = await openWorld({ allDevices: true })
  const leaks: Leak[] = []
  const times: number[] = []
  const places = new Set<string>()
  let control = 0
  let isPageFound = false
  let isToldFound = false
  let isBoundFound = false
  try {
    const badge = await addStaff(world.dataDir, '李静')
    await world.startTerminal({ NODE_OPTIONS: snapshotOptions(heapDir) })
    const page = await world.openPage({ profileDir })
    page.setDefaultTimeout(60_000)
    // The page's clock can be put forward; it runs by itself otherwise, over every document of this context.
    await page.clock.install()
    await page.reload()
    const stage: Stage = { world, page, heapDir, folders: [world.stack.terminalDir, profileDir] }
    await statusShows(page, 'connected')
    await world.logged('staff-list-taken')
    const { bench } = world.stack
    for (const [step, way] of visits) {
      await page.getByTestId('idle-page').waitFor()
      await walkTo(step, page, world, badge)
      if (
        control === 0 ||
        (step === 'paper' && !isPageFound) ||
        (step === 'told' && !isToldFound) ||
        (step === 'bound' && !isBoundFound)
      ) {
        // The search must find what is there, or its silence means nothing.
        const held = new Map(await look(stage))
        for (const place of ['heap of the page', 'heap of main'])
          if ((held.get(place) ?? []).length === 0)
            throw new Error(`the search finds nothing in the ${place}, where a visit is`)
        if (step === 'paper') {
          isPageFound = PLANTED_PAGE.some((text) => held.get('heap of the page')?.includes(text))
          if (!isPageFound) throw new Error('the search does not find the scanned page that the screen shows')
        }
        if (step === 'bound') {
          const inPage = held.get('heap of the page') ?? []
          isBoundFound = PLANTED_PRINCIPAL.every((text) => held.get('heap of main')?.includes(text))
          if (!isBoundFound) throw new Error('the search does not find whom the hub named')
          if (PLANTED_PRINCIPAL.some((text) => inPage.includes(text)))
            throw new Error('the page was told more than a masked name')
        }
        if (step === 'told') {
          isToldFound = ['heap of the page', 'heap of main'].every((place) =>
            held.get(place)?.includes(PLANTED_LICENCE),
          )
          if (!isToldFound) throw new Error('the search does not find what the hub told')
        }
        control ||= [...held.values()].flat().length
      }
      times.push(await endBy(way, page, bench))
      if (way === 'other-card') {
        // Her visit is over as well before the next person comes.
        await page.getByTestId('end-visit').click()
        bench.reader.takeCard()
        await page.getByTestId('idle-page').waitFor()
      }
      let count = 0
      for (const [place, found] of await look(stage)) {
        places.add(place)
        count += found.length
        leaks.push(...found.map((planted) => ({ step, way, place, planted })))
      }
      tell(`${step} ended by ${way}: ${count} found, idle again after ${Math.round(times.at(-1) ?? 0)} ms`)
    }
  } finally {
    await world.close()
    rmSync(root, { recursive: true })
  }
  return { leaks, times, control, places: [...places] }
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    'sign-in': { type: 'boolean' },
    binding: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
if (values.help) console.log(HELP)
else {
  const all = STEPS.flatMap((step) => WAYS.filter((way) => canEnd(step, way)).map((way) => [step, way] as const))
  const signIn = all.filter(([step]) => SIGNED_IN_BY.some((each) => each === step))
  const bound = all.filter(([step]) => step === 'bound')
  const visits = values.quick ? QUICK : values['sign-in'] ? signIn : values.binding ? bound : all
  const tell = (line: string) => process.stderr.write(`${line}\n`)
  const { leaks, times, control, places } = await run(visits, tell)
  for (const { step, way, place, planted } of leaks) tell(`found: ${planted} in the ${place}, ${step} ended by ${way}`)
  const result = {
    sessions: visits.length,
    found: leaks.length,
    places,
    idleAgainMaxMs: Math.round(Math.max(...times)),
    control,
    leaks,
  }
  if (values.json) console.log(JSON.stringify(result))
  else console.log(`${result.sessions} visits, ${result.found} found`)
  endWith(leaks.length === 0 ? 0 : 1)
}
