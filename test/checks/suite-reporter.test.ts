import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REPORT_VARIABLE, SuiteReport } from './suite-reporter.ts'

const CHECKOUT = join(import.meta.dirname, '../..')

/** Runs vitest itself on these test files in a fresh folder and returns what the reporter wrote. */
function report(files: Record<string, string>): SuiteReport {
  const root = mkdtempSync(join(tmpdir(), 'suite-reporter-'))
  try {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text)
    const path = join(root, 'report.json')
    const reporter = join(import.meta.dirname, 'suite-reporter.ts')
    const args = ['run', '--root', root, '--globals', '--reporter', reporter]
    spawnSync(process.execPath, [join(CHECKOUT, 'node_modules/vitest/vitest.mjs'), ...args], {
      cwd: root,
      env: { ...process.env, [REPORT_VARIABLE]: path },
    })
    return SuiteReport.parse(JSON.parse(readFileSync(path, 'utf8')))
  } finally {
    rmSync(root, { recursive: true })
  }
}

test('every outcome is named, and a skip without a reason is a failure', { timeout: 60_000 }, () => {
  const { passed, failures, skips } = report({
    'mixed.test.js': `
      test('good', () => {})
      test('bad', () => { throw new Error('no paper') })
      test('late', () => { throw new Error('Timeout\\nCall log:\\n  - waiting for getByTestId("start") to be visible') })
      test('left out', (ctx) => ctx.skip('there is no printer'))
      test.skip('silent', () => {})
      test.todo('later')
      describe('around', () => {
        beforeAll(() => { throw new Error('no power') })
        test('inner', () => {})
      })`,
    'broken.test.js': `throw new Error('does not load')`,
  })
  expect(passed).toBe(1)
  expect(failures.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: 'broken.test.js', why: 'does not load · line 1' },
    { name: 'mixed.test.js > around', why: 'no power · line 9' },
    { name: 'mixed.test.js > bad', why: 'no paper · line 3' },
    { name: 'mixed.test.js > late', why: 'Timeout · waiting for getByTestId("start") to be visible · line 4' },
    { name: 'mixed.test.js > silent', why: "skipped without a reason: use ctx.skip('reason')" },
  ])
  expect(skips).toEqual([
    { name: 'mixed.test.js > left out', why: 'there is no printer' },
    { name: 'mixed.test.js > later', why: 'written down as still to do' },
    { name: 'mixed.test.js > around > inner', why: 'what it stands in failed before it' },
  ])
})
