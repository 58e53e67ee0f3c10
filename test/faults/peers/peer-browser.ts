import type { BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { type Child, startChild } from '../../../electron/dev/child.ts'
import { launchChromium } from '../../support/chromium.ts'
import { killChromium } from './chromium-processes.ts'
import type { Peer } from './page/peer-page.ts'

/** A peer in a real Chromium with its hub, for one fact: a fresh profile, a fresh hub. */
export type PeerName = 'rxdb' | 'pouchdb'
export type PeerWindow = typeof globalThis & { readonly peer: Peer }

export interface PeerBrowser {
  readonly name: PeerName
  /** A new document, as after a start of the program: fresh modules, the profile kept, the clock as given. */
  start(options?: { readonly clockOffsetMs?: number; readonly version?: number }): Promise<void>
  page(): Page
  /** One read of the store that replication keeps its place in fails, once. */
  failOneRead(): Promise<void>
  /** Whether it did. */
  readFailed(): Promise<boolean>
  /** SIGKILL of the whole browser, or a clean end. */
  end(how: 'kill' | 'close'): Promise<void>
  hub(): Promise<{ readonly ids: readonly string[]; readonly rows: number; readonly calls: Record<PeerName, number> }>
  control(wanted: { readonly poison?: string | null; readonly down?: boolean }): Promise<void>
  close(): Promise<void>
}

const SERVER = new URL('server.ts', import.meta.url).pathname
const PAGE_ROOT = new URL('page', import.meta.url).pathname
const STEP_TIMEOUT_MS = 30_000

export async function buildPeerPage(outDir: string): Promise<void> {
  await build({
    root: PAGE_ROOT,
    base: './',
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { outDir, emptyOutDir: true, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 2000 },
  })
}

/** `profile` may lie on a small disk of its own. */
export async function openPeerBrowser(options: {
  readonly name: PeerName
  readonly dir: string
  readonly pageDir: string
  readonly profile: string
}): Promise<PeerBrowser> {
  const { name, profile } = options
  const server: Child = startChild(process.execPath, [SERVER, options.dir, options.pageDir], { log: 'ignore' })
  const origin = `http://127.0.0.1:${(await server.next('ready')).port}`
  let context: BrowserContext | undefined
  let page: Page | undefined
  const there = () => {
    if (page === undefined) throw new Error('no page is open')
    return page
  }

  async function end(how: 'kill' | 'close'): Promise<void> {
    const ending = context
    context = undefined
    page = undefined
    if (ending === undefined) return
    if (how === 'close') return ending.close()
    await killChromium(profile)
    // Playwright may have noticed by itself, or is told so now.
    await ending.close().catch((error: Error) => {
      if (!error.message.includes('has been closed')) throw error
    })
  }

  return {
    name,
    async start({ clockOffsetMs = 0, version = 0 } = {}) {
      if (context === undefined) {
        context = await launchChromium({ userDataDir: profile, args: ['--disk-cache-size=1048576'] })
        context.setDefaultTimeout(STEP_TIMEOUT_MS)
      }
      // A page of its own: its init script is its clock.
      const fresh = await context.newPage()
      await page?.close()
      page = fresh
      if (clockOffsetMs !== 0) await fresh.addInitScript(shiftClock, clockOffsetMs)
      await fresh.goto(`${origin}/page/index.html?peer=${name}`)
      await fresh.waitForFunction(() => 'peer' in globalThis)
      await fresh.evaluate((to) => (globalThis as PeerWindow).peer.open(to), version)
    },
    page: there,
    failOneRead: () => there().evaluate(failOneRead),
    readFailed: () => there().evaluate(() => (globalThis as { readFailed?: boolean }).readFailed === true),
    end,
    async hub() {
      const response = await fetch(`${origin}/held/${name}`)
      return (await response.json()) as Awaited<ReturnType<PeerBrowser['hub']>>
    },
    async control(wanted) {
      await fetch(`${origin}/control`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(wanted),
      })
    },
    async close() {
      await end('close')
      await server.stop()
    },
  }
}

/** Runs in the page before anything else. */
function shiftClock(offsetMs: number): void {
  const Real = Date
  class Shifted extends Real {
    constructor(...args: unknown[]) {
      super(...((args.length === 0 ? [Real.now() + offsetMs] : args) as [number]))
    }
    static override now(): number {
      return Real.now() + offsetMs
    }
  }
  globalThis.Date = Shifted as DateConstructor
}

/** Runs in the page: the next read of the replication's own store ends in an aborted transaction, and only that one. */
function failOneRead(): void {
  const reads = ['get', 'getAll', 'openCursor'] as const
  const prototype = IDBObjectStore.prototype as unknown as Record<string, (...args: unknown[]) => IDBRequest>
  Object.assign(globalThis, { readFailed: false })
  const real = reads.map((name) => [name, prototype[name] as (...args: unknown[]) => IDBRequest] as const)
  for (const [name, read] of real) {
    prototype[name] = function (this: IDBObjectStore, ...args) {
      const request = read.apply(this, args)
      // RxDB keeps its place in a store of its own; PouchDB in the database itself.
      if (!/meta|_pouch_/.test(this.transaction.db.name)) return request
      for (const [other, original] of real) prototype[other] = original
      Object.assign(globalThis, { readFailed: true })
      this.transaction.abort()
      return request
    }
  }
}
