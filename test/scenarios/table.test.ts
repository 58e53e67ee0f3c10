import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SCENARIOS } from './table.ts'

const ROOT = join(import.meta.dirname, '../..')
const ALL = Array.from({ length: 25 }, (_, at) => at + 1)

const COMMENT = /^\s*(?:\/\/|\/?\*)/

/** A text of the program that begins with the number: the title of a test, or of a row of tests. */
function holdsTestOf(number: number, source: string): boolean {
  const title = new RegExp(`['"\`]scenario ${number}: `)
  return source.split('\n').some((line) => !COMMENT.test(line) && title.test(line))
}

test('the table is whole: 1 to 25, each once and in order', () => {
  expect(SCENARIOS.map(({ number }) => number)).toEqual(ALL)
  for (const { happens, wanted } of SCENARIOS) {
    expect(happens).toMatch(/\.$/)
    expect(wanted).toMatch(/\.$/)
  }
})

test.each(SCENARIOS)('row $number has its tests where it says, or a written reason', ({ number, files, reason }) => {
  if (files.length === 0) expect(reason ?? '').toMatch(/\w.{40,}\.$/)
  for (const file of files) {
    expect(file).toMatch(/\.test\.tsx?$/)
    const path = join(ROOT, file)
    expect(existsSync(path), file).toBe(true)
    expect(
      holdsTestOf(number, readFileSync(path, 'utf8')),
      `${file}: no test that begins with "scenario ${number}: "`,
    ).toBe(true)
  }
})

test('a number that is not there, and one in a comment, are found out', () => {
  expect(holdsTestOf(5, "test('scenario 5: sent', () => undefined)")).toBe(true)
  expect(holdsTestOf(5, "  it.each(ROWS)('scenario 5: %s', () => undefined)")).toBe(true)
  expect(holdsTestOf(5, "test.each([\n  ['a'],\n] as const)(\n  'scenario 5: %s',\n")).toBe(true)
  expect(holdsTestOf(5, "test('scenario 15: sent', () => undefined)")).toBe(false)
  expect(holdsTestOf(1, "test('scenario 15: sent', () => undefined)")).toBe(false)
  expect(holdsTestOf(5, "// test('scenario 5: sent', () => undefined)")).toBe(false)
  expect(holdsTestOf(5, "test('as in scenario 5: sent', () => undefined)")).toBe(false)
})
