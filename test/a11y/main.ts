import { parseArgs } from 'node:util'
import { hashPin } from '../../electron/staff-pin.ts'
import { endWith } from '../support/ending.ts'
import { changeSettings } from '../support/settings.ts'
import { addStaff } from '../support/staff-badge.ts'
import { statusShows } from '../support/walk.ts'
import { openWorld } from '../support/world.ts'
import type { Violation } from './in-page.ts'
import { checkPage } from './page-check.ts'
import { PARTS, type Part } from './parts.ts'
import { checkWords } from './untranslated.ts'

const HELP = `Usage: npm run a11y -- [--json] [--only PART[,PART]] [--quick]
Walks the journeys in real Chromium, upright and lying, standard and elder, in every colour, and checks each page with axe and
with our own rules in millimetres: type, targets, gaps, contrast 4.5 (elder 7), nothing cut off, nothing to scroll, everything reached by arrow keys,
time-outs by sight and by sound.
  --only   some parts: ${PARTS.map(({ name }) => name).join(', ')};
           a word stands for all that begin with it
  --quick  each part one way up only, in turn: the elder's lying, where it is tightest
  --json   one JSON object as the last line: {pages, violations, found: [{page, rule, where, detail}]}
Exit code 1 when there is a violation.`

const SCREENS = {
  portrait: { width: 1080, height: 1920 },
  landscape: { width: 1920, height: 1080 },
} as const
const PIN = '480617'

async function walk(orientation: keyof typeof SCREENS, parts: readonly Part[], tell: (line: string) => void) {
  let pages = 0
  const found: Violation[] = []
  if (parts.length === 0) return { pages, found }
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
    const add = (violation: Violation) => {
      found.push(violation)
      const { rule, where, detail } = violation
      tell(`  ${rule}: ${where}: ${detail}`)
    }
    const checkBy = (judge: typeof checkPage) => (prefix: string) => async (name: string) => {
      const violations = await judge(page, `${orientation} ${prefix}${name}`)
      pages++
      tell(`${orientation} ${prefix}${name}: ${violations.length}`)
      for (const each of violations) add(each)
    }
    await statusShows(page, 'connected')
    const stage = { page, world, badge, pin: PIN, checkAs: checkBy(checkPage), wordsAs: checkBy(checkWords) }
    for (const part of parts) {
      await part.run({ ...stage, add: (each) => add({ ...each, page: `${orientation} ${each.page}` }) })
    }
  } finally {
    await world.close()
  }
  return { pages, found }
}

/** The parts that were asked for; undefined when a word names none. */
function chosen(only: string | undefined): readonly Part[] | undefined {
  if (only === undefined) return PARTS
  const words = only.split(',')
  const isNamed = (word: string) => PARTS.some(({ name }) => name.startsWith(word))
  return words.every(isNamed) ? PARTS.filter(({ name }) => words.some((word) => name.startsWith(word))) : undefined
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    only: { type: 'string' },
    quick: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
const parts = chosen(values.only)
if (values.help) console.log(HELP)
else if (parts === undefined) {
  console.error(`there is no such part: ${values.only}\n\n${HELP}`)
  process.exitCode = 2
} else {
  const tell = (line: string) => process.stderr.write(`${line}\n`)
  const turn = (rest: number) => (values.quick ? parts.filter((_, index) => index % 2 === rest) : parts)
  const results = await Promise.all([walk('portrait', turn(1), tell), walk('landscape', turn(0), tell)])
  const pages = results.reduce((sum, each) => sum + each.pages, 0)
  const found = results.flatMap((each) => each.found)
  if (values.json) console.log(JSON.stringify({ pages, violations: found.length, found }))
  else console.log(`${pages} pages, ${found.length} violations`)
  endWith(found.length === 0 && pages > 0 ? 0 : 1)
}
