import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import type { Child } from '../../electron/dev/child.ts'
import { launchChromium } from '../support/chromium.ts'
import { openPageClient, type PageClient } from '../support/page-client.ts'
import { startAddress } from '../support/world.ts'
import { type LagProxy, openLagProxy } from './lag-proxy.ts'
import { cpuMs, rendererPid } from './memory.ts'
import type { Rig } from './rig.ts'

/** One drain of a full queue by the real terminal: browser shell, kiosk page and sync worker in Chromium, hub process. */
export interface OursRun {
  /** First byte from the terminal after the line came back → the last receipt's frame is on disk. */
  readonly drainMs: number
  /** From then → RxDB shows all as received, as the page's status line tells it. */
  readonly rxdbLagMs: number
  readonly wireUpBytes: number
  readonly wireDownBytes: number
  readonly connections: number
  readonly hubRows: number
  /** Processor time that each process used from the first byte until RxDB showed all, in ms; the database's is not in it. */
  readonly cpuMs: Readonly<Record<'terminal' | 'hub' | 'renderer', number>>
  /** Who held the drain when the line came back: must be the worker. */
  readonly owner: string
}

/** Until the page's RxDB has taken the queue in. */
const STEP_TIMEOUT_MS = 120_000
/** A drain that takes longer is not slow but stuck. */
const DRAIN_LIMIT_MS = 300_000

export async function drainOurs(options: {
  readonly rig: Rig
  readonly dir: string
  readonly rttMs: number
}): Promise<OursRun> {
  const { rig, dir, rttMs } = options
  await mkdir(dir, { recursive: true })
  const copy = await rig.copy(dir)
  const { hub, host, port } = await copy.startHub()
  let proxy: LagProxy | undefined
  let shell: Child | undefined
  let client: PageClient | undefined
  let browser: BrowserContext | undefined
  try {
    proxy = await openLagProxy({ target: { host, port }, rttMs, isOpen: false })
    let owner = 'main'
    shell = await copy.startTerminal(proxy.url, {
      log(line) {
        if (line.includes('"lease-changed"')) owner = String((JSON.parse(line) as { owner?: unknown }).owner)
      },
    })
    await shell.next('ready')
    client = await openPageClient(await startAddress(shell))
    const profileDir = join(dir, 'profile')
    browser = await launchChromium({ userDataDir: profileDir })
    const page = browser.pages()[0] ?? (await browser.newPage())
    page.setDefaultTimeout(STEP_TIMEOUT_MS)
    await page.goto(await startAddress(shell))
    const waiting = rig.backlog.count
    await page.locator(`[data-testid="status"][data-waiting="${waiting}"]`).waitFor()
    while (owner === 'main') await new Promise((resolve) => setTimeout(resolve, 50))

    const pids = { terminal: pidOf(shell), hub: pidOf(hub), renderer: rendererPid(profileDir) }
    const usedMs = () => ({
      terminal: cpuMs(pids.terminal),
      hub: cpuMs(pids.hub),
      renderer: cpuMs(pids.renderer),
    })
    const usedBefore = usedMs()
    const line = proxy
    const drained = emptied(client).then((atMs) => ({ atMs, wire: line.bytes(), connections: line.connections() }))
    const shown = page
      .locator('[data-testid="status"][data-waiting="0"]')
      .waitFor({ timeout: DRAIN_LIMIT_MS })
      .then(() => performance.now())
    line.open()
    const [{ atMs, wire, connections }, shownAtMs] = await Promise.all([drained, shown])
    const used = usedMs()
    const beganAtMs = line.firstByteAtMs()
    if (beganAtMs === undefined) throw new Error('drained without a byte on the line')
    return {
      drainMs: atMs - beganAtMs,
      rxdbLagMs: Math.max(0, shownAtMs - atMs),
      wireUpBytes: wire.up,
      wireDownBytes: wire.down,
      connections,
      cpuMs: {
        terminal: used.terminal - usedBefore.terminal,
        hub: used.hub - usedBefore.hub,
        renderer: used.renderer - usedBefore.renderer,
      },
      hubRows: await copy.countRows(`http://${host}:${port}`),
      owner,
    }
  } finally {
    client?.close()
    await browser?.close()
    await shell?.stop()
    await proxy?.close()
    await hub.stop()
  }
}

function pidOf({ process }: Child): number {
  if (process.pid === undefined) throw new Error('it did not start')
  return process.pid
}

/** Main's own count of what waits: it changes only with frames that are durable. Answers when it was 0. */
async function emptied(client: PageClient): Promise<number> {
  const signal = AbortSignal.timeout(DRAIN_LIMIT_MS)
  for await (const view of await client.bridge.queue.watchView(undefined, { signal })) {
    if (view.waiting === 0) return performance.now()
  }
  throw new Error('the queue view ended')
}
