import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { realClock } from '../drivers/transport/clock.ts'
import { createCarriers } from './carriers.ts'
import { forkDeviceHost } from './device-host-process.ts'
import { openAssets } from './door/assets.ts'
import { openHttpDoor } from './door/http-door.ts'
import { createLog } from './events.ts'
import { findBrowser, type KioskBrowser, keepBrowser } from './kiosk-browser.ts'
import { readOptions } from './options.ts'
import { prepareTerminal } from './prepare.ts'
import { POWER_EXIT_CODE } from './terminal.ts'

/**
 * The browser shell: the Terminal in plain Node, its page in any Chromium. For development, tests, and appliances that
 * use their distribution's Chromium. On standard output it says what others build on, a JSON object a line:
 * {"event":"ready","origin"} and {"event":"start-address","url"}.
 */
const here = dirname(fileURLToPath(import.meta.url))

async function main(): Promise<void> {
  const read = readOptions(process.argv.slice(2), process.cwd())
  if (read.kind !== 'options') {
    ;(read.kind === 'help' ? process.stdout : process.stderr).write(`${read.text}\n`)
    process.exitCode = read.kind === 'help' ? 0 : 64
    return
  }
  const { options } = read
  const log = createLog()
  const { version } = JSON.parse(await readFile(join(here, '..', 'package.json'), 'utf8')) as { version: string }
  const result = await prepareTerminal(
    options,
    () => forkDeviceHost(join(here, '..', 'drivers', 'host', 'main.ts')),
    version,
    log,
  )
  if (!result.ok) {
    process.stderr.write(`The terminal cannot start (${result.fault}):\n${result.detail}\n`)
    process.exitCode = 78
    return
  }
  const { terminal } = result
  const carriers = createCarriers(terminal, log)
  let browser: KioskBrowser | undefined
  const page = options.dev ? await pageFromSources() : { assets: await openAssets(options.pageDir) }
  const opened = await openHttpDoor({
    ...page,
    port: options.port,
    nowMs: realClock.nowMs,
    log,
    onBridge: carriers.bridgeSocket,
    onWorker: carriers.workerSocket,
    onEntered: () => browser?.entered(),
  }).catch(portTaken)
  if (opened === 'port-taken') {
    const problems = [`--port ${options.port} is taken by another program: name another port, or leave it out`]
    log('settings-refused', { file: 'command line', fault: 'port-taken', problems })
    process.stderr.write(`The terminal cannot start (port):\n${problems.join('\n')}\n`)
    await terminal.stop()
    process.exit(78)
  }
  const door = opened
  const say = (line: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(line)}\n`)
  say({ event: 'ready', origin: door.origin })

  const executable = options.browser ? findBrowser() : undefined
  if (executable !== undefined) {
    browser = keepBrowser({
      executable,
      profileDir: join(options.dataDir, 'browser'),
      kiosk: options.kiosk,
      size: terminal.screen,
      startUrl: door.startUrl,
      clock: realClock,
      log,
    })
  } else {
    say({ event: 'start-address', url: door.startUrl() })
  }

  const lines = createInterface({ input: process.stdin })
  let stopping = false
  async function stop(exitCode = 0): Promise<void> {
    if (stopping) return
    stopping = true
    lines.close()
    browser?.stop()
    await door.close()
    await terminal.stop()
    process.exit(exitCode)
  }
  lines.on('line', (line) => {
    if (line.trim() === 'q') void stop()
    else say({ event: 'start-address', url: door.startUrl() })
  })
  void terminal.powerEnded.then(() => stop(POWER_EXIT_CODE))
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
}

/** Any other failure is nobody's expectation and goes on. */
function portTaken(error: unknown): 'port-taken' {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return 'port-taken'
  throw error
}

/** Only in development is Vite there, and only then is this file read. */
async function pageFromSources() {
  const { openSources } = await import('./dev/sources.ts')
  return { assets: { get: async () => undefined }, sources: await openSources(join(here, '..')) }
}

await main()
