import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cpioOf } from './cpio.ts'

const ARCHIVE = cpioOf([
  { name: 'bin/tool', bytes: Buffer.from('abcde'), isExecutable: true },
  { name: 'bin/tool', bytes: Buffer.from('the second') },
  { name: 'lib/a.so', bytes: Buffer.from('') },
  { name: 'bin/sh', linkTo: 'tool' },
  { name: 'dev' },
])

test('the archive has the form of newc', () => {
  expect(ARCHIVE.length % 4).toBe(0)
  expect(ARCHIVE.toString('latin1', 0, 6)).toBe('070701')
  // A header of 110 bytes, "bin" and its end, padded to a multiple of 4.
  expect(ARCHIVE.toString('latin1', 110, 114)).toBe('bin\0')
  expect(ARCHIVE.indexOf('070701', 1)).toBe(116)
  expect(ARCHIVE.toString('latin1')).not.toContain('the second')
  expect(ARCHIVE.toString('latin1')).toContain('TRAILER!!!')
})

test('busybox unpacks it', async (ctx) => {
  if (spawnSync('busybox', ['cpio', '--help']).error !== undefined) return ctx.skip('no busybox on PATH')
  const folder = await mkdtemp(join(tmpdir(), 'cpio-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  execFileSync('busybox', ['cpio', '-i', '-d'], { cwd: folder, input: ARCHIVE, stdio: ['pipe', 'ignore', 'ignore'] })
  expect(await readFile(join(folder, 'bin/tool'), 'utf8')).toBe('abcde')
  expect((await stat(join(folder, 'bin/tool'))).mode & 0o777).toBe(0o755)
  expect((await stat(join(folder, 'lib/a.so'))).mode & 0o777).toBe(0o644)
  expect((await stat(join(folder, 'dev'))).isDirectory()).toBe(true)
  expect(await readlink(join(folder, 'bin/sh'))).toBe('tool')
})
