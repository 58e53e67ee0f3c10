import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStack } from '../../electron/dev/stack.ts'
import { electronObstacle, findElectron } from '../support/electron.ts'
import { type ElectronKiosk, openElectronKiosk } from '../support/electron-world.ts'
import { walkTheMainJob } from './kiosk.walk.ts'

test('the main job in a real Electron, sandbox on, as an ordinary user', async (context) => {
  const found = findElectron()
  if ('missing' in found) return context.skip(found.missing)
  const obstacle = electronObstacle(found.executable)
  if (obstacle !== undefined) return context.skip(obstacle)

  const stack = await openStack({ dataDir: await mkdtemp(join(tmpdir(), 'bianmin-electron-')), log: 'ignore' })
  try {
    const kiosk = await openElectronKiosk(stack)
    try {
      console.info(
        `Electron ${kiosk.versions.electron}, Chromium ${kiosk.versions.chrome}, Node ${kiosk.versions.node}`,
      )
      expect(await kiosk.page.evaluate(() => location.origin)).toBe('app://kiosk')
      await walkTheMainJob('electron', kiosk.page, stack)
      await expectLockedDown(kiosk)
    } finally {
      await kiosk.close()
    }
  } finally {
    await stack.close()
  }
})

/** Hostile addresses from inside the page: none opens, none loads, nothing of Node is there. */
async function expectLockedDown({ page, launched }: ElectronKiosk): Promise<void> {
  const result = await page.evaluate(async () => {
    const opened = ['https://example.invalid/', 'file:///etc/passwd', 'app://other/'].map(
      (url) => window.open(url) === null,
    )
    const fetched = await Promise.all(
      ['https://example.invalid/', 'file:///etc/passwd', 'http://127.0.0.1:1/'].map((url) =>
        fetch(url).then(
          () => 'loaded',
          () => 'refused',
        ),
      ),
    )
    const world = globalThis as Record<string, unknown>
    return { opened, fetched, node: [typeof world.require, typeof world.process, typeof world.Buffer] }
  })
  expect(result.opened).toEqual([true, true, true])
  expect(result.fetched).toEqual(['refused', 'refused', 'refused'])
  expect(result.node).toEqual(['undefined', 'undefined', 'undefined'])

  // After a navigation that main prevents the test driver waits for its end for ever: main itself is asked.
  const after = await launched.app.evaluate(async ({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    if (window === undefined) return undefined
    await window.webContents.executeJavaScript("location.href = 'https://example.invalid/'; 0")
    const idle = await window.webContents.executeJavaScript(
      "document.querySelector('[data-testid=idle-page]') !== null",
    )
    return { url: window.webContents.getURL(), idle: idle as boolean, windows: BrowserWindow.getAllWindows().length }
  })
  expect(after).toMatchObject({ idle: true, windows: 1 })
  expect(after?.url).toMatch(/^app:\/\/kiosk\//)
}
