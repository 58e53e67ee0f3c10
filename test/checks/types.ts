/**
 * `npm run types`: type-checks every side with its own tsconfig, and fails when a TypeScript file that git lists is
 * in no side: a file that nobody checks is not a file without errors.
 */
import { execFile, execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'

const CHECKOUT = join(import.meta.dirname, '../..')
const TSC = join(CHECKOUT, 'node_modules/typescript/bin/tsc')
const SIDES = ['drivers', 'sync', 'electron', 'renderer', 'test']

/** Two compilers fill the two cores that our CI has. */
const AT_ONCE = 2

/** "No inputs were found in config file": the folder holds no file yet. (With an inherited `files: []` tsc is silent.) */
const NO_INPUTS = 'error TS18003'

export type TypesResult = {
  project: string
  state: 'passed' | 'failed' | 'skipped'
  seconds: number
  errors: string[]
  files: string[]
}

/** Every tsconfig of every side, so that a new one is checked without being named here. */
function projects(): string[] {
  return SIDES.flatMap((side) =>
    readdirSync(join(CHECKOUT, side))
      .filter((file) => /^tsconfig(?:\..+)?\.json$/.test(file))
      .sort()
      .map((file) => `${side}/${file}`),
  )
}

const isOurs = (file: string): boolean => !file.startsWith('node_modules/') && !file.startsWith('..')

function check(project: string): Promise<TypesResult> {
  const began = performance.now()
  const args = [TSC, '-p', project, '--pretty', 'false', '--listFiles']
  const options = { cwd: CHECKOUT, maxBuffer: 64 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      // A string code (ENOENT …) or a signal means that the compiler itself did not run to its end.
      if (error !== null && typeof error.code !== 'number') return reject(error)
      const seconds = (performance.now() - began) / 1000
      const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '')
      const files = lines.filter((line) => line.startsWith('/')).map((line) => relative(CHECKOUT, line))
      const errors = lines.filter((line) => !line.startsWith('/'))
      const empty = files.every((file) => !isOurs(file)) && errors.every((line) => line.includes(NO_INPUTS))
      const state = empty ? 'skipped' : error === null ? 'passed' : 'failed'
      resolve({ project, state, seconds, errors: empty ? [] : errors, files })
    })
  })
}

/** One line on how a side went, and its errors below. */
export function describeTypes(result: TypesResult): string {
  const { project, state, seconds, errors } = result
  if (state === 'skipped') return `types ${project}: skipped, it holds no TypeScript file yet`
  const own = result.files.filter(isOurs).length
  const count = errors.filter((each) => !each.startsWith(' ')).length // indented lines explain the one above
  const head = `types ${project}: ${state}, ${own} files, ${count} errors, ${seconds.toFixed(1)} s`
  return [head, ...errors].join('\n')
}

/** The TypeScript files that git lists, tracked or new. */
function listFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.ts', '*.tsx']
  const listed = execFileSync('git', args, { cwd: CHECKOUT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return [...new Set(listed.split('\0'))].filter((file) => file !== '')
}

/** Checks all sides, two at a time. `onResult` is told of each as it ends. */
export async function checkTypes(onResult: (result: TypesResult) => void): Promise<TypesResult[]> {
  const listed = listFiles() // before compiling: a file that appears meanwhile is the next run's
  const waiting = projects()
  const results: TypesResult[] = []
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await check(next)
      results.push(result)
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const seen = new Set(results.flatMap((result) => result.files))
  const files = listed.filter((file) => !seen.has(file))
  const errors = files.map((file) => `${file}: in no tsconfig of any side, so its types are not checked`)
  const state = files.length === 0 ? 'passed' : 'failed'
  const last: TypesResult = { project: '(every file is in a side)', state, seconds: 0, errors, files: listed }
  onResult(last)
  return [...results, last]
}

const HELP = `Usage: npm run types -- [--json]
Type-checks every side (drivers, sync, electron, renderer, test) with each of its tsconfigs.
  --json   one JSON object as the last line: {ok, results: [{project, state, seconds, errors}]}
Exit code 1 when a side has an error or a file is in no side.`

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } })
  if (values.help) {
    console.log(HELP)
    return
  }
  const results = await checkTypes((result) => console.log(describeTypes(result)))
  const ok = results.every((result) => result.state !== 'failed')
  if (values.json) console.log(JSON.stringify({ ok, results: results.map(({ files: _, ...rest }) => rest) }))
  process.exitCode = ok ? 0 : 1
}

if (import.meta.main) await main()
