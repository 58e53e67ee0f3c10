import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { chromiumFlags, findChromium, findCommand, launchChromium } from './chromium.ts'
import { missingTools } from './tools.ts'

afterEach(() => vi.unstubAllEnvs())

test('CHROMIUM_PATH is obeyed, even when it names nothing', () => {
  vi.stubEnv('CHROMIUM_PATH', '/bin/sh')
  expect(findChromium()).toBe('/bin/sh')
  vi.stubEnv('CHROMIUM_PATH', '/nowhere/chromium')
  expect(findChromium()).toBeUndefined()
  expect(missingTools().map((each) => each.tool)).toContain('Chromium')
})

test('a command is found on PATH and only when it can be run', () => {
  expect(findCommand('sh')).toMatch(/\/sh$/)
  expect(findCommand('no-such-command-here')).toBeUndefined()
  expect(findCommand('/etc/passwd')).toBeUndefined()
})

test('the sandbox is given up for root alone', () => {
  const asRoot = process.getuid?.() === 0
  const flags = chromiumFlags({ userDataDir: '/x', headless: true })
  expect(flags.includes('--no-sandbox')).toBe(asRoot)
  expect(flags).toContain('--user-data-dir=/x')
})

test('Chromium opens the kiosk’s screen: portrait, Chinese', { timeout: 60_000 }, async (ctx) => {
  if (findChromium() === undefined) return ctx.skip('no Chromium; `npm run setup` installs it')
  const userDataDir = join(tmpdir(), `bianmin-chromium-test-${process.pid}`)
  const context = await launchChromium({ userDataDir })
  try {
    const page = await context.newPage()
    await page.goto('data:text/html,<h1>便民</h1>')
    expect(await page.evaluate(() => [innerWidth, innerHeight, navigator.language])).toEqual([1080, 1920, 'zh-CN'])
  } finally {
    await context.close()
    rmSync(userDataDir, { recursive: true, force: true })
  }
})
