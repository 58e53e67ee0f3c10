/**
 * A vitest reporter that writes what `npm test` closes with: counts, failures, and every skipped test with the reason
 * given to ctx.skip('reason'), which vitest's own JSON reporter leaves out. A skip without a reason is a failure:
 * nothing is left out silently. Writes JSON (SuiteReport) to the path in SUITE_REPORT.
 */
import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node'
import { z } from 'zod'
import { cellOf } from './fault-table.ts'

/** The environment variable that names the file to write. */
export const REPORT_VARIABLE = 'SUITE_REPORT'

const Named = z.object({ name: z.string(), why: z.string() })

/** `passed` counts tests; a failure is a test, a suite that did not load or set up, or an error outside any test. */
export const SuiteReport = z.object({
  passed: z.number().int(),
  failures: z.array(Named),
  skips: z.array(Named),
  /** Tests that are cells of the fault matrix (fault-table.ts). */
  cells: z.array(z.object({ name: z.string(), outcome: z.enum(['passed', 'failed', 'skipped']) })),
})
export type SuiteReport = z.infer<typeof SuiteReport>

/** Longer messages are cut in the closing lines; vitest has shown them whole. */
const WHY_CHARACTERS = 200

interface Thrown {
  readonly message: string
  readonly stacks?: readonly { readonly file: string; readonly line: number }[]
}

/** The message's first line, what a browser's locator waited for, and where in the test. */
function firstLine(error: Thrown | undefined): string {
  const [first = '', ...rest] = (error?.message ?? '').split('\n').map((line) => line.trim())
  if (first === '') return 'no message'
  const line = first.length > WHY_CHARACTERS ? `${first.slice(0, WHY_CHARACTERS)}…` : first
  const waited = rest.find((each) => each.startsWith('- waiting for '))?.slice(2, WHY_CHARACTERS)
  const frame = error?.stacks?.find(({ file }) => /\.test\.[jt]sx?$/.test(file))
  const place = frame === undefined ? undefined : `line ${frame.line}`
  return [line, waited, place].filter((each) => each !== undefined).join(' · ')
}

const nameOf = (test: TestCase | TestSuite): string => `${test.module.relativeModuleId} > ${test.fullName}`

/** The failed suite or file around a test, whose hooks then kept the test from running. */
function failedParent(test: TestCase): TestSuite | TestModule | undefined {
  for (let parent = test.parent; ; parent = parent.parent) {
    if (parent.errors().length > 0) return parent
    if (parent.type === 'module') return undefined
  }
}

function addTest(test: TestCase, report: SuiteReport): void {
  const result = test.result()
  const name = nameOf(test)
  const cell = cellOf(test.name)
  if (cell !== undefined) {
    report.cells.push({ name: test.name, outcome: result.state === 'pending' ? 'failed' : result.state })
    // A sentence that says why a fault cannot strike tests nothing, and is not counted.
    if (cell.cannot !== undefined) return
  }
  if (result.state === 'passed') report.passed += 1
  else if (result.state === 'failed') report.failures.push({ name, why: firstLine(result.errors[0]) })
  else if (result.state === 'pending') report.failures.push({ name, why: 'it never ended' })
  else if (result.note !== undefined) report.skips.push({ name, why: result.note })
  else if (test.options.mode === 'todo') report.skips.push({ name, why: 'written down as still to do' })
  else if (failedParent(test) !== undefined) report.skips.push({ name, why: 'what it stands in failed before it' })
  else report.failures.push({ name, why: "skipped without a reason: use ctx.skip('reason')" })
}

/** What a finished run amounts to. */
export function suiteReport(modules: readonly TestModule[], unhandled: readonly SerializedError[]): SuiteReport {
  const report: SuiteReport = { passed: 0, failures: [], skips: [], cells: [] }
  for (const module of modules) {
    const file = module.relativeModuleId
    for (const error of module.errors()) report.failures.push({ name: file, why: firstLine(error) })
    for (const suite of module.children.allSuites()) {
      for (const error of suite.errors()) report.failures.push({ name: nameOf(suite), why: firstLine(error) })
    }
    const tests = [...module.children.allTests()]
    for (const test of tests) addTest(test, report)
    if (tests.length === 0 && module.errors().length === 0) {
      report.failures.push({ name: file, why: 'it holds no test, or did not end' })
    }
  }
  for (const error of unhandled) report.failures.push({ name: 'outside any test', why: firstLine(error) })
  return report
}

export default class SuiteReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const path = process.env[REPORT_VARIABLE]
    if (path === undefined) throw new Error(`${REPORT_VARIABLE} names no file`)
    writeFileSync(path, JSON.stringify(suiteReport(modules, unhandled)))
  }
}
