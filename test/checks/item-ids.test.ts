import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sampleCatalogue } from '../../sync/hub/sample/catalogue.ts'

/** Items are data (domain.md section 5): none is known to the program by its id, its code or its fields' meaning. */

const CHECKOUT = join(import.meta.dirname, '../..')
const TESTS = /\.test\.tsx?$|\/test-[^/]+$|\/fuzz-targets\.ts$|\/testing\/|^test\/|-fixture\.ts$|\/sample-frames\.ts$/

const withoutComments = (code: string) => code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')

/** Ids, and codes without the department and level that items share. */
function namesAnItem(code: string): readonly string[] {
  return sampleCatalogue.items.flatMap((item) => {
    const isNamed = new RegExp(`\\b${item.id}\\b`).test(code) || code.includes(item.code.slice(19))
    return isNamed ? [item.id] : []
  })
}

test('no item id and no item code stands in the program', () => {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx'], { cwd: CHECKOUT, encoding: 'utf8' })
    .trim()
    .split('\n')
  const program = files.filter((file) => !TESTS.test(file) && !file.startsWith('sync/hub/sample/'))
  expect(program.length).toBeGreaterThan(300)
  const found = program.flatMap((file) =>
    namesAnItem(withoutComments(readFileSync(join(CHECKOUT, file), 'utf8'))).map((id) => `${file}: ${id}`),
  )
  expect(found).toEqual([])
})

test('the check sees an id and a code', () => {
  expect(namesAnItem("if (item.id === 'S02') skip()")).toEqual(['S02'])
  expect(namesAnItem("code.endsWith('992014003001')")).toEqual(['S07'])
  expect(namesAnItem('const S020 = 1')).toEqual([])
})
