import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ProvisioningSchema } from '../../sync/protocol/keys.ts'
import { YOUNG_HEAP_FLAG } from '../young-heap.ts'
import { type Child, type ChildOptions, startChild } from './child.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

/**
 * Everything that stands around a terminal when it is alone on one machine: a hub process with its data, the workbench
 * (simulated devices, the cable to the hub) and the two files that the terminal starts from. For `npm start`, the demo,
 * the benchmarks and the e2e tests.
 */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const TERMINAL_ID = 'YZ-NQ-03'

export interface Stack {
  readonly hub: Child
  readonly hubUrl: URL
  readonly bench: Workbench
  readonly terminalDir: string
  readonly settingsFile: string
  readonly provisioningFile: string
  close(): Promise<void>
}

export interface StackOptions {
  /** Hub and terminal keep their data in folders below it. */
  readonly dataDir: string
  readonly dockDir?: string
  /** Every device that can be simulated; else card reader and receipt printer. */
  readonly allDevices?: boolean
  /** The two ends of a PTY for the card reader: the simulator's and the terminal's. */
  readonly readerPty?: { readonly far: string; readonly near: string }
  readonly log?: NonNullable<ChildOptions['log']>
  readonly env?: NodeJS.ProcessEnv
}

export async function openStack(options: StackOptions): Promise<Stack> {
  const hubDir = join(options.dataDir, 'hub')
  const terminalDir = join(options.dataDir, 'terminal')
  for (const dir of [hubDir, terminalDir]) await mkdir(dir, { recursive: true, mode: 0o700 })
  const handedOut = join(terminalDir, 'provisioning.from-hub.json')

  const hub = startHub(hubDir, handedOut, options)
  const hubUrl = new URL(String((await hub.next('ready')).url))
  const bench = await openWorkbench({
    hub: { host: hubUrl.hostname, port: Number(hubUrl.port) },
    allDevices: options.allDevices ?? false,
    ...(options.dockDir === undefined ? {} : { dockDir: options.dockDir }),
    ...(options.readerPty === undefined
      ? {}
      : { readerPath: options.readerPty.far, readerUrl: `serial://${options.readerPty.near}?baud=115200` }),
  })

  // The addresses are new at each start, so both files are written anew. The hub is reached over the cable.
  const provisioningFile = join(terminalDir, 'provisioning.json')
  const provisioning = ProvisioningSchema.parse(JSON.parse(await readFile(handedOut, 'utf8')))
  await write(provisioningFile, { ...provisioning, hubUrl: `http://${bench.network.address}` })
  const settingsFile = join(terminalDir, 'settings.simulated.json')
  await write(settingsFile, {
    place: { zh: '云洲市南桥区' },
    hall: { zh: '政务服务中心 3号机' },
    staff: { where: { zh: '大厅入口左边的服务台' }, telephone: '0990-1234567' },
    panel: { pxPerMm: 4.03 },
    devices: bench.devices,
  })

  return {
    hub,
    hubUrl,
    bench,
    terminalDir,
    settingsFile,
    provisioningFile,
    async close() {
      await bench.close()
      await hub.stop()
    },
  }
}

function startHub(hubDir: string, handedOut: string, options: StackOptions): Child {
  const args = ['--data', hubDir, '--port', '0', '--provision', `${TERMINAL_ID}=${handedOut}`, '--allow-export']
  return startChild(process.execPath, [join(ROOT, 'sync/hub/main.ts'), ...args], options)
}

/** The browser shell over a stack, in a process of its own; start addresses on demand. */
export function startBrowserShell(stack: Stack, args: readonly string[] = [], options: ChildOptions = {}): Child {
  return startChild(
    process.execPath,
    [
      YOUNG_HEAP_FLAG,
      join(ROOT, 'electron/browser-shell.ts'),
      ...['--data', stack.terminalDir],
      ...['--settings', stack.settingsFile],
      ...['--provisioning', stack.provisioningFile],
      ...['--page', join(ROOT, 'dist/kiosk')],
      ...args,
    ],
    options,
  )
}

function write(file: string, value: unknown): Promise<void> {
  return writeFile(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
}
