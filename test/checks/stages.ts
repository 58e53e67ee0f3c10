/** The stages of `npm test`: each runs one check or one suite and says how it went. */
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findParts } from '../guest/parts.ts'
import { faultTable } from './fault-table.ts'
import { checkCheckout } from './import-rules.ts'
import { REPORT_VARIABLE, SuiteReport } from './suite-reporter.ts'
import { checkTypes, describeTypes } from './types.ts'

export const CHECKOUT = join(import.meta.dirname, '../..')

/** A suite that hangs must not hang CI; the whole of `npm test` is meant to take 8 minutes. */
const STAGE_LIMIT_MS = 25 * 60_000

/** Where Node keeps what it has compiled: hub and terminal are begun some three hundred times. */
const COMPILED = { NODE_COMPILE_CACHE: join(CHECKOUT, 'node_modules/.cache/bianmin/compiled') }

/** `passed` and `failures` count tests, or single checks (one tsconfig, the lint run, …). */
export type StageResult = SuiteReport

/** A stage: `run` does it, printing what went wrong. `needs`: stages without whose success it is not run. */
export type Stage = { name: string; needs?: string[]; run: () => Promise<StageResult> }

const passed = (): StageResult => ({ passed: 1, failures: [], skips: [], cells: [] })
const failed = (name: string, why: string): StageResult => ({
  passed: 0,
  failures: [{ name, why }],
  skips: [],
  cells: [],
})
const skipped = (name: string, why: string): StageResult => ({
  passed: 0,
  failures: [],
  skips: [{ name, why }],
  cells: [],
})

/** How a command ended: undefined when well, else in words. Its output goes to ours. */
function run(command: string, args: string[], env: Record<string, string> = {}): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: CHECKOUT,
      stdio: 'inherit',
      env: { ...COMPILED, ...process.env, ...env },
    })
    let late = false
    const limit = setTimeout(() => {
      late = true
      child.kill('SIGTERM')
    }, STAGE_LIMIT_MS)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      clearTimeout(limit)
      if (late) resolve(`it was stopped after ${STAGE_LIMIT_MS / 60_000} minutes`)
      else resolve(code === 0 ? undefined : `it ended with ${signal ?? `exit code ${code}`}`)
    })
  })
}

const runNode = (args: string[], env?: Record<string, string>) => run(process.execPath, args, env)

async function types(): Promise<StageResult> {
  const result: StageResult = { passed: 0, failures: [], skips: [], cells: [] }
  await checkTypes((each) => {
    const name = `types ${each.project}`
    if (each.state === 'passed') result.passed += 1
    else if (each.state === 'skipped') result.skips.push({ name, why: 'it holds no TypeScript file yet' })
    else {
      result.failures.push({ name, why: each.errors[0] ?? 'the compiler failed without a word' })
      console.log(describeTypes(each))
    }
  })
  return result
}

async function lint(): Promise<StageResult> {
  const why = await runNode(['node_modules/@biomejs/biome/bin/biome', 'check', '.'])
  return why === undefined ? passed() : failed('lint', why)
}

async function rules(): Promise<StageResult> {
  const report = checkCheckout(CHECKOUT)
  for (const each of report.violations) console.log(each.sentence)
  const why = `${report.violations.length} violations, ${report.read} of ${report.listed} files read`
  return report.ok ? passed() : failed('import rules', why)
}

async function build(): Promise<StageResult> {
  const entry = 'electron/build.ts'
  if (!existsSync(join(CHECKOUT, entry))) return skipped('build', `there is no ${entry} yet`)
  const why = await runNode([entry])
  return why === undefined ? passed() : failed('build', why)
}

/** Runs one vitest project and reads what suite-reporter.ts wrote about it. */
async function suite(project: string): Promise<StageResult> {
  const folder = mkdtempSync(join(tmpdir(), 'bianmin-suite-'))
  const path = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=./test/checks/suite-reporter.ts']
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--allowOnly=false', ...reporters]
    const why = await runNode(args, { [REPORT_VARIABLE]: path })
    if (!existsSync(path)) return failed(project, `${why ?? 'it ended well'} but left no report`)
    const report = SuiteReport.parse(JSON.parse(readFileSync(path, 'utf8')))
    if (why !== undefined && report.failures.length === 0) report.failures.push({ name: project, why })
    return report
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Unit and integration, with the fault matrix of the devices drawn from the cells that ran. */
async function unit(): Promise<StageResult> {
  const report = await suite('unit')
  const { lines, missing, unknown } = faultTable(report.cells)
  for (const line of lines) console.log(line)
  for (const name of missing) report.failures.push({ name, why: 'this cell of the fault matrix did not run' })
  for (const name of unknown)
    report.failures.push({ name, why: 'a cell that test/checks/fault-table.ts does not list' })
  return report
}

async function e2e(): Promise<StageResult> {
  const files = globSync('test/e2e/**/*.test.ts', { cwd: CHECKOUT })
  return files.length === 0 ? skipped('e2e', 'there is no test in test/e2e yet') : suite('e2e')
}

/** Booting a kernel takes up to three minutes, so `npm test` only says that it did not. */
const guestLeftOut: Stage = {
  name: 'HID in a QEMU guest',
  run: async () =>
    skipped('HID in a QEMU guest', 'part of npm run test:full; alone: npm run setup -- --guest && npm run guest'),
}

/** The stages that `npm test` and `npm run test:full` share, in order. */
export const STAGES: Stage[] = [
  { name: 'types', run: types },
  { name: 'lint', run: lint },
  { name: 'import rules', run: rules },
  { name: 'build', run: build },
  { name: 'unit and integration', run: unit },
  { name: 'e2e in both shells', needs: ['build'], run: e2e },
]

/** A campaign is an npm script; it exists when its script and the file behind it do. */
function campaign(name: string, entry: string, args: string[]): Stage {
  return {
    name: `campaign ${name}`,
    needs: ['build'],
    run: async () => {
      const { scripts } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'))
      const [script = name] = name.split(' ')
      const exists = typeof scripts?.[script] === 'string' && existsSync(join(CHECKOUT, entry))
      if (!exists) return skipped(`campaign ${name}`, 'it does not exist yet')
      const why = await run('npm', ['run', '--silent', script, '--', ...args, '--json'])
      return why === undefined ? passed() : failed(`campaign ${name}`, why)
    },
  }
}

/** What `npm test` leaves to `npm run test:full`, by name. */
export const LEFT_OUT: readonly Stage[] = [guestLeftOut]

/** HID for real, where QEMU, a kernel and a static busybox are there. */
const guest: Stage = {
  ...campaign('guest', 'test/guest/main.ts', []),
  needs: [],
  run: async () => {
    const found = findParts()
    if (found.ok) return campaign('guest', 'test/guest/main.ts', []).run()
    return skipped('HID in a QEMU guest', `${found.missing.join('; ')}: npm run setup -- --guest installs it`)
  },
}

/** What `npm run test:full` adds. */
export const CAMPAIGNS: Stage[] = [
  campaign('demo', 'test/demo/demo.ts', []),
  campaign('bench devices', 'test/bench/main.ts', ['devices']),
  campaign('bench submit', 'test/bench/main.ts', ['submit']),
  campaign('bench start', 'test/bench/main.ts', ['start']),
  campaign('bench drain', 'test/bench/drain.ts', ['drain']),
  campaign('bench queue-scale', 'test/bench/queue-scale.ts', ['queue-scale']),
  campaign('sim', 'test/sim/main.ts', ['--seeds', '1000']),
  campaign('faults', 'test/faults/main.ts', ['--seed', '1', '--submissions', '2000', '--peers']),
  campaign('a11y', 'test/a11y/main.ts', []),
  campaign('wipe', 'test/wipe/main.ts', []),
  campaign('fuzz', 'test/fuzz/main.ts', ['--frames', '1000000']),
  guest,
]
