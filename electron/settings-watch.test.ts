import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Settings } from './settings.ts'
import { watchSettings } from './settings-watch.ts'
import { logBook } from './testing/fixtures.ts'

const FIRST: Settings = {
  place: { zh: '云洲市南桥区' },
  hall: { zh: '政务服务中心 3号机' },
  staff: { where: { zh: '服务台' }, telephone: null },
  panel: { pxPerMm: 4.03 },
  devices: { 'receipt-printer': 'tcp://127.0.0.1:9100' },
}
const OTHER_PRINTER = { 'receipt-printer': ['tcp://127.0.0.1:9101', 'tcp://127.0.0.1:9100'] }

let dir: string
let file: string
let taken: Settings['devices'][]
let book: ReturnType<typeof logBook>
let stop: () => void

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'settings-watch-'))
  file = join(dir, 'settings.json')
  await writeFile(file, JSON.stringify(FIRST))
  taken = []
  book = logBook()
  stop = watchSettings({
    file,
    current: FIRST,
    onDevices: (devices) => taken.push(devices),
    log: book.log,
    lookEveryMs: 20,
  })
})
afterEach(async () => {
  stop()
  await rm(dir, { recursive: true })
})

/** As editors do it: another file under the old name. */
async function put(text: string): Promise<void> {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

test('other addresses count at once; other parts are said to wait for the next start', async () => {
  await put(JSON.stringify({ ...FIRST, panel: { pxPerMm: 2.71 }, devices: OTHER_PRINTER }))
  await vi.waitFor(() => expect(taken).toEqual([OTHER_PRINTER]))
  expect(book.of('settings-taken')).toMatchObject([{ devices: true, atNextStart: ['panel'] }])
})

test('a file with a mistake changes nothing and is named; the mended one counts', async () => {
  await put(JSON.stringify({ ...FIRST, devices: { 'receipt-printr': 'tcp://127.0.0.1:9101' } }))
  await vi.waitFor(() => expect(book.of('settings-refused')).toHaveLength(1))
  expect(JSON.stringify(book.of('settings-refused'))).toContain('receipt-printer')
  expect(taken).toEqual([])
  await put(JSON.stringify({ ...FIRST, devices: OTHER_PRINTER }))
  await vi.waitFor(() => expect(taken).toEqual([OTHER_PRINTER]))
})

test('a file that says the same is nothing to say', async () => {
  await put(JSON.stringify(FIRST, null, 2))
  await put(JSON.stringify({ ...FIRST, devices: OTHER_PRINTER }))
  await vi.waitFor(() => expect(taken).toHaveLength(1))
  expect(book.of('settings-taken')).toHaveLength(1)
})
