import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { writeAtomically } from './atomic-file.ts'

let file: string
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bianmin-atomic-'))
  file = join(dir, 'kept.json')
})

test('the new text stands alone in the folder, readable by nobody else', async () => {
  await writeAtomically(file, 'old')
  await writeAtomically(file, '新')
  expect(await readFile(file, 'utf8')).toBe('新')
  expect(await readdir(dir)).toEqual(['kept.json'])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('half a file of an earlier crash is written over, whatever its length and rights', async () => {
  await writeFile(`${file}.new`, 'x'.repeat(1000), { mode: 0o644 })
  await writeAtomically(file, 'whole')
  expect(await readFile(file, 'utf8')).toBe('whole')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('when it cannot be written the old one is untouched', async () => {
  await writeAtomically(file, 'old')
  await mkdir(`${file}.new`)
  await expect(writeAtomically(file, 'new')).rejects.toThrow('EISDIR')
  expect(await readFile(file, 'utf8')).toBe('old')
})
