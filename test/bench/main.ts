import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { endWith } from '../support/ending.ts'
import { devices } from './devices.ts'
import { drain } from './drain.ts'
import { queueScale } from './queue-scale.ts'
import { renderTable } from './render.ts'
import { type Bench, machine } from './report.ts'
import { search } from './search.ts'
import { start } from './start.ts'
import { submit } from './submit.ts'
import { tap } from './tap.ts'
import { visits } from './visits.ts'

/** Measures the terminal beside its limits and peers (design.md section 7). Nothing is asserted about time. */
const BENCHES: Readonly<Record<string, Bench>> = {
  devices,
  start,
  submit,
  drain,
  'queue-scale': queueScale,
  search,
  tap,
  visits,
}

const NAME_WIDTH = Math.max(...Object.keys(BENCHES).map((name) => name.length))

const USAGE = 64
const FAILED = 1

const HELP = `Usage: npm run bench -- NAME [--json] [--samples N] [--items N] [--dir DIR]

${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(NAME_WIDTH)}  ${about}`)
  .join('\n')}

  --json        one JSON object as the last line
  --samples N   how many readings, pairs, rounds or visits (--readings, --pairs, --rounds and --sessions mean the same)
  --items N     how many queued submissions (drain: 10,000; queue-scale: 100,000) or service items (search: 50,000)
  --dir DIR     keep the data there, on the disk that is to be measured (default: the system's temporary folder)
  --help        this text

Exit code 1 when a bench could not do what it measures, never because it was slow.
`

interface Asked {
  readonly name: string
  readonly bench: Bench
  readonly json: boolean
  readonly samples: number | undefined
  readonly items: number | undefined
  readonly dir: string | undefined
}

function asked(args: readonly string[]): Asked | { readonly help: true } | { readonly wrong: string } {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  let parsed: ReturnType<typeof read>
  const read = () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: flag,
        help: flag,
        samples: text,
        readings: text,
        pairs: text,
        rounds: text,
        sessions: text,
        items: text,
        dir: text,
      },
    })
  try {
    parsed = read()
  } catch (error) {
    return { wrong: (error as Error).message }
  }
  const { values, positionals } = parsed
  if (values.help) return { help: true }
  const [name, ...more] = positionals
  const names = Object.keys(BENCHES).join(', ')
  if (name === undefined || more.length > 0) return { wrong: `name one bench: ${names}` }
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined
  if (bench === undefined) return { wrong: `there is no bench "${name}"; there are ${names}` }
  const count = values.samples ?? values.readings ?? values.pairs ?? values.rounds ?? values.sessions
  const samples = count === undefined ? undefined : Number(count)
  if (samples !== undefined && !isCount(samples)) return { wrong: `${count} is no number of samples` }
  const items = values.items === undefined ? undefined : Number(values.items)
  if (items !== undefined && !isCount(items)) return { wrong: `${values.items} is no number of items` }
  return { name, bench, json: values.json, samples, items, dir: values.dir }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0
}

async function main(): Promise<number> {
  const wanted = asked(process.argv.slice(2))
  if ('help' in wanted) {
    process.stdout.write(HELP)
    return 0
  }
  if ('wrong' in wanted) {
    process.stderr.write(`${wanted.wrong}\n\n${HELP}`)
    return USAGE
  }
  const { name, bench, samples, items } = wanted
  const kept = wanted.dir === undefined ? undefined : resolve(wanted.dir)
  if (kept !== undefined) await mkdir(kept, { recursive: true })
  const dir = kept ?? (await mkdtemp(join(tmpdir(), 'bianmin-bench-')))
  const before = machine()
  const startedMs = performance.now()
  try {
    const report = await bench.run({ samples, items, dir, tell: (line) => process.stderr.write(`${line}\n`) })
    const ok = report.problems.length === 0
    const environment = { ...before, load1mAfter: machine().load1m, tookMs: Math.round(performance.now() - startedMs) }
    const title = `${name}: ${bench.about}\n(load ${before.load1m} before, ${environment.load1mAfter} after, ${before.cores} cores)`
    process.stdout.write(`${renderTable(title, report)}\n`)
    if (wanted.json) {
      process.stdout.write(
        `${JSON.stringify({ bench: name, ok, ...report.figures, problems: report.problems, environment })}\n`,
      )
    }
    return ok ? 0 : FAILED
  } finally {
    if (kept === undefined) await rm(dir, { recursive: true, force: true })
  }
}

endWith(await main())
