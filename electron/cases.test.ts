import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { submissionId } from '../sync/journal/sample-frames.ts'
import type { CaseChange } from '../sync/protocol/contact.ts'
import { MAX_CASES, openCases } from './cases.ts'
import { folderFiles, type SmallFiles } from './small-files.ts'
import { EPOCH, logBook, NOW } from './testing/fixtures.ts'

let dir: string
let files: SmallFiles
let book: ReturnType<typeof logBook>
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bianmin-cases-'))
  files = await folderFiles(dir)
  book = logBook()
})
const open = () => openCases(files, book.log)
const change = (n: number, sequence: number, state: CaseChange['state'] = '已受理'): CaseChange => ({
  sequence,
  submissionId: submissionId(n),
  ticket: '2222222F',
  state,
  at: NOW,
})
const page = (changes: CaseChange[], more = false, fromStart = false) => ({
  fromStart,
  changes,
  checkpoint: { hubEpoch: EPOCH, sequence: changes.at(-1)?.sequence ?? 0 },
  more,
})

test('what was pulled is there again after a restart, with its checkpoint, and without tickets on disk', async () => {
  const cases = await open()
  expect(cases.checkpoint).toBeNull()
  await cases.take(page([change(1, 1), change(2, 2)], true))
  await cases.take(page([change(1, 3, '需补正')]))
  const again = await open()
  expect(again.checkpoint).toEqual({ hubEpoch: EPOCH, sequence: 3 })
  expect(again.of(submissionId(1))).toEqual({ state: '需补正', at: NOW })
  expect(again.of(submissionId(2))).toEqual({ state: '已受理', at: NOW })
  expect(again.of(submissionId(3))).toBeUndefined()
  expect(await files.read('cases.json')).not.toContain('2222222F')
})

test('a pull that was cut off in the middle is begun again where the last whole one ended', async () => {
  const cases = await open()
  await cases.take(page([change(1, 1)]))
  await cases.take(page([change(2, 2)], true))
  expect((await open()).checkpoint).toEqual({ hubEpoch: EPOCH, sequence: 1 })
})

test('from the start means that what was known is gone', async () => {
  const cases = await open()
  await cases.take(page([change(1, 1), change(2, 2)]))
  await cases.take(page([change(2, 1)], false, true))
  expect(cases.of(submissionId(1))).toBeUndefined()
  expect(cases.of(submissionId(2))).toBeDefined()
})

test('a damaged file is said, and pulled from the start', async () => {
  await (await open()).take(page([change(1, 1)]))
  for (const text of [
    '',
    '{',
    '[]',
    JSON.stringify({ checkpoint: { hubEpoch: EPOCH, sequence: 1 }, cases: [['x']] }),
  ]) {
    await writeFile(join(dir, 'cases.json'), text)
    const cases = await open()
    expect(cases.checkpoint).toBeNull()
    expect(cases.of(submissionId(1))).toBeUndefined()
  }
  expect(book.of('cases-damaged')).toHaveLength(4)
})

test('it stays small: the ones that changed last stay', async () => {
  const cases = await open()
  const many = Array.from({ length: MAX_CASES + 50 }, (_, i) => change(i + 1, i + 1))
  await cases.take(page([...many, change(1, MAX_CASES + 51)]))
  const again = await open()
  expect(again.of(submissionId(1))).toBeDefined()
  expect(again.of(submissionId(2))).toBeUndefined()
  expect(again.of(submissionId(MAX_CASES + 50))).toBeDefined()
})
