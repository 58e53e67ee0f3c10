import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { startChild } from '../../electron/dev/child.ts'
import { ROOT } from '../../electron/dev/stack.ts'
import { launchChromium } from '../support/chromium.ts'
import { type LagProxy, openLagProxy } from './lag-proxy.ts'

/** One drain by the peer: PouchDB (idb adapter) in the same Chromium, `replicate.to` express-pouchdb over LevelDB. */
export interface PouchRun {
  readonly batch: number
  /** Call of replicate.to → 'complete'. */
  readonly drainMs: number
  readonly wireUpBytes: number
  readonly wireDownBytes: number
  readonly hubRows: number
}

/** What of PouchDB's API the page uses. */
interface Pouch {
  bulkDocs(docs: readonly object[]): Promise<readonly { readonly ok?: boolean }[]>
  info(): Promise<{ readonly doc_count: number }>
  replicate: {
    to(target: Pouch, options: { batch_size: number }): Promise<{ ok: boolean; docs_written: number }>
  }
}
type PouchWindow = typeof globalThis & {
  PouchDB: new (name: string, options?: { adapter?: string }) => Pouch
}

const FILL_BATCH = 500
/** A replication of 10,000 documents in batches of 100 takes a minute at 100 ms. */
const STEP_TIMEOUT_MS = 300_000

export async function drainPouch(options: {
  readonly dir: string
  readonly rttMs: number
  readonly count: number
  readonly batch: number
  /** Length of each document's body: as long as an envelope's text. */
  readonly bodyBytes: number
}): Promise<PouchRun> {
  const { dir, rttMs, count, batch } = options
  const bodyBytes = Math.round(options.bodyBytes)
  const serverDir = join(dir, 'server')
  await mkdir(serverDir, { recursive: true })
  const server = startChild(process.execPath, [join(ROOT, 'test/bench/pouchdb-server.ts'), serverDir], {
    log: 'ignore',
  })
  let proxy: LagProxy | undefined
  let browser: BrowserContext | undefined
  try {
    const port = Number((await server.next('ready')).port)
    proxy = await openLagProxy({ target: { host: '127.0.0.1', port }, rttMs })
    browser = await launchChromium({ userDataDir: join(dir, 'profile') })
    const page = browser.pages()[0] ?? (await browser.newPage())
    page.setDefaultTimeout(STEP_TIMEOUT_MS)
    await page.goto(`${proxy.url}/bench/`)
    const filled = await page.evaluate(fill, { count, bodyBytes, fillBatch: FILL_BATCH })
    if (filled !== count) throw new Error(`PouchDB holds ${filled} documents, not ${count}`)
    proxy.open()
    const { tookMs, written } = await page.evaluate(replicate, { batch })
    const wire = proxy.bytes()
    if (written !== count) throw new Error(`PouchDB wrote ${written} of ${count} documents`)
    const answer = await fetch(`http://127.0.0.1:${port}/db/queue`)
    const { doc_count: hubRows } = (await answer.json()) as { doc_count: number }
    return { batch, drainMs: tookMs, wireUpBytes: wire.up, wireDownBytes: wire.down, hubRows }
  } finally {
    await browser?.close()
    await proxy?.close()
    await server.stop()
  }
}

/** Runs in the page. Random text that neither compresses nor repeats, as sealed envelopes do not. */
async function fill({ count, bodyBytes, fillBatch }: { count: number; bodyBytes: number; fillBatch: number }) {
  const { PouchDB } = globalThis as PouchWindow
  const local = new PouchDB('queue', { adapter: 'idb' })
  for (let done = 0; done < count; done += fillBatch) {
    const docs = Array.from({ length: Math.min(fillBatch, count - done) }, () => {
      const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil((bodyBytes * 3) / 4)))
      let text = ''
      for (const byte of bytes) text += String.fromCharCode(byte)
      return { _id: crypto.randomUUID(), envelope: btoa(text).slice(0, bodyBytes) }
    })
    const results = await local.bulkDocs(docs)
    if (!results.every((result) => result.ok)) throw new Error('PouchDB refused a document')
  }
  return (await local.info()).doc_count
}

/** Runs in the page. */
async function replicate({ batch }: { batch: number }) {
  const { PouchDB } = globalThis as PouchWindow
  const local = new PouchDB('queue', { adapter: 'idb' })
  const remote = new PouchDB(`${location.origin}/db/queue`)
  const beganMs = performance.now()
  const result = await local.replicate.to(remote, { batch_size: batch })
  return { tookMs: performance.now() - beganMs, written: result.ok ? result.docs_written : 0 }
}
