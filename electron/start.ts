import { access, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type Child, startChild } from './dev/child.ts'
import { openStack, ROOT, type Stack, startBrowserShell } from './dev/stack.ts'
import { findBrowser } from './kiosk-browser.ts'
import { openLogFile } from './log-file.ts'
import { YOUNG_HEAP_SWITCH } from './young-heap.ts'

/**
 * `npm start`: a whole terminal on one machine, from nothing: a hub of its own, simulated devices, provisioning, and
 * the kiosk in Electron, else in an installed Chromium, else by its address.
 */
const HELP = `Starts a hub, simulated devices and the kiosk on this machine.

  npm start -- [options]
  --data DIR       where hub and terminal keep their data (default .bianmin)
  --settings FILE  real devices: your settings.json instead of the simulators' addresses
  --shell KIND     electron | browser | none (default: the first that can be shown here)
  --fullscreen     the whole screen instead of a window
  --dev            the page from its sources, with hot reload (npm run dev)
  --help           this text
`

type Shell =
  | { readonly kind: 'electron'; readonly executable: string }
  | { readonly kind: 'browser' }
  | { readonly kind: 'none'; readonly why: string }

const say = (line: string) => process.stdout.write(`${line}\n`)

/** So many last lines of a log are shown when its program ended badly. */
const LAST_LINES = 15

/** Logs go to a file of bounded size, not over what we say here; what was said last is kept for a bad end. */
function logTo(file: string): { readonly line: (text: string) => void; readonly last: readonly string[] } {
  const out = openLogFile(file)
  const last: string[] = []
  const line = (text: string) => {
    out.line(text)
    last.push(text)
    if (last.length > LAST_LINES) last.shift()
  }
  return { line, last }
}

/** Electron that can run here: ELECTRON_EXECUTABLE, else the electron package's own binary. */
async function findElectron(): Promise<string | undefined> {
  const given = process.env.ELECTRON_EXECUTABLE
  if (given !== undefined) return given
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const own = join(folder, 'dist', process.platform === 'win32' ? 'electron.exe' : 'electron')
  return access(own).then(
    () => own,
    () => undefined,
  )
}

async function chooseShell(wanted: string | undefined): Promise<Shell> {
  if (wanted === 'none') return { kind: 'none', why: 'as asked' }
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  if (process.platform === 'linux' && DISPLAY === undefined && WAYLAND_DISPLAY === undefined) {
    return { kind: 'none', why: 'this machine has no screen (DISPLAY is not set)' }
  }
  const executable = await findElectron()
  // Electron's sandbox refuses root, as it should; Chromium is then the better choice.
  const electronFits = executable !== undefined && (wanted === 'electron' || process.getuid?.() !== 0)
  if (electronFits && wanted !== 'browser') return { kind: 'electron', executable }
  if (findBrowser() !== undefined && wanted !== 'electron') return { kind: 'browser' }
  return { kind: 'none', why: 'found neither an Electron (ELECTRON_EXECUTABLE) nor a Chromium (CHROMIUM_PATH)' }
}

function startElectron(executable: string, stack: Stack, args: readonly string[], log: (line: string) => void): Child {
  const files = ['--data', stack.terminalDir, '--provisioning', stack.provisioningFile]
  const page = ['--page', join(ROOT, 'dist/kiosk')]
  return startChild(executable, [YOUNG_HEAP_SWITCH, join(ROOT, 'dist/electron/main.cjs'), ...files, ...page, ...args], {
    log,
  })
}

/** A start address is good once and for ten seconds, so each Enter makes a new one. */
async function offerAddresses(why: string, terminal: Child): Promise<void> {
  say(`  kiosk      no window: ${why}`)
  const show = async () => {
    // A terminal that ends first says so at the end of main.
    const { url } = await terminal.next('start-address').catch(() => ({ url: '(none: the terminal did not start)' }))
    say(`  kiosk      ${String(url)}\n             open it within 10 seconds; Enter makes a new address`)
  }
  await show()
  createInterface({ input: process.stdin }).on('line', () => {
    terminal.type('')
    void show()
  })
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '.bianmin' },
      settings: { type: 'string' },
      shell: { type: 'string' },
      fullscreen: { type: 'boolean', default: false },
      dev: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(HELP)

  say('便民 Bianmin: starting hub, simulated devices and kiosk …')
  const data = resolve(values.data)
  await mkdir(data, { recursive: true, mode: 0o700 })
  const hubLog = logTo(join(data, 'hub.log'))
  const terminalLog = logTo(join(data, 'terminal.log'))
  const opening = openStack({
    ...{ dataDir: data, dockDir: join(ROOT, 'dist/dev-dock'), log: hubLog.line },
    // With settings of your own the simulators' addresses are not used.
    allDevices: values.settings === undefined,
  })
  const stack = await opening.catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${hubLog.last.join('\n')}`)
  })
  say(`  hub        ${stack.hubUrl.href}   what arrived, as a page`)
  say(
    `  dev dock   ${stack.bench.dockUrl ?? ''}   put a card on the reader, take the paper away, show a code, cut the network`,
  )

  const settings = values.settings === undefined ? stack.settingsFile : resolve(values.settings)
  const shell = await chooseShell(values.dev ? (values.shell ?? 'browser') : values.shell)
  const window = ['--settings', settings, ...(values.fullscreen ? [] : ['--windowed'])]
  const terminal =
    shell.kind === 'electron'
      ? startElectron(shell.executable, stack, window, terminalLog.line)
      : startBrowserShell(
          stack,
          [...window, ...(values.dev ? ['--dev'] : []), ...(shell.kind === 'none' ? ['--no-browser'] : [])],
          { log: terminalLog.line },
        )

  const stop = async () => {
    await terminal.stop()
    await stack.close()
    process.exit(0)
  }
  process.on('SIGINT', () => void stop())
  process.on('SIGTERM', () => void stop())

  if (shell.kind === 'none') {
    await offerAddresses(shell.why, terminal)
  } else {
    say(`  kiosk      in ${shell.kind === 'electron' ? `Electron (${shell.executable})` : 'Chromium'}`)
  }
  say(`  logs       ${data}/terminal.log, hub.log`)
  say('Ctrl+C stops everything.')
  const code = await terminal.exited
  if (code !== 0) say(`The kiosk ended with code ${code}. Its last words:\n${terminalLog.last.join('\n')}`)
  await stop()
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
