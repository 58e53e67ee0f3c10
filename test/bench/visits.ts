import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CDPSession, Page } from 'playwright-core'
import { ROOT } from '../../electron/dev/stack.ts'
import { findChromium } from '../support/chromium.ts'
import { endVisit, statusShows, walkElderPension } from '../support/walk.ts'
import { openWorld } from '../support/world.ts'
import { BYTES_PER_MIB } from './memory.ts'
import { limitNote, times } from './render.ts'
import { type Bench, type BenchOptions, firstLine, type Report } from './report.ts'
import { quantile, round } from './stats.ts'

/** Issue 5: no page grows the heap after the wipe over 200 sessions by more than 5 %. */
const LIMIT = 1.05
const DEFAULT_SESSIONS = 200
/** Compilers and caches have settled by then. */
const WARM_SESSIONS = 20
const LOOK_EVERY = 10
/** How many looks are put together at either end: one look can fall into a collection. */
const LOOKS = 3
const WAIT_MS = 30_000

export const visits: Bench = {
  about:
    'heap of the page after the wipe, and of main, over 200 visits that each hand in and print (S02 in elder mode)',
  run,
}

interface Seen {
  readonly session: number
  readonly pageMb: number
  readonly nodes: number
  readonly listeners: number
  readonly mainMb: number
}

async function run({ samples, dir, tell }: BenchOptions): Promise<Report> {
  const sessions = samples ?? DEFAULT_SESSIONS
  if (findChromium() === undefined) return { rows: [], figures: {}, problems: ['no Chromium: nothing was measured'] }
  const heapFile = join(dir, 'heap.json')
  const seen: Seen[] = []
  const problems: string[] = []
  const world = await openWorld()
  try {
    const probe = pathToFileURL(join(ROOT, 'test/bench/heap-probe.ts')).href
    await world.startTerminal({ NODE_OPTIONS: `--import ${probe}`, BENCH_HEAP_FILE: heapFile })
    const page = await world.openPage()
    page.setDefaultTimeout(WAIT_MS)
    const session = await page.context().newCDPSession(page)
    const { bench } = world.stack
    for (let nth = 1; nth <= sessions; nth++) {
      await statusShows(page, 'connected')
      await walkElderPension(page, bench)
      await endVisit(page)
      bench.reader.takeCard()
      await page.getByTestId('idle-page').waitFor()
      if (nth % LOOK_EVERY !== 0) continue
      seen.push(await look(nth, page, session, heapFile))
      tell(`${nth} of ${sessions} visits: page ${seen.at(-1)?.pageMb} MiB, main ${seen.at(-1)?.mainMb} MiB`)
    }
  } catch (error) {
    problems.push(firstLine(error))
  } finally {
    await world.close()
  }
  const settled = seen.filter((each) => each.session > WARM_SESSIONS)
  if (settled.length < 2 * LOOKS) {
    const least = WARM_SESSIONS + 2 * LOOKS * LOOK_EVERY
    return { rows: [], figures: {}, problems: [...problems, `at least ${least} visits are needed`] }
  }
  return report(settled, sessions, problems)
}

/** The next visitor's document at work, its rubbish collected. */
async function look(nth: number, page: Page, session: CDPSession, heapFile: string): Promise<Seen> {
  await statusShows(page, 'connected')
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters')
  const { heapUsed } = JSON.parse(await readFile(heapFile, 'utf8')) as { heapUsed: number }
  const mb = (bytes: number) => round(bytes / BYTES_PER_MIB, 2)
  return { session: nth, pageMb: mb(usedSize), nodes, listeners: jsEventListeners, mainMb: mb(heapUsed) }
}

function report(seen: readonly Seen[], sessions: number, problems: readonly string[]): Report {
  const growth = (what: (each: Seen) => number, share: number) =>
    quantile(seen.slice(-LOOKS).map(what), share) / quantile(seen.slice(0, LOOKS).map(what), share)
  const page = growth((each) => each.pageMb, 0.5)
  const nodes = growth((each) => each.nodes, 0.5)
  const listeners = growth((each) => each.listeners, 0.5)
  // Main collects when it likes: the least of some looks is nearest to what it holds.
  const main = growth((each) => each.mainMb, 0)
  const isWithin = page <= LIMIT
  const last = seen.at(-1)
  return {
    problems,
    rows: [
      { what: 'heap of the page after the wipe', value: times(page), beside: limitNote(times(LIMIT), isWithin) },
      { what: '… its nodes', value: times(nodes), beside: `${last?.nodes} in the end` },
      { what: '… its listeners', value: times(listeners), beside: `${last?.listeners} in the end` },
      { what: 'heap of main', value: times(main), beside: `${last?.mainMb} MiB in the end` },
    ],
    figures: {
      sessions,
      limit: LIMIT,
      pageGrowth: round(page),
      withinLimit: isWithin,
      nodeGrowth: round(nodes),
      listenerGrowth: round(listeners),
      mainGrowth: round(main),
      seen,
    },
  }
}
