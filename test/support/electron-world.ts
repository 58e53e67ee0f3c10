import { chownSync, cpSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { ROOT, type Stack } from '../../electron/dev/stack.ts'
import { type LaunchedElectron, launchElectron, makeKioskDir } from './electron.ts'
import { stageApp } from './stage-app.ts'

/** What main loads from node_modules at run time: everything else is in its bundle. */
const RUNTIME_MODULES = ['serialport']

/** The kiosk in a real, sandboxed Electron over a stack, as an ordinary user with a data folder of its own. */
export interface ElectronKiosk {
  readonly launched: LaunchedElectron
  readonly page: Page
  readonly dataDir: string
  /** Versions of the runtime that really ran. */
  readonly versions: { readonly electron: string; readonly chrome: string; readonly node: string }
  close(): Promise<void>
}

export async function openElectronKiosk(stack: Stack): Promise<ElectronKiosk> {
  const app = stageApp(join(ROOT, 'dist'), RUNTIME_MODULES)
  const dataDir = makeKioskDir('terminal')
  const { uid, gid } = statSync(dataDir)
  const give = (from: string, name: string) => {
    cpSync(from, join(dataDir, name))
    chownSync(join(dataDir, name), uid, gid)
  }
  give(stack.settingsFile, 'settings.json')
  give(stack.provisioningFile, 'provisioning.json')
  const launched = await launchElectron({
    appDir: app,
    args: ['--data', dataDir, '--page', join(app, 'dist', 'kiosk')],
    window: { width: 1080, height: 1920 },
  })
  const page = await launched.app.firstWindow()
  const versions = await launched.app.evaluate(() => {
    const { electron = '', chrome = '', node = '' } = process.versions
    return { electron, chrome, node }
  })
  return {
    launched,
    page,
    dataDir,
    versions,
    async close() {
      await launched.close()
      for (const dir of [app, dataDir]) rmSync(dir, { recursive: true, force: true })
    },
  }
}
