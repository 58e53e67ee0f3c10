import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BrowserContext } from 'playwright-core'
import type { Child } from '../../electron/dev/child.ts'
import { ROOT } from '../../electron/dev/stack.ts'
import { launchChromium } from '../support/chromium.ts'
import { openPageClient, type PageClient } from '../support/page-client.ts'
import { startAddress } from '../support/world.ts'
import { type LagProxy, openLagProxy } from './lag-proxy.ts'
import { BYTES_PER_MIB, openWorkerHeap, rendererPid, residentMb } from './memory.ts'
import type { RigCopy } from './rig.ts'
import { quantile } from './stats.ts'

/** Memory of main and of the page's renderer (the sync worker lives in it), in MiB: resident, and in use by JavaScript. */
export interface Footprint {
  readonly mainMb: number
  readonly rendererMb: number
  readonly mainHeapMb: number
  readonly workerHeapMb: number
}
export interface MemoryRun {
  /** Middle of samples while nothing happens. */
  readonly idle: Footprint
  /** The most of each column while the queue drained, and the most of main and renderer together. */
  readonly most: Footprint
  readonly mostTogetherMb: number
  readonly drainMs: number
  readonly hubRows: number
}

const SAMPLE_EVERY_MS = 250
/** Engines give memory back some seconds after they needed it. */
const SETTLE_MS = 5_000
const IDLE_SAMPLES = 12
/** Until RxDB has taken 100,000 submissions in, and until they are delivered. */
const STEP_LIMIT_MS = 900_000

/**
 * Starts a terminal with a kiosk page on its own hub, cut off from it; measures it idle; lets it drain and watches.
 * With an empty queue there is nothing to drain: `most` is then what it needs while connected.
 */
export async function watchMemory(options: {
  readonly copy: RigCopy
  readonly dir: string
  readonly waiting: number
}): Promise<MemoryRun> {
  const { copy, dir, waiting } = options
  await mkdir(dir, { recursive: true })
  const heapFile = join(dir, 'heap.json')
  const profileDir = join(dir, 'profile')
  const { hub, host, port } = await copy.startHub()
  let proxy: LagProxy | undefined
  let shell: Child | undefined
  let client: PageClient | undefined
  let browser: BrowserContext | undefined
  try {
    proxy = await openLagProxy({ target: { host, port }, rttMs: 0, isOpen: false })
    const probe = pathToFileURL(join(ROOT, 'test/bench/heap-probe.ts')).href
    shell = await copy.startTerminal(proxy.url, {
      env: { ...process.env, NODE_OPTIONS: `--import ${probe}`, BENCH_HEAP_FILE: heapFile },
    })
    await shell.next('ready')
    client = await openPageClient(await startAddress(shell))
    browser = await launchChromium({ userDataDir: profileDir })
    const page = browser.pages()[0] ?? (await browser.newPage())
    page.setDefaultTimeout(STEP_LIMIT_MS)
    await page.goto(await startAddress(shell))
    await page.locator(`[data-testid="status"][data-waiting="${waiting}"]`).waitFor()
    const workerHeap = await openWorkerHeap(page)
    const mainPid = shell.process.pid
    if (mainPid === undefined) throw new Error('the terminal has no process')
    const footprint = async (): Promise<Footprint> => ({
      mainMb: residentMb(mainPid),
      rendererMb: residentMb(rendererPid(profileDir)),
      mainHeapMb: (JSON.parse(await readFile(heapFile, 'utf8')) as { heapUsed: number }).heapUsed / BYTES_PER_MIB,
      workerHeapMb: await workerHeap.usedMb(),
    })

    await pause(SETTLE_MS)
    const idle: Footprint[] = []
    for (let turn = 0; turn < IDLE_SAMPLES; turn += 1) {
      idle.push(await footprint())
      await pause(SAMPLE_EVERY_MS)
    }
    proxy.open()
    const beganMs = performance.now()
    let drainMs = 0
    const drained = emptied(client).then(() => {
      drainMs = performance.now() - beganMs
    })
    const busy: Footprint[] = []
    // Some samples after the end too: what was needed last is still held then.
    for (let after = 0; after < IDLE_SAMPLES; after += drainMs > 0 ? 1 : 0) {
      busy.push(await footprint())
      await Promise.race([pause(SAMPLE_EVERY_MS), drainMs > 0 ? pause(SAMPLE_EVERY_MS) : drained])
    }
    await drained
    return {
      idle: merged(idle, (values) => quantile(values, 0.5)),
      most: merged(busy, (values) => Math.max(...values)),
      mostTogetherMb: Math.max(...busy.map(({ mainMb, rendererMb }) => mainMb + rendererMb)),
      drainMs,
      hubRows: await copy.countRows(`http://${host}:${port}`),
    }
  } finally {
    client?.close()
    await browser?.close()
    await shell?.stop()
    await proxy?.close()
    await hub.stop()
  }
}

function merged(all: readonly Footprint[], pick: (values: readonly number[]) => number): Footprint {
  const of = (column: keyof Footprint) => pick(all.map((each) => each[column]))
  return {
    mainMb: of('mainMb'),
    rendererMb: of('rendererMb'),
    mainHeapMb: of('mainHeapMb'),
    workerHeapMb: of('workerHeapMb'),
  }
}

/** Main's own count of what waits: it changes only with frames that are durable. */
async function emptied(client: PageClient): Promise<void> {
  const signal = AbortSignal.timeout(STEP_LIMIT_MS)
  for await (const view of await client.bridge.queue.watchView(undefined, { signal })) if (view.waiting === 0) return
  throw new Error('the queue view ended')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
