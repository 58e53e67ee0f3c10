import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openWorkbench, type Workbench } from '../../electron/dev/workbench.ts'
import { hashPin } from '../../electron/staff-pin.ts'
import { startPostgres } from '../../sync/hub/test-postgres.ts'
import { type BrowserSide, openBrowserSide } from './browser-side.ts'
import { type Citizen, enter } from './citizen.ts'
import { type HubSide, openHubSide, provisioningVia } from './hub-side.ts'
import type { Break, Control } from './inside/control.ts'
import { JournalFollower } from './journal-bytes.ts'
import type { Struck } from './kinds.ts'
import { type FaultProxy, openFaultProxy } from './proxy.ts'
import { openSmallDisk, type SmallDisk } from './small-disk.ts'
import { openTerminalSide, type TerminalSide } from './terminal-side.ts'
import { until } from './waiting.ts'

/** One service hall: hub, wire, terminal, simulated devices, and now and then a Chromium; all real processes. */
export interface Hall {
  readonly kind: 'pglite' | 'postgres'
  readonly dir: string
  readonly hub: HubSide
  readonly proxy: FaultProxy
  readonly terminal: TerminalSide
  readonly journal: JournalFollower
  readonly disk: SmallDisk | undefined
  /** Why its data lie on no small disk. */
  readonly noDisk: string | undefined
  readonly browser: BrowserSide | undefined
  /** The page, entered anew after each start of the terminal. */
  citizen(): Citizen
  /** Starts the terminal when it is not running, lets the page in. */
  bringUp(withBrowser: boolean, kill?: Control['kill']): Promise<void>
  killTerminal(): Promise<void>
  /** A maintainer puts quarantined submissions back into the queue; false when that door cannot be opened. */
  requeue(submissionIds: readonly string[]): Promise<boolean>
  openBrowser(): Promise<BrowserSide>
  closeBrowser(): Promise<void>
  close(): Promise<void>
}

export interface HallOptions {
  readonly dir: string
  readonly kind: 'pglite' | 'postgres'
  readonly broken: Break | null
  readonly mayMount: boolean
  readonly struck: Struck
}

/** From the end of its last connection to the end of a killed process. */
const DYING_MS = 5_000
const PIN = '271828'
const REQUEUE_AT_ONCE = 100
/** Room for the journal, its reserve and both marks of free space, and quick to fill. */
const DISK_MEGABYTES = 512

export async function openHall(options: HallOptions): Promise<Hall> {
  const { dir, kind, broken, struck } = options
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const closing: (() => void | Promise<void>)[] = []
  const close = async () => {
    for (const each of closing.reverse()) await each()
  }
  try {
    return await build()
  } catch (error) {
    await close()
    throw error
  }

  async function build(): Promise<Hall> {
    const mounted = options.mayMount
      ? openSmallDisk(join(dir, 'disk'), DISK_MEGABYTES, ['ext4', 'tmpfs'])
      : ({ ok: false, why: 'left out' } as const)
    const disk = mounted.ok ? mounted.disk : undefined
    if (disk !== undefined) closing.push(disk.close)
    const postgres = kind === 'postgres' ? startPostgres() : undefined
    if (postgres !== undefined && !postgres.ok) throw new Error(postgres.why)
    if (postgres !== undefined) closing.push(postgres.stop)

    const hub = await openHubSide({
      dir,
      ...(postgres === undefined ? {} : { databaseUrl: postgres.url }),
      processes: postgres === undefined ? 1 : 2,
      broken,
      log: () => undefined,
    })
    closing.push(hub.stop)
    await hub.start()
    // Payloads may go as soon as a backup is confirmed: a day's wait is for the simulation.
    await hub.publish('settings', { minimumRetentionMs: 0 })
    const proxy = await openFaultProxy({ hubPorts: hub.ports, struck })
    closing.push(proxy.close)
    const bench: Workbench = await openWorkbench({ hub: { host: '127.0.0.1', port: hub.ports[0] ?? 0 } })
    closing.push(bench.close)

    const settingsFile = join(dir, 'settings.json')
    await writeFile(settingsFile, JSON.stringify(settings(bench, await hashPin(PIN))))
    const provisioningFile = join(dir, 'provisioning.json')
    await provisioningVia(hub.provisioningFile, proxy.url, provisioningFile)
    const terminal = await openTerminalSide({
      dir,
      dataDir: join(disk?.dir ?? dir, 'terminal'),
      settingsFile,
      provisioningFile,
      broken,
    })
    closing.push(terminal.stop)
    const journal = new JournalFollower(terminal.journalDir)
    let citizen: Citizen | undefined
    let browser: BrowserSide | undefined
    closing.push(async () => browser?.close())
    closing.push(() => citizen?.leave())

    async function bringUp(withBrowser: boolean, kill: Control['kill'] = null): Promise<void> {
      if (terminal.isAlive()) return
      citizen?.leave()
      // A start may purge: what lies there now is noted first.
      journal.frames()
      try {
        await terminal.start(kill)
        if (withBrowser) await (await openBrowser()).open(terminal.startAddress)
        citizen = await enter(await terminal.startAddress(), bench)
      } catch (error) {
        // Killed on the way up: whoever armed it starts it again.
        if (kill === null || !(await until(() => !terminal.isAlive(), DYING_MS))) throw error
      }
    }
    async function openBrowser(): Promise<BrowserSide> {
      browser ??= await openBrowserSide(dir, options.mayMount)
      return browser
    }

    return {
      kind,
      dir,
      hub,
      proxy,
      terminal,
      journal,
      disk,
      noDisk: mounted.ok ? undefined : mounted.why,
      get browser() {
        return browser
      },
      citizen() {
        if (citizen === undefined) throw new Error('nobody is in the hall')
        return citizen
      },
      bringUp,
      async killTerminal() {
        await terminal.kill()
        citizen?.leave()
      },
      async requeue(submissionIds) {
        if (citizen === undefined) return false
        const { maintenance } = citizen.page.bridge
        const unlocked = await maintenance.unlock({ pin: PIN })
        if (unlocked.outcome !== 'open') return false
        const { token } = unlocked
        for (let at = 0; at < submissionIds.length; at += REQUEUE_AT_ONCE) {
          const some = submissionIds.slice(at, at + REQUEUE_AT_ONCE)
          if (!(await maintenance.requeue({ token, submissionIds: some })).ok) return false
        }
        await maintenance.lock({ token })
        return true
      },
      openBrowser,
      async closeBrowser() {
        await browser?.close()
        browser = undefined
      },
      close,
    }
  }
}

function settings(bench: Workbench, pinScrypt: string): Readonly<Record<string, unknown>> {
  return {
    place: { zh: '云洲市南桥区' },
    hall: { zh: '政务服务中心 3号机' },
    staff: { where: { zh: '大厅入口左边的服务台' }, telephone: '0990-1234567' },
    panel: { pxPerMm: 4.03 },
    maintenance: { pinScrypt },
    devices: { 'id-card-reader': bench.readerUrl, 'receipt-printer': bench.printerUrl },
  }
}
