import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { endWith } from '../support/ending.ts'
import { keep } from './keep.ts'
import { minimise } from './minimise.ts'
import { BREAKS, type Break, CONSEQUENCES, describe, optionsOf } from './options.ts'
import { VIOLATIONS, type Violation } from './oracle.ts'
import { runWorlds } from './pool.ts'
import { addResult, emptyReport, finish, type Report } from './report.ts'
import { runWorld, type WorldResult } from './world.ts'

const HELP = `npm run sim -- --seeds N [--from SEED] [--json] [--keep DIR] [--break WHAT] [--threads N] [--history N]

Runs N simulated worlds of terminals and hub, each from its seed: production code of journal, projection, drain,
delivery, hub client and hub under a simulated clock, network and disk, with faults. Judges every step.

  --seeds N      how many worlds (default 100)
  --from SEED    the first seed (default 1)
  --json         prints one JSON object as the last line
  --keep DIR     leaves promised.jsonl, hub.jsonl, journals and key set of each seed there
  --break WHAT   takes a safeguard away: ${BREAKS.join(', ')}; stops at the loss that follows
  --threads N    seeds run side by side (default: processors, at most 8); does not change any history
  --history N    with one seed: prints its last N events (default 60 for a seed that fails)

Exit code 0 when all holds, 1 when something was lost, doubled, promised too early or not delivered, or when code reached
for the real clock, timers or randomness; 2 for bad usage.
`
const MAX_THREADS = 8
const PROGRESS_EVERY_MS = 5_000
const FAILURE_LINES = 60

interface Arguments {
  readonly seeds: number
  readonly from: number
  readonly json: boolean
  readonly keepDir: string | undefined
  readonly broken: Break | undefined
  readonly threads: number
  readonly history: number
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

function readArguments(argv: readonly string[]): Arguments | string {
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        seeds: { type: 'string' },
        from: { type: 'string' },
        json: { type: 'boolean' },
        keep: { type: 'string' },
        break: { type: 'string' },
        threads: { type: 'string' },
        history: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  if (values.help === true) return ''
  const numbers = { seeds: 100, from: 1, threads: Math.min(MAX_THREADS, availableParallelism()), history: 0 }
  for (const name of Object.keys(numbers) as (keyof typeof numbers)[]) {
    const text = values[name]
    if (text === undefined) continue
    const value = Number(text)
    if (!Number.isSafeInteger(value) || value < (name === 'history' || name === 'from' ? 0 : 1))
      return `--${name} ${text}: no such number`
    numbers[name] = value
  }
  const broken = BREAKS.find((each) => each === values.break)
  if (values.break !== undefined && broken === undefined) return `--break ${values.break}: one of ${BREAKS.join(', ')}`
  const keepDir = typeof values.keep === 'string' ? values.keep : undefined
  return { ...numbers, json: values.json === true, keepDir, broken }
}

async function explain(result: WorldResult, violation: Violation, broken: Break | undefined): Promise<string> {
  say(`\nFAILED ${describe(result.options)}`)
  say(`  ${violation.kind} after ${(violation.atMs / 1000).toFixed(3)} s: ${violation.detail}`)
  const { options, runs } = await minimise(result.options, violation.kind, broken)
  const small = describe(options)
  const again = await runWorld(options, { broken, keepLines: FAILURE_LINES })
  say(`  made smaller in ${runs} runs: ${small}`)
  for (const { kind, detail } of again.violations) say(`  ${kind}: ${detail}`)
  say(`  its last events:\n${again.lines.map((line) => `    ${line}`).join('\n')}\n`)
  return small
}

async function main(): Promise<number> {
  const read = readArguments(process.argv.slice(2))
  if (typeof read === 'string') {
    if (read !== '') say(`${read}\n`)
    process.stdout.write(HELP)
    return read === '' ? 0 : 2
  }
  const { seeds, from, broken, keepDir } = read
  const startedMs = performance.now()
  const report: Report = emptyReport()
  let saidMs = startedMs
  if (seeds === 1) say(describe(optionsOf(from)))

  const take = async (result: WorldResult): Promise<'go-on' | 'stop'> => {
    if (keepDir !== undefined) await keep(keepDir, result)
    const ends = broken === undefined ? VIOLATIONS : CONSEQUENCES[broken]
    const worst = result.violations.find(({ kind }) => ends.includes(kind))
    // Without a safeguard there are early signs in many seeds; one that came to a loss is proof enough.
    const minimised = worst === undefined ? null : await explain(result, worst, broken)
    addResult(report, result, minimised)
    if (performance.now() - saidMs > PROGRESS_EVERY_MS) {
      saidMs = performance.now()
      say(`${report.seeds}/${seeds} seeds, ${report.submissions} submissions, ${report.failedSeeds.length} failed`)
    }
    return worst !== undefined && broken !== undefined ? 'stop' : 'go-on'
  }

  if (seeds === 1) {
    const result = await runWorld(optionsOf(from), { broken, keepLines: read.history, keeps: keepDir !== undefined })
    for (const line of result.lines) say(line)
    await take(result)
  } else {
    const list = Array.from({ length: seeds }, (_, index) => optionsOf(from + index))
    await runWorlds(list, read.threads, { broken, keeps: keepDir !== undefined }, take)
  }
  finish(report, (performance.now() - startedMs) / 1000)
  const isSealed = Object.keys(report.leaks).length === 0
  const holds = report.failedSeeds.length === 0 && isSealed
  if (!isSealed) say(`the real world leaked in: ${JSON.stringify(report.leaks)}`)
  process.stdout.write(read.json ? `${JSON.stringify(report)}\n` : `${summary(report)}\n`)
  return holds ? 0 : 1
}

function summary({
  seeds,
  submissions,
  delivered,
  refused,
  damaged,
  lost,
  duplicated,
  seconds,
  ...rest
}: Report): string {
  return (
    `${seeds} seeds in ${seconds} s, ${submissions} submissions: ${delivered} delivered, ${refused} refused and visible, ` +
    `${damaged} damaged and visible, ${lost} lost, ${duplicated} duplicated, ${rest.promisedAheadOfJournal} promised ` +
    `ahead of the journal, ${rest.undelivered} undelivered; ${rest.failedSeeds.length} seeds failed; hash ${rest.hash}`
  )
}

endWith(await main())
