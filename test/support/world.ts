import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { openPtyPair, type PtyPair } from '../../drivers/transport/pty-pair.ts'
import type { Child } from '../../electron/dev/child.ts'
import { openStack, ROOT, type Stack, startBrowserShell } from '../../electron/dev/stack.ts'
import { seedHubFolder } from '../../sync/hub/test-seed.ts'
import { launchChromium } from './chromium.ts'
import { noteLastSeen } from './last-seen.ts'

/**
 * A whole terminal for tests: hub, simulated devices on real wires, the browser shell in a process of its own, and a
 * Chromium on its page. The terminal can be killed and started again over the same data, the browser's profile thrown
 * away, the network cut.
 */
export interface World {
  readonly dataDir: string
  readonly stack: Stack
  readonly wire: 'pty' | 'tcp'
  /** The running terminal. */
  shell(): Child
  /** The terminal's own log, line by line, JSON. */
  readonly log: readonly Readonly<Record<string, unknown>>[]
  /** Resolves with the first log line of this event, present or future; with `nth`, the one that makes it so many. */
  logged(
    event: string,
    matches?: (line: Readonly<Record<string, unknown>>) => boolean,
    nth?: number,
  ): Promise<Readonly<Record<string, unknown>>>
  /** Resolves once the log says that so many were received, one by one or in batches. */
  delivered(count: number): Promise<void>
  /** `env` is added to our own. */
  startTerminal(env?: NodeJS.ProcessEnv): Promise<void>
  /** A Chromium on the kiosk page; a new one with a fresh profile unless one is given. */
  openPage(options?: {
    profileDir?: string
    viewport?: { width: number; height: number }
    initScript?: string
  }): Promise<Page>
  closeBrowser(): Promise<void>
  close(): Promise<void>
}

export interface WorldOptions {
  /** Kept when given, else a folder under the system's temp folder. */
  readonly dataDir?: string
  /** Read the card over a real PTY pair (socat); without socat over TCP, and `wire` says so. */
  readonly pty?: boolean
  /** Every device that can be simulated, not only card reader and receipt printer. */
  readonly allDevices?: boolean
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'bianmin-world-')))
  const pty: PtyPair | undefined = options.pty ? await ptyOrNothing() : undefined
  await seedHubFolder(join(dataDir, 'hub'))
  const stack = await openStack({
    dataDir,
    dockDir: join(ROOT, 'dist/dev-dock'),
    log: 'ignore',
    allDevices: options.allDevices ?? false,
    ...(pty === undefined ? {} : { readerPty: { near: pty.ends[0], far: pty.ends[1] } }),
  })
  const log: Readonly<Record<string, unknown>>[] = []
  let waiting: (() => void)[] = []
  let shell: Child | undefined
  let browser: BrowserContext | undefined

  function take(line: string): void {
    if (!line.startsWith('{')) return
    log.push(JSON.parse(line) as Record<string, unknown>)
    const wake = waiting
    waiting = []
    for (const each of wake) each()
  }
  function running(): Child {
    if (shell === undefined) throw new Error('the terminal is not running')
    return shell
  }

  return {
    dataDir,
    stack,
    wire: pty === undefined ? 'tcp' : 'pty',
    log,
    shell: running,
    async logged(event, matches = () => true, nth = 1) {
      for (;;) {
        const found = log.filter((line) => line.event === event && matches(line))[nth - 1]
        if (found !== undefined) return found
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
    async delivered(count) {
      const received = () =>
        log.filter((line) => line.event === 'submission-received').length +
        log.filter((line) => line.event === 'batch-received').reduce((sum, line) => sum + Number(line.submissions), 0)
      while (received() < count) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    async startTerminal(env = {}) {
      shell = startBrowserShell(stack, ['--no-browser'], { log: take, env: { ...process.env, ...env } })
      await shell.next('ready')
    },
    async openPage({ profileDir, viewport, initScript } = {}) {
      browser = await launchChromium({
        ...(profileDir === undefined ? {} : { userDataDir: profileDir }),
        ...(viewport === undefined ? {} : { viewport }),
      })
      if (initScript !== undefined) await browser.addInitScript(initScript)
      const page = browser.pages()[0] ?? (await browser.newPage())
      await page.goto(await startAddress(running()))
      return page
    },
    async closeBrowser() {
      await browser?.close()
      browser = undefined
    },
    async close() {
      await noteLastSeen(browser?.pages().at(-1), log)
      await browser?.close()
      await shell?.stop()
      await stack.close()
      await pty?.close()
    },
  }

  async function ptyOrNothing(): Promise<PtyPair | undefined> {
    const pair = await openPtyPair()
    return pair.ok ? pair : undefined
  }
}

/** A fresh start address: the first was made at start and may be stale by now. */
export async function startAddress(shell: Child): Promise<string> {
  await shell.next('start-address')
  shell.type('')
  const url = String((await shell.next('start-address')).url)
  // So that the next caller finds one waiting, as the first did.
  shell.type('')
  return url
}

/** Every row of the hub, by its export route. */
export async function hubRows(stack: Stack): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const response = await fetch(new URL('/export/submissions.jsonl', stack.hubUrl))
  if (!response.ok) throw new Error(`hub export: ${response.status}`)
  const text = await response.text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

export function readJson(file: string): Promise<unknown> {
  return readFile(file, 'utf8').then((text) => JSON.parse(text) as unknown)
}
