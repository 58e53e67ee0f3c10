import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { electronObstacle, findElectron, launchElectron, makeKioskDir } from './electron.ts'
import { dependencyClosure, stageApp } from './stage-app.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A tiny app, which leaves the sandbox to how it is launched, in a folder that only its owner may enter, like a checkout in a home folder. */
function tinyApp(): string {
  const root = mkdtempSync(join(tmpdir(), 'bianmin-tiny-'))
  folders.push(root)
  const put = (file: string, text: string) => {
    mkdirSync(join(root, file, '..'), { recursive: true })
    writeFileSync(join(root, file), text, { mode: 0o600 })
  }
  const manifest = (name: string, more: object = {}) => JSON.stringify({ name, version: '1.0.0', ...more })
  put('package.json', manifest('tiny', { main: 'dist/main.cjs' }))
  put('node_modules/word/package.json', manifest('word', { main: 'index.js', dependencies: { letter: '1' } }))
  put('node_modules/word/index.js', `module.exports = require('letter') + 'ello'`)
  put('node_modules/word/node_modules/letter/package.json', manifest('letter', { main: 'index.js' }))
  put('node_modules/word/node_modules/letter/index.js', `module.exports = 'h'`)
  put('node_modules/letter/package.json', manifest('letter', { main: 'index.js' }))
  put('node_modules/letter/index.js', `module.exports = 'another copy'`)
  put('node_modules/word/node_modules/spare/package.json', manifest('spare'))
  put('node_modules/unused/package.json', manifest('unused'))
  put(
    'dist/main.cjs',
    `const { app, BrowserWindow } = require('electron')
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1080, height: 1920, kiosk: true })
  window.loadURL('data:text/html;charset=utf-8,<h1>' + require('word') + ' 便民</h1>')
})`,
  )
  return root
}

test('the closure is what Node would load, nested copies included and nothing else', () => {
  const root = tinyApp()
  expect(dependencyClosure(root, ['word'])).toEqual([
    join(root, 'node_modules/word'),
    join(root, 'node_modules/word/node_modules/letter'),
  ])
  const stage = stageApp(join(root, 'dist'), ['word'])
  folders.push(stage)
  expect(globSync('node_modules/**/package.json', { cwd: stage }).sort()).toEqual([
    'node_modules/word/node_modules/letter/package.json',
    'node_modules/word/package.json',
  ])
  expect(() => dependencyClosure(root, ['absent'])).toThrow('absent is not installed, but the app needs it')
})

/** The staged tiny app and nothing in its way, or the reason why it cannot run here. */
function stagedApp(): { appDir: string } | { missing: string } {
  const electron = findElectron()
  if ('missing' in electron) return electron
  const obstacle = electronObstacle(electron.executable)
  if (obstacle !== undefined) return { missing: `${obstacle}; \`npm run setup\` installs what is missing` }
  const appDir = stageApp(join(tinyApp(), 'dist'), ['word'])
  folders.push(appDir)
  return { appDir }
}

const LAUNCH = { timeout: 120_000 }

test('a real Electron shows a window as an ordinary user, with its sandbox on', LAUNCH, async (ctx) => {
  const staged = stagedApp()
  if ('missing' in staged) return ctx.skip(staged.missing)
  const { app, close } = await launchElectron({ ...staged, env: { BIANMIN_PROBE: 'kept' } })
  try {
    const page = await app.firstWindow()
    await page.waitForSelector('h1')
    expect(await page.textContent('h1')).toBe('hello 便民')
    const main = await app.evaluate(({ app: electron }) => ({
      uid: process.getuid?.(),
      probe: process.env.BIANMIN_PROBE,
      noSandbox: electron.commandLine.hasSwitch('no-sandbox'),
      renderer: electron.getAppMetrics().find((each) => each.type === 'Tab')?.pid,
    }))
    expect(main).toMatchObject({ probe: 'kept', noSandbox: false })
    expect(main.uid).not.toBe(0)
    // Seccomp mode 2: the renderer's system calls are filtered, which is what the sandbox comes down to.
    expect(readFileSync(`/proc/${main.renderer}/status`, 'utf8')).toMatch(/^Seccomp:\s*2$/m)
    const picture = await page.screenshot()
    expect(picture.readUInt32BE(16)).toBe(1080) // a PNG's width: the window is as wide as the display
  } finally {
    await close()
  }
})

test('a killed main process leaves its home to the next start', LAUNCH, async (ctx) => {
  const staged = stagedApp()
  if ('missing' in staged) return ctx.skip(staged.missing)
  const home = makeKioskDir('home')
  folders.push(home)
  const first = await launchElectron({ ...staged, home })
  expect(await first.app.evaluate(() => process.env.HOME)).toBe(home)
  await first.kill()
  expect(() => process.kill(first.mainPid, 0)).toThrow('ESRCH')
  await first.close()
  const second = await launchElectron({ ...staged, home })
  expect(second.mainPid).not.toBe(first.mainPid)
  await second.close()
})
