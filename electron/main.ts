import './shims.ts'
import { join } from 'node:path'
import { app, BrowserWindow, ipcMain, Menu, MessageChannelMain, protocol, session, utilityProcess } from 'electron'
import type { HostProcess } from '../drivers/host/host-client.ts'
import { type Carriers, createCarriers, type MainPort } from './carriers.ts'
import { type Assets, openAssets, PAGE_HEADERS } from './door/assets.ts'
import { createLog, type Log } from './events.ts'
import { DISK_CACHE_BYTES } from './kiosk-browser.ts'
import { mayNavigate, PAGE_ORIGIN, PAGE_URL } from './lockdown/navigation.ts'
import { mayHave } from './lockdown/permissions.ts'
import { isBlocked } from './lockdown/shortcuts.ts'
import { readOptions, type ShellOptions } from './options.ts'
import { prepareTerminal } from './prepare.ts'
import { POWER_EXIT_CODE, type Terminal } from './terminal.ts'

/** The Electron shell: a sandboxed window on app://kiosk over the same Terminal as the browser shell. */

/** On a desk the whole kiosk is wanted, smaller: the page keeps its pixels, the window shows them at this scale. */
const DESK_SCALE = 0.45
/** A page that died is loaded again after this. */
const RELOAD_AFTER_MS = 500

const log = createLog()

/** A main that lived this long is worth starting again by itself; one that dies at once is the service manager's. */
const RELAUNCH_AFTER_MS = 10_000

// Without this Electron shows a dialog and waits for a click that nobody will make. Unexpected faults end main, and
// main is started again.
function crash(error: unknown): void {
  log('main-crashed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  if (!stopping && performance.now() > RELAUNCH_AFTER_MS) app.relaunch()
  app.exit(70)
}
/** Somebody asked us to go: whatever happens on the way, we do not come back by ourselves. */
let stopping = false
process.on('uncaughtException', crash)
process.on('unhandledRejection', crash)

app.enableSandbox()
// The page comes from this machine: the disk belongs to the journal.
app.commandLine.appendSwitch('disk-cache-size', String(DISK_CACHE_BYTES))
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
])

const arguments_ = process.argv
  .slice(app.isPackaged ? 1 : 2)
  .filter((each) => !/^--(inspect|remote-debugging|no-sandbox|disable-gpu|user-data-dir)/.test(each))
const read = readOptions(arguments_, process.cwd(), join(__dirname, '..', 'kiosk'))
if (read.kind !== 'options') {
  process.stderr.write(`${read.text}\n`)
  app.exit(read.kind === 'help' ? 0 : 64)
} else {
  app.setPath('userData', join(read.options.dataDir, 'browser'))
  // One instance owns journal and devices; the second leaves before it touches anything.
  if (app.requestSingleInstanceLock())
    void app
      .whenReady()
      .then(() => run(read.options))
      .catch(crash)
  else app.exit(0)
}

function forkHost(): HostProcess {
  const child = utilityProcess.fork(join(__dirname, 'device-host.cjs'), [], { serviceName: 'device-host' })
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => child.on('exit', (code) => listener(code)),
    kill: () => child.kill(),
  }
}

async function run(options: ShellOptions): Promise<void> {
  const result = await prepareTerminal(options, forkHost, app.getVersion(), log)
  if (!result.ok) {
    process.stderr.write(`The terminal cannot start (${result.fault}):\n${result.detail}\n`)
    app.exit(78)
    return
  }
  const { terminal } = result
  Menu.setApplicationMenu(null)
  servePage(await openAssets(options.pageDir))
  denyPermissions()
  denyDownloads()
  connectPages(createCarriers(terminal, log))
  openWindow(options.kiosk, terminal.screen)

  let exitCode = 0
  app.on('before-quit', (event) => {
    if (stopping) return
    event.preventDefault()
    stopping = true
    void terminal.stop().then(() => app.exit(exitCode), crash)
  })
  void terminal.powerEnded.then(() => {
    exitCode = POWER_EXIT_CODE
    app.quit()
  })
  process.on('SIGTERM', () => app.quit())
  process.on('SIGINT', () => app.quit())
}

function servePage(assets: Assets): void {
  protocol.handle('app', async (request) => {
    const url = new URL(request.url)
    const asset = `${url.protocol}//${url.host}` === PAGE_ORIGIN ? await assets.get(url.pathname) : undefined
    if (asset === undefined || request.method !== 'GET')
      return new Response('404', { status: 404, headers: PAGE_HEADERS })
    return new Response(asset.body as Uint8Array<ArrayBuffer>, {
      headers: { ...PAGE_HEADERS, 'content-type': asset.type },
    })
  })
}

function denyPermissions(): void {
  const refused = (permission: string) => log('navigation-refused', { permission })
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => {
    if (!mayHave(permission)) refused(permission)
    answer(mayHave(permission))
  })
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => mayHave(permission))
}

/** Nothing that a citizen does is a download; one would fill the disk that the journal lives on. */
function denyDownloads(): void {
  session.defaultSession.on('will-download', (event) => {
    event.preventDefault()
    log('navigation-refused', { download: true })
  })
}

/** Ports go to our own page's main frame only (Electron advisory: check the sender on every call). */
function connectPages(carriers: Carriers): void {
  ipcMain.on('bianmin:connect', (event) => {
    const frame = event.senderFrame
    if (frame === null || frame !== event.sender.mainFrame || !mayNavigate(frame.url)) {
      log('door-refused', { why: 'sender', url: frame?.url.slice(0, 100) ?? null })
      return
    }
    const bridge = new MessageChannelMain()
    const worker = new MessageChannelMain()
    carriers.bridgePort(bridge.port1 as unknown as MainPort)
    carriers.workerPort(worker.port1 as unknown as MainPort)
    event.sender.postMessage('bianmin:ports', null, [bridge.port2, worker.port2])
  })
}

function openWindow(kiosk: boolean, { widthPx, heightPx }: Terminal['screen']): void {
  const scale = kiosk ? 1 : DESK_SCALE
  const window = new BrowserWindow({
    width: Math.round(widthPx * scale),
    height: Math.round(heightPx * scale),
    useContentSize: true,
    kiosk,
    show: true,
    autoHideMenuBar: true,
    backgroundColor: '#E4ECE7',
    webPreferences: {
      preload: join(__dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      backgroundThrottling: false,
      // Who comes by card has not touched the glass yet, and is warned by sound as well.
      autoplayPolicy: 'no-user-gesture-required',
      zoomFactor: scale,
    },
  })
  guard(window, log)
  void window.loadURL(PAGE_URL)
}

function guard({ webContents }: BrowserWindow, say: Log): void {
  webContents.setWindowOpenHandler(({ url }) => {
    say('navigation-refused', { url: url.slice(0, 100) })
    return { action: 'deny' }
  })
  const stay = (event: { preventDefault: () => void }, url: string) => {
    if (mayNavigate(url)) return
    event.preventDefault()
    say('navigation-refused', { url: url.slice(0, 100) })
  }
  webContents.on('will-navigate', (event, url) => stay(event, url))
  webContents.on('will-redirect', (event, url) => stay(event, url))
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  webContents.on('before-input-event', (event, press) => {
    if (isBlocked(press)) event.preventDefault()
  })
  webContents.on('render-process-gone', (_event, { reason }) => {
    say('page-event', { page: 'gone', detail: reason })
    setTimeout(() => void webContents.loadURL(PAGE_URL), RELOAD_AFTER_MS)
  })
}
