/** The system's Chromium for tests and the browser shell: where it is, and how it is started. */

import { execFileSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { YOUNG_HEAP_SWITCH } from '../../electron/young-heap.ts'

/** Names under which distributions install it, in order of preference. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** Nothing that phones home, updates itself or draws with a GPU that a test machine lacks. */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // As the kiosk's own browser is started.
  YOUNG_HEAP_SWITCH,
  '--autoplay-policy=no-user-gesture-required',
]

/** The kiosk's screen: portrait, CSS pixels. */
const KIOSK_VIEWPORT = { width: 1080, height: 1920 }

/** Chromium's sandbox refuses to run as root; everyone else keeps it. */
const isRoot = (): boolean => process.getuid?.() === 0

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return false
    throw error
  }
}

/** The path of a command on PATH, or of the given absolute path; undefined when there is none that can be run. */
export function findCommand(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].filter((each) => each !== '')
  const paths = name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name))
  return paths.find(isExecutable)
}

/** The Chromium executable: CHROMIUM_PATH when set (and only that), else the first installed one. */
export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM_PATH
  if (given !== undefined && given !== '') return findCommand(given)
  for (const name of NAMES) {
    const found = findCommand(name)
    if (found !== undefined) return found
  }
  return undefined
}

/** The command-line switches for a Chromium that a test starts by itself; playwright adds its own below. */
export function chromiumFlags(options: { userDataDir: string; headless: boolean }): string[] {
  const sandbox = isRoot() ? ['--no-sandbox'] : []
  const headless = options.headless ? ['--headless'] : []
  return [...sandbox, ...headless, ...FLAGS, `--user-data-dir=${options.userDataDir}`]
}

/** Whether a font with Chinese characters is installed; without one screenshots show boxes. */
export function hasChineseFont(): boolean {
  const fcList = findCommand('fc-list')
  return fcList !== undefined && execFileSync(fcList, [':lang=zh-cn', 'family'], { encoding: 'utf8' }).trim() !== ''
}

export type LaunchChromium = {
  /** The profile's folder; a fresh one under the system's temp folder when not given. Kept when the context closes. */
  userDataDir?: string
  /** CSS pixels; the kiosk's 1080×1920 when not given. */
  viewport?: { width: number; height: number }
  /** Default true. */
  headless?: boolean
  /** More switches, for instance an address to start with. */
  args?: string[]
}

/** Starts Chromium on a persistent profile under playwright. Throws when none is installed: ask findChromium first. */
export async function launchChromium(options: LaunchChromium = {}): Promise<BrowserContext> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('no Chromium found; `npm run setup` installs it')
  const userDataDir = options.userDataDir ?? mkdtempSync(join(tmpdir(), 'bianmin-chromium-'))
  return chromium.launchPersistentContext(userDataDir, {
    executablePath,
    headless: options.headless ?? true,
    chromiumSandbox: !isRoot(),
    viewport: options.viewport ?? KIOSK_VIEWPORT,
    locale: 'zh-CN',
    args: [...FLAGS, ...(options.args ?? [])],
  })
}
