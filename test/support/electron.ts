/**
 * A real Electron for tests: which one, and how it is started as an ordinary user with its sandbox on, since Electron's
 * sandbox refuses to run as root and CI often is root.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ElectronApplication, _electron as playwrightElectron } from 'playwright-core'
import { findCommand, isExecutable } from './chromium.ts'

const CHECKOUT = join(import.meta.dirname, '../..')

/** The ordinary user that `npm run setup` creates for this. */
const KIOSK_USER = 'kiosk'

/** A script beside the checkout that prints the path of an Electron, for machines that cannot download ours. */
const RUNTIME_SCRIPT = join(CHECKOUT, '../shared/tools/electron-runtime')

/** The kiosk's window, in pixels. */
const KIOSK_WINDOW = { width: 1080, height: 1920 }

/** A limit for hanging, not a target: a start under Xvfb takes 1 to 3 s on two cores. */
const LAUNCH_TIMEOUT_MS = 60_000

export type FoundElectron = { executable: string; why: string } | { missing: string }

/** The Electron to test with: ELECTRON_EXECUTABLE, else the npm package's own, else what the runtime script prints. */
export function findElectron(): FoundElectron {
  const given = process.env.ELECTRON_EXECUTABLE
  if (given !== undefined && given !== '') {
    if (isExecutable(given)) return { executable: given, why: 'ELECTRON_EXECUTABLE names it' }
    return { missing: `ELECTRON_EXECUTABLE names ${given}, which cannot be run` }
  }
  const own = join(CHECKOUT, 'node_modules/electron/dist/electron')
  if (isExecutable(own)) return { executable: own, why: 'the electron package has its binary' }
  if (isExecutable(RUNTIME_SCRIPT)) {
    const printed = execFileSync(RUNTIME_SCRIPT, { encoding: 'utf8' }).trim()
    if (isExecutable(printed)) return { executable: printed, why: '../shared/tools/electron-runtime provides it' }
    return { missing: `../shared/tools/electron-runtime printed "${printed}", which cannot be run` }
  }
  return {
    missing:
      'no Electron executable: ELECTRON_EXECUTABLE is not set, the electron package has no binary (node_modules/electron/dist), ' +
      'and there is no ../shared/tools/electron-runtime',
  }
}

const isRoot = (): boolean => process.getuid?.() === 0

/** What keeps this Electron from being started here although it exists; undefined when nothing does. */
export function electronObstacle(executable: string): string | undefined {
  if (isRoot()) {
    const runuser = findCommand('runuser')
    if (runuser === undefined) return 'running as root and there is no runuser'
    if (kioskIds() === undefined) return `running as root and there is no ordinary user "${KIOSK_USER}"`
    const mayRun = spawnSync(runuser, ['-u', KIOSK_USER, '--', 'test', '-x', executable]).status === 0
    if (!mayRun) return `the user "${KIOSK_USER}" may not run ${executable}; put it where everyone may`
  } else if (process.env.DISPLAY !== undefined && process.env.DISPLAY !== '') return undefined
  if (findCommand('xvfb-run') === undefined) return 'there is no xvfb-run and no display'
  if (findCommand('xauth') === undefined) return 'there is no xauth, which xvfb-run needs'
  return undefined
}

function kioskIds(): { uid: number; gid: number } | undefined {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === KIOSK_USER)
  return entry === undefined ? undefined : { uid: Number(entry[2]), gid: Number(entry[3]) }
}

/** A fresh folder that the user who runs Electron owns: settings, journal, profile. Remove it yourself. */
export function makeKioskDir(name: string): string {
  const dir = mkdtempSync(join(tmpdir(), `bianmin-${name}-`))
  const ids = isRoot() ? kioskIds() : undefined
  if (ids !== undefined) chownSync(dir, ids.uid, ids.gid)
  return dir
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The command that stands before Electron, and the environment it needs there, as a POSIX sh script. */
function wrapperScript(executable: string, home: string, window: { width: number; height: number }): string {
  // One pixel more than the window: Chromium makes a window that is as large as the X screen one pixel smaller, and
  // without a window manager kiosk mode does not change its size.
  const screen = `-screen 0 ${window.width + 1}x${window.height + 1}x24`
  const ownDisplay = !isRoot() && process.env.DISPLAY !== undefined && process.env.DISPLAY !== ''
  const xvfb = ownDisplay ? '' : `xvfb-run -a -s ${quote(screen)} `
  const runuser = isRoot() ? `runuser -u ${KIOSK_USER} -- ` : ''
  // After runuser, which sets HOME to the user's own: nothing of one run may be left for the next.
  const homes = [`HOME=${home}`, `XDG_CONFIG_HOME=${home}/.config`, `XDG_CACHE_HOME=${home}/.cache`]
    .map(quote)
    .join(' ')
  const others = [
    'XDG_RUNTIME_DIR',
    'DBUS_SESSION_BUS_ADDRESS',
    'ELECTRON_RUN_AS_NODE',
    ...(ownDisplay ? [] : ['DISPLAY']),
  ]
  const env = `env ${others.map((name) => `-u ${name}`).join(' ')} ${homes} `
  return ['#!/bin/sh', `cd ${quote(home)}`, `exec ${runuser}${env}${xvfb}${quote(executable)} "$@"`, ''].join('\n')
}

export type LaunchElectron = {
  /** A folder with a package.json that names the main file, readable by the kiosk user: see stageApp. */
  appDir: string
  /** Arguments for the app, after its folder. */
  args?: string[]
  /** Added to this process's environment. */
  env?: Record<string, string>
  /** The largest window there shall be room for, in pixels; 1080×1920 when not given. Ignored on a display of your own. */
  window?: { width: number; height: number }
  /** The Electron to use; findElectron's when not given. */
  executable?: string
  /** HOME of the app, from makeKioskDir, kept for the next start; a fresh one that goes with the app when not given. */
  home?: string
}

export type LaunchedElectron = {
  app: ElectronApplication
  /** HOME of the app; its profile lies below it. */
  home: string
  /** The main process itself: `app.process()` is the wrapper before it. */
  mainPid: number
  /** Ends the app in good order. Does nothing after kill. */
  close: () => Promise<void>
  /** SIGKILLs the main process and waits until all of the app is gone. */
  kill: () => Promise<void>
}

/** Starts a real Electron, sandbox on, as an ordinary user. Throws with the reason when it cannot be started here. */
export async function launchElectron(options: LaunchElectron): Promise<LaunchedElectron> {
  const found = options.executable === undefined ? findElectron() : { executable: options.executable }
  if ('missing' in found) throw new Error(found.missing)
  const obstacle = electronObstacle(found.executable)
  if (obstacle !== undefined) throw new Error(`${obstacle}; \`npm run setup\` installs what is missing`)
  const home = options.home ?? makeKioskDir('electron-home')
  const wrapperDir = mkdtempSync(join(tmpdir(), 'bianmin-electron-'))
  const cleanUp = () => {
    rmSync(wrapperDir, { recursive: true, force: true })
    if (options.home === undefined) rmSync(home, { recursive: true, force: true })
  }
  const wrapper = join(wrapperDir, 'electron')
  writeFileSync(wrapper, wrapperScript(found.executable, home, options.window ?? KIOSK_WINDOW), { mode: 0o755 })
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries({ ...process.env, ...options.env })) {
    if (value !== undefined) env[name] = value
  }
  try {
    const app = await playwrightElectron.launch({
      executablePath: wrapper,
      args: ['--disable-gpu', options.appDir, ...(options.args ?? [])],
      env,
      chromiumSandbox: true, // playwright adds --no-sandbox otherwise
      timeout: LAUNCH_TIMEOUT_MS,
    })
    const mainPid = await app.evaluate(() => process.pid)
    let gone = false
    const end = async (how: () => unknown) => {
      if (gone) return
      gone = true
      const wrapperProcess = app.process()
      const exited = wrapperProcess.exitCode !== null ? undefined : once(wrapperProcess, 'exit')
      await how()
      await exited
      cleanUp()
    }
    return {
      app,
      home,
      mainPid,
      close: () => end(() => app.close()),
      kill: () => end(() => process.kill(mainPid, 'SIGKILL')),
    }
  } catch (error) {
    cleanUp()
    throw error
  }
}
