import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { searchPlain } from './plain-search.ts'

const PLANTED = '周明远的住址在澜江'

test.each([
  ['utf-8', Buffer.from(`x${PLANTED}y`)],
  ['utf-16', Buffer.from(`x${PLANTED}y`, 'utf16le')],
  ['hexadecimal', Buffer.from(Buffer.from(PLANTED).toString('hex'))],
  ...[0, 1, 2].map(
    (shift) => ['base64', Buffer.from(Buffer.from(`${'a'.repeat(shift)}${PLANTED}zz`).toString('base64'))] as const,
  ),
  ['base64url', Buffer.from(Buffer.from(`a${PLANTED}~~zz`).toString('base64url'))],
] as const)('a string that lies there as %s is found', async (spelling, content) => {
  const folder = await mkdtemp(join(tmpdir(), 'bianmin-search-'))
  await writeFile(join(folder, 'somewhere.bin'), content)
  const { findings, files } = await searchPlain([folder], [PLANTED])
  expect(files).toBe(1)
  expect(findings.map((finding) => finding.spelling)).toContain(spelling)
})

test('what is not there is not found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bianmin-search-'))
  await writeFile(join(folder, 'other.bin'), '周明近的住址')
  expect((await searchPlain([folder], [PLANTED])).findings).toEqual([])
})
