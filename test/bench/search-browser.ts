import { mkdtemp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { ROOT } from '../../electron/dev/stack.ts'
import { launchChromium } from '../support/chromium.ts'
import type { SearchAnswer, SearchCommand } from './page/search-worker.ts'

/** Workers of a real Chromium, each with one index; asked from their page, one question at a time. */
export interface SearchBrowser {
  /** Starts a worker and builds its index. */
  build(engine: 'ours' | 'peer', items: number, seed: number): Promise<SearchAnswer>
  /** `tookMs` in the worker; `askedMs` from the page's question to the answer on the page. */
  find(engine: 'ours' | 'peer', query: string, limit: number): Promise<SearchAnswer & { readonly askedMs: number }>
  close(): Promise<void>
}

const ADDRESS = 'http://search.localhost/'
/** The oldest runtime that the kiosk page is built for (electron/build.ts). */
const TARGET = 'chrome114'
const BUILD_TIMEOUT_MS = 300_000

type Window = typeof globalThis & { workers?: Record<string, Worker> }

export async function openSearchBrowser(dir: string): Promise<SearchBrowser> {
  const outDir = join(dir, 'search-worker')
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    build: {
      outDir,
      emptyOutDir: true,
      target: TARGET,
      lib: { entry: join(ROOT, 'test/bench/page/search-worker.ts'), formats: ['es'], fileName: 'worker' },
    },
  })
  const script = await readFile(join(outDir, 'worker.js'), 'utf8')
  const browser = await launchChromium({ userDataDir: await mkdtemp(join(dir, 'profile-')) })
  const page = browser.pages()[0] ?? (await browser.newPage())
  page.setDefaultTimeout(BUILD_TIMEOUT_MS)
  await browser.route(`${ADDRESS}**`, (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>search</title>' }),
  )
  await page.goto(ADDRESS)
  const ask = (engine: string, command: SearchCommand) =>
    page.evaluate(
      ({ engine, command }) =>
        new Promise<SearchAnswer & { readonly askedMs: number }>((resolve, reject) => {
          const scope = globalThis as Window
          scope.workers ??= {}
          const worker = scope.workers[engine] ?? new Worker('/worker.js', { type: 'module' })
          scope.workers[engine] = worker
          worker.onerror = (event) => reject(new Error(event.message))
          worker.onmessage = ({ data }: MessageEvent<SearchAnswer>) =>
            resolve({ ...data, askedMs: performance.now() - beganMs })
          const beganMs = performance.now()
          worker.postMessage(command)
        }),
      { engine, command },
    )
  return {
    build: (engine, items, seed) => ask(engine, { do: 'build', engine, items, seed }),
    find: (engine, query, limit) => ask(engine, { do: 'find', query, limit }),
    close: () => browser.close(),
  }
}
