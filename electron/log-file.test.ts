import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { openLogFile } from './log-file.ts'

let file: string
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'bianmin-log-')), 'terminal.log')
})
const lines = (name: string) => readFileSync(name, 'utf8').trimEnd().split('\n')

test('whatever is logged, two files of the agreed size are all that it takes, and the newest lines are there', () => {
  const log = openLogFile(file, 1000)
  for (let n = 1; n <= 500; n++) log.line(`line ${String(n).padStart(5, '0')}`)
  expect(statSync(file).size).toBeLessThanOrEqual(1000)
  expect(statSync(`${file}.1`).size).toBeLessThanOrEqual(1000)
  const kept = [...lines(`${file}.1`), ...lines(file)]
  expect(kept.at(-1)).toBe('line 00500')
  expect(kept).toEqual(
    Array.from({ length: kept.length }, (_, i) => `line ${String(501 - kept.length + i).padStart(5, '0')}`),
  )
  log.close()
})

test('it goes on where an earlier run stopped, its size counted', () => {
  const first = openLogFile(file, 1000)
  for (let n = 0; n < 90; n++) first.line('123456789')
  first.close()
  const second = openLogFile(file, 1000)
  for (let n = 0; n < 20; n++) second.line('abcdefghi')
  expect(lines(`${file}.1`)).toHaveLength(100)
  expect(lines(file)).toEqual(Array.from({ length: 10 }, () => 'abcdefghi'))
  second.close()
})

test('a file that cannot be written costs lines, not the program', () => {
  const log = openLogFile('/dev/full')
  log.line('lost')
  log.line('lost')
  expect(log.dropped).toBe(2)
  log.close()
})
