import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import type { Child } from '../../electron/dev/child.ts'
import { openStack, ROOT, type Stack, startBrowserShell } from '../../electron/dev/stack.ts'
import { launchChromium } from '../support/chromium.ts'
import { startAddress } from '../support/world.ts'
import type { BenchPage } from './page/bench-page.ts'

/** A real terminal whose page is the benches' own (page/bench-page.ts), in a real Chromium. */
export interface PageBench {
  readonly stack: Stack
  readonly page: Page
  close(): Promise<void>
}

/** The oldest runtime that the kiosk page is built for (electron/build.ts). */
const PAGE_TARGET = 'chrome114'
/** Filling a database with 100,000 documents takes a while. */
const STEP_TIMEOUT_MS = 300_000

export type BenchWindow = typeof globalThis & { readonly benchPage: BenchPage }

export async function openPageBench(dir: string): Promise<PageBench> {
  const pageDir = join(dir, 'page')
  await build({
    root: join(ROOT, 'test/bench/page'),
    base: './',
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: pageDir,
      emptyOutDir: true,
      target: PAGE_TARGET,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1000,
    },
  })
  const stack = await openStack({ dataDir: join(dir, 'page-stack'), log: 'ignore' })
  let shell: Child | undefined
  let browser: Awaited<ReturnType<typeof launchChromium>> | undefined
  async function close(): Promise<void> {
    await browser?.close()
    await shell?.stop()
    await stack.close()
  }
  try {
    shell = startBrowserShell(stack, ['--no-browser', '--page', pageDir], { log: 'ignore' })
    await shell.next('ready')
    browser = await launchChromium({ userDataDir: await mkdtemp(join(dir, 'profile-')) })
    const page = browser.pages()[0] ?? (await browser.newPage())
    page.setDefaultTimeout(STEP_TIMEOUT_MS)
    await page.goto(await startAddress(shell))
    await page.waitForFunction(() => 'benchPage' in globalThis)
    await page.evaluate(() => (globalThis as BenchWindow).benchPage.connected())
    return { stack, page, close }
  } catch (error) {
    await close()
    throw error
  }
}
