import { beforeEach, expect, test } from 'vitest'
import { openLatestTime } from './latest-time.ts'
import type { SmallFiles } from './small-files.ts'
import { logBook, NOW } from './testing/fixtures.ts'

const AT = Date.parse(NOW)
const HOUR_MS = 3_600_000
let stored: string | undefined
let writes: number
let isFull: boolean
let book: ReturnType<typeof logBook>
const files: SmallFiles = {
  place: (name) => name,
  read: async () => stored,
  async write(_name, text) {
    if (isFull) throw new Error('ENOSPC')
    writes++
    stored = text
  },
}
const open = () => openLatestTime({ files, log: book.log })
beforeEach(() => {
  stored = undefined
  writes = 0
  isFull = false
  book = logBook()
})

test('what was seen is there after a restart; seconds are not written one by one', async () => {
  const time = await open()
  for (let second = 0; second < 59; second++) time.see(AT + second * 1000)
  await time.settled()
  expect(writes).toBe(1)
  time.see(AT + HOUR_MS)
  time.see(AT)
  await time.settled()
  expect(writes).toBe(2)
  const again = await open()
  expect([again.isSetBack(AT), again.isSetBack(AT + HOUR_MS)]).toEqual([true, false])
})

test('a disk that takes nothing is told, and tried again', async () => {
  const time = await open()
  isFull = true
  time.see(AT)
  await time.settled()
  expect(book.of('latest-time-lost')).toMatchObject([{ source: 'write' }])
  expect(time.isSetBack(AT - HOUR_MS)).toBe(true)
  await expect(time.setTo(AT)).rejects.toThrow('ENOSPC')
  isFull = false
  time.see(AT + HOUR_MS)
  await time.settled()
  expect((await open()).isSetBack(AT)).toBe(true)
})

test('a file that cannot be read is told, and counts as none', async () => {
  stored = '{"latestUnixMs":"soon"}'
  const time = await open()
  expect(book.of('latest-time-lost')).toMatchObject([{ source: 'disk' }])
  expect(time.isSetBack(0)).toBe(false)
})
