import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { findChromium } from '../support/chromium.ts'
import { endWith } from '../support/ending.ts'
import { findPostgresBin } from '../support/tools.ts'
import { type CampaignReport, runCampaign } from './campaign.ts'
import { BREAKS, type Break } from './inside/control.ts'
import { ALL_KINDS, BROWSER_EVENTS, INTAKE_CHUNK_POINTS, POSTGRES_EVENTS } from './kinds.ts'
import { runPeers } from './peers/peers.ts'
import { outcomeOf } from './report.ts'
import { episodeText, makeSchedule } from './schedule.ts'

const HELP = `Faults on real processes: a seeded schedule kills, cuts, fills, turns back and lies, and then everything is counted again.

  npm run faults -- [--seed N] [--submissions N] [--json] [--keep DIR] [--break NAME] [--peers]
  --seed N          the same seed gives the same schedule (default 1)
  --submissions N   how many citizens try to submit (default 300)
  --episodes N      only the first N episodes of the schedule: to come closer to what failed
  --without KINDS   leave kinds out, separated by commas; "kill" leaves all kills out
  --list            print the schedule and end
  --keep DIR        leave there promised.jsonl, hub.jsonl, journal/, the key sets, the terminals' logs
  --break NAME      take a safety away (${BREAKS.join(', ')}): the campaign must find the loss
  --peers           also replay the six known facts against stock RxDB push and PouchDB, beside ours
  --only-peers      nothing but --peers
  --json            one JSON object as the last line

Exit code 1 when something was lost, duplicated, promised ahead of the journal or hidden; 2 when it could not be run to its end.
`
const EXIT_NOT_RUN = 2
/** The fault that a missing safety does not keep away. */
const SHOWN_BY = {
  'no-unique': 'half-answer',
  'no-resend': 'connection-reset',
  'any-receipt': 'forged-receipt',
} as const satisfies Record<Break, string>

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    submissions: { type: 'string', default: '300' },
    episodes: { type: 'string' },
    without: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    keep: { type: 'string' },
    break: { type: 'string' },
    peers: { type: 'boolean', default: false },
    'only-peers': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const say = (line: string) => process.stderr.write(`${line}\n`)

function whole(name: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least) {
    say(`--${name} ${text}: not a whole number from ${least} on`)
    process.exit(64)
  }
  return value
}

if (values.help) {
  process.stdout.write(HELP)
} else {
  endWith(await main())
}

async function main(): Promise<number> {
  const broken = BREAKS.find((name) => name === values.break) ?? null
  if (values.break !== undefined && broken === null) {
    say(`--break ${values.break}: there are ${BREAKS.join(', ')}`)
    return 64
  }
  const seed = whole('seed', values.seed, 0)
  const submissions = whole('submissions', values.submissions, 1)
  const { without, skipped, postgres, browser, mayMount } = whatIsHere(broken)
  const schedule = makeSchedule({
    seed,
    submissions,
    without,
    browser,
    postgres,
    ...(broken === null ? {} : { often: SHOWN_BY[broken] }),
  })
  const episodes = values.episodes === undefined ? schedule : schedule.slice(0, whole('episodes', values.episodes, 1))
  if (values.list) {
    for (const episode of episodes) process.stdout.write(`${episodeText(episode)}\n`)
    return 0
  }

  const dir = await mkdtemp(join(tmpdir(), 'bianmin-faults-'))
  if (values['only-peers']) {
    const peers = await runPeers({ dir, say })
    await rm(dir, { recursive: true, force: true })
    process.stdout.write(`${JSON.stringify({ peers })}\n`)
    return 0
  }
  const keep = values.keep === undefined ? undefined : resolve(values.keep)
  if (keep !== undefined) {
    await rm(join(keep, 'promised.jsonl'), { force: true })
    await rm(join(keep, 'hub.jsonl'), { force: true })
    await mkdir(keep, { recursive: true })
  }
  const startedMs = performance.now()
  let report: CampaignReport
  try {
    report = await runCampaign({ dir, keep, schedule: episodes, broken, mayMount, say })
  } catch (error) {
    say(`the campaign itself failed: ${error instanceof Error ? error.stack : String(error)}`)
    tellFailure(seed, submissions, episodes.length, schedule)
    say(`files: ${dir}`)
    return EXIT_NOT_RUN
  }
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10
  const outcome = outcomeOf({ seed, submissions, schedule: episodes, report, skipped, broken, seconds })
  const peers = values.peers ? await runPeers({ dir, say }) : undefined
  await rm(dir, { recursive: true, force: true })
  const whole_ = peers === undefined ? outcome.json : { ...outcome.json, peers }
  if (!outcome.holds) tellFailure(seed, submissions, outcome.failedBy, schedule)
  process.stdout.write(values.json ? `${JSON.stringify(whole_)}\n` : `${JSON.stringify(whole_, null, 2)}\n`)
  return outcome.holds ? 0 : 1
}

/** What cannot strike here is named with its reason; what was left out by hand too. */
function whatIsHere(broken: Break | null) {
  const without = new Set(values.without.split(',').filter((kind) => kind !== ''))
  const skipped: Record<string, string> = {}
  for (const kind of without) {
    if (kind !== 'kill' && !ALL_KINDS.includes(kind)) say(`--without ${kind}: there is no such kind`)
    skipped[kind] = 'left out on the command line'
  }
  const browser = findChromium() !== undefined
  const postgres = findPostgresBin() !== undefined
  const mayMount = process.getuid?.() === 0
  const leaveOut = (kinds: readonly string[], why: string) => {
    for (const kind of kinds) {
      without.add(kind)
      skipped[kind] = why
    }
  }
  leaveOut(
    INTAKE_CHUNK_POINTS.map((point) => `kill ${point}`),
    'no page hands attachments in yet: they are laid into the journal instead',
  )
  if (!browser) leaveOut(BROWSER_EVENTS, 'no Chromium: npm run setup')
  if (!postgres) leaveOut(POSTGRES_EVENTS, 'no PostgreSQL: npm run setup')
  if (!mayMount) leaveOut(['disk-full', 'idb-disk-full'], 'only root may mount a small file system')
  // A break must show through its own fault: what sets submissions aside would hide it.
  if (broken !== null) leaveOut(['corrupt-request', 'refused-409', 'refused-413', 'refused-426'], `--break ${broken}`)
  return { without, skipped, browser, postgres, mayMount }
}

function tellFailure(
  seed: number,
  submissions: number,
  failedBy: number,
  schedule: ReturnType<typeof makeSchedule>,
): void {
  say(`\nseed ${seed}, ${submissions} submissions: it does not hold. The failing prefix of the schedule:`)
  for (const episode of schedule.slice(0, failedBy)) say(episodeText(episode))
  say(`again: npm run faults -- --seed ${seed} --submissions ${submissions} --episodes ${failedBy}`)
}
