import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'

/** Heap snapshots of the page and of our Node processes, and what of the planted strings is in them. */

/** Node writes one into `--diagnostic-dir` at this signal (`--heapsnapshot-signal`). */
export const SNAPSHOT_SIGNAL = 'SIGUSR2'
const PATIENCE_MS = 60_000
const LOOK_EVERY_MS = 50

export function snapshotOptions(dir: string): string {
  return `--heapsnapshot-signal=${SNAPSHOT_SIGNAL} --diagnostic-dir=${dir}`
}

/** The processes that run our code on behalf of the terminal: main and what it has started. */
export function processesOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return [
    pid,
    ...children
      .split(' ')
      .filter(Boolean)
      .flatMap((child) => processesOf(Number(child))),
  ]
}

/** One snapshot of a Node process as text; its file is removed. */
export async function nodeSnapshot(pid: number, dir: string): Promise<string> {
  process.kill(pid, SNAPSHOT_SIGNAL)
  const endsAtMs = performance.now() + PATIENCE_MS
  let lastSize = -1
  while (performance.now() < endsAtMs) {
    await wait(LOOK_EVERY_MS)
    const name = readdirSync(dir).find((each) => each.endsWith('.heapsnapshot') && each.includes(`.${pid}.`))
    if (name === undefined) continue
    const file = join(dir, name)
    const { size } = statSync(file)
    const isWhole = size > 0 && size === lastSize
    lastSize = size
    if (!isWhole) continue
    const text = await readFile(file, 'latin1')
    if (!text.trimEnd().endsWith('}')) continue
    rmSync(file)
    return text
  }
  throw new Error(`process ${pid} wrote no heap snapshot within ${PATIENCE_MS} ms`)
}

/** After a collection, so that what nobody holds is not found. */
export async function pageSnapshot(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  const pieces: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => pieces.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  return pieces.join('')
}

/** The planted strings that a snapshot holds; it writes everything beyond ASCII as \uXXXX. */
export function plantedIn(snapshot: string, planted: readonly string[]): readonly string[] {
  const lower = snapshot.toLowerCase()
  return planted.filter((text) => lower.includes(escaped(text).toLowerCase()) || snapshot.includes(text))
}

function escaped(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
