import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findBrowser, type KioskBrowser, keepBrowser } from './kiosk-browser.ts'
import { logBook, manualClock } from './testing/fixtures.ts'

let dir: string
let clock: ReturnType<typeof manualClock>
let book: ReturnType<typeof logBook>
let browser: KioskBrowser | undefined
let starts: number

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bianmin-browser-'))
  clock = manualClock()
  book = logBook()
  starts = 0
})
afterEach(() => {
  browser?.stop()
  browser = undefined
})

/** A browser that is a shell script: it notes how it was called. */
async function script(body: string): Promise<string> {
  const file = join(dir, 'chromium')
  await writeFile(file, `#!/bin/sh\necho "$@" >> ${join(dir, 'calls')}\n${body}\n`)
  await chmod(file, 0o755)
  return file
}
function keep(executable: string): void {
  browser = keepBrowser({
    executable,
    profileDir: join(dir, 'profile'),
    kiosk: true,
    size: { widthPx: 1080, heightPx: 1920 },
    startUrl: () => `http://127.0.0.1:1/start?token=${++starts}`,
    clock,
    log: book.log,
  })
}
const exits = () => book.of('browser-exited')

test('a browser that ends is started again, later each time, and always at a new address', async () => {
  keep(await script('exit 3'))
  for (const [i, restartInMs] of [500, 1000, 2000].entries()) {
    await vi.waitFor(() => expect(exits()).toHaveLength(i + 1))
    expect(exits()[i]).toMatchObject({ code: 3, restartInMs })
    await clock.advance(restartInMs)
  }
  await vi.waitFor(() => expect(exits()).toHaveLength(4))
  const calls = (await readFile(join(dir, 'calls'), 'utf8')).trim().split('\n')
  expect(calls.map((call) => /token=(\d+)$/.exec(call)?.[1])).toEqual(['1', '2', '3', '4'])
  for (const call of calls) expect(call).toContain('--kiosk')
  expect(book.text()).not.toContain('token')
})

test('a browser that cannot be started at all is tried again too', async () => {
  keep(join(dir, 'not-there'))
  await vi.waitFor(() => expect(exits()).toHaveLength(1))
  expect(exits()[0]?.error).toMatch(/ENOENT/)
  await clock.advance(500)
  await vi.waitFor(() => expect(exits()).toHaveLength(2))
  expect(starts).toBe(2)
})

test('stopped, it is ended and not started again', async () => {
  keep(await script(`echo $$ > ${join(dir, 'pid')}\nexec sleep 600`))
  const pid = await vi.waitFor(async () => {
    const text = (await readFile(join(dir, 'pid'), 'utf8')).trim()
    expect(text).not.toBe('')
    return Number(text)
  })
  browser?.stop()
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
  expect(exits()).toEqual([])
  expect(clock.timers()).toBe(0)
})

test('the browser is the one that is named, else the first of the known names on PATH', async () => {
  const file = await script('exit 0')
  expect(findBrowser({ CHROMIUM_PATH: '/opt/x', PATH: dir })).toBe('/opt/x')
  expect(findBrowser({ PATH: `/no-such-folder:${dir}` })).toBe(file)
  await chmod(file, 0o644)
  expect(process.getuid?.() === 0 ? undefined : findBrowser({ PATH: dir })).toBeUndefined()
  expect(findBrowser({ PATH: '/no-such-folder' })).toBeUndefined()
  expect(findBrowser({})).toBeUndefined()
})
