import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Child } from '../../electron/dev/child.ts'
import { openStack, ROOT, startBrowserShell } from '../../electron/dev/stack.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { startAddress } from '../support/world.ts'
import { nowMs } from './clock-offset.ts'
import { type FirstScripts, weighScripts } from './first-scripts.ts'
import { limitNote, ms, times } from './render.ts'
import { type Bench, type BenchOptions, firstLine, type Report } from './report.ts'
import { IDLE_START, type Probe, probeScript } from './start-probe.ts'
import { pairRatios, quantile, round, type Summary, summarize } from './stats.ts'

/** Issue 2: at most this many times an empty page in the same browser. */
const LIMIT = 1.5
/** Issue 2: the first screen's script, compressed. */
const SCRIPT_LIMIT_BYTES = 150_000
const DEFAULT_ROUNDS = 7
const READY_TIMEOUT_MS = 30_000
const LOOK_AGAIN_MS = 20

/** As near to nothing as a page can be; the icon keeps the browser from asking for one. */
const EMPTY_PAGE =
  '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8" /><link rel="icon" href="data:," /><title>便民</title></head><body></body></html>'

export const start: Bench = {
  about: 'the idle screen interactive from a cold start, beside an empty page in the same browser',
  run,
}

interface Start {
  /** Navigation start → interactive. */
  readonly pageMs: number
  /** The browser's process asked for → interactive; the driving tool's handshake is in it, the same for both pages. */
  readonly coldMs: number
  /** URL paths of the scripts asked for until then. */
  readonly scripts: readonly string[]
  readonly answersClick: boolean
}

interface Kind {
  readonly index: string
  readonly selector: string | null
}

async function run({ samples, dir, tell }: BenchOptions): Promise<Report> {
  const rounds = samples ?? DEFAULT_ROUNDS
  if (findChromium() === undefined) return { rows: [], figures: {}, problems: ['no Chromium: nothing was measured'] }
  // A copy, so that both pages can take turns as the door's index.html: same door, same address, same headers.
  const pageDir = join(dir, 'page')
  await cp(join(ROOT, 'dist/kiosk'), pageDir, { recursive: true })
  const empty: Kind = { index: EMPTY_PAGE, selector: null }
  const kiosk: Kind = { index: await readFile(join(pageDir, 'index.html'), 'utf8'), selector: IDLE_START }

  tell('starting hub and terminal …')
  const stack = await openStack({ dataDir: join(dir, 'stack'), log: 'ignore' })
  const shell = startBrowserShell(stack, ['--no-browser', '--page', pageDir], { log: 'ignore' })
  const starts: { readonly empty: Start[]; readonly kiosk: Start[] } = { empty: [], kiosk: [] }
  const problems: string[] = []
  try {
    await shell.next('ready')
    const once = (kind: Kind) => startOnce(kind, pageDir, dir, shell)
    // The first browser of all finds nothing in the machine's file cache; it does not count.
    await once(empty)
    for (let turn = 0; turn < rounds; turn += 1) {
      tell(`round ${turn + 1} of ${rounds}`)
      if (turn % 2 === 0) starts.empty.push(await once(empty))
      starts.kiosk.push(await once(kiosk))
      if (turn % 2 !== 0) starts.empty.push(await once(empty))
    }
  } catch (error) {
    problems.push(firstLine(error))
  } finally {
    await shell.stop()
    await stack.close()
  }
  if (starts.kiosk.length === 0 || starts.kiosk.length !== starts.empty.length)
    return { rows: [], figures: {}, problems }
  if (!starts.kiosk.every((each) => each.answersClick)) problems.push('the start button did not answer a touch')
  const scripts = await weighScripts(
    pageDir,
    starts.kiosk.flatMap((each) => each.scripts),
  )
  if (scripts.files.length === 0) problems.push('the page asked for no script: nothing was weighed')
  if (scripts.staleWords.length > 0) {
    problems.push(`no chunk holds ${scripts.staleWords.join(', ')}: the check for RxDB and Dexie proves nothing`)
  }
  return report(starts.kiosk, starts.empty, scripts, problems)
}

/** A browser of its own with a fresh profile, from nothing to a page that can be used. */
async function startOnce({ index, selector }: Kind, pageDir: string, dir: string, shell: Child): Promise<Start> {
  const next = join(pageDir, 'index.html.next')
  await writeFile(next, index)
  await rename(next, join(pageDir, 'index.html'))
  const userDataDir = await mkdtemp(join(dir, 'profile-'))
  const address = await startAddress(shell)

  const launchedAtMs = nowMs()
  const browser = await launchChromium({ userDataDir })
  try {
    await browser.addInitScript(probeScript(selector))
    const page = browser.pages()[0] ?? (await browser.newPage())
    await page.goto(address, { waitUntil: 'commit' })
    await page.waitForFunction(
      () => (globalThis as { benchProbe?: Probe }).benchProbe?.interactiveMs !== undefined,
      null,
      { timeout: READY_TIMEOUT_MS, polling: LOOK_AGAIN_MS },
    )
    const { originMs, interactiveMs, asked } = await page.evaluate(() => ({
      originMs: performance.timeOrigin,
      interactiveMs: (globalThis as { benchProbe?: Probe }).benchProbe?.interactiveMs ?? Number.NaN,
      asked: performance.getEntriesByType('resource').map(({ name, startTime }) => ({ name, startTime })),
    }))
    const scripts = asked
      .filter(({ startTime }) => startTime <= interactiveMs)
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.endsWith('.js'))
    let answersClick = false
    if (selector !== null) {
      await page.click(selector)
      await page.waitForSelector('[data-testid="home-page"]', { timeout: READY_TIMEOUT_MS })
      answersClick = true
    }
    return { pageMs: interactiveMs, coldMs: originMs + interactiveMs - launchedAtMs, scripts, answersClick }
  } finally {
    await browser.close()
    await rm(userDataDir, { recursive: true, force: true })
  }
}

function report(
  kiosk: readonly Start[],
  empty: readonly Start[],
  scripts: FirstScripts,
  problems: readonly string[],
): Report {
  const page = compare(kiosk, empty, (each) => each.pageMs)
  const cold = compare(kiosk, empty, (each) => each.coldMs)
  const isSmall = scripts.gzipBytes <= SCRIPT_LIMIT_BYTES
  const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`
  return {
    problems,
    rows: [
      {
        what: 'navigation start → interactive, p50',
        value: ms(page.kiosk.p50, 0),
        beside: `empty page ${ms(page.empty.p50, 0)}`,
      },
      { what: '… p25 to p75', value: range(page.kiosk), beside: `empty page ${range(page.empty)}` },
      {
        what: '… times the empty page',
        value: times(page.ratioP50),
        beside: limitNote(times(LIMIT), page.ratioP50 <= LIMIT),
      },
      {
        what: 'browser asked for → interactive, p50',
        value: ms(cold.kiosk.p50, 0),
        beside: `empty page ${ms(cold.empty.p50, 0)}`,
      },
      { what: '… p25 to p75', value: range(cold.kiosk), beside: `empty page ${range(cold.empty)}` },
      {
        what: '… times the empty page',
        value: times(cold.ratioP50),
        beside: limitNote(times(LIMIT), cold.ratioP50 <= LIMIT),
      },
      {
        what: 'scripts until interactive, gzip',
        value: kB(scripts.gzipBytes),
        beside: limitNote(kB(SCRIPT_LIMIT_BYTES), isSmall),
      },
      ...scripts.files.map(({ name, bytes, gzipBytes }) => ({
        what: `  ${name}`,
        value: kB(gzipBytes),
        beside: `${kB(bytes)} plain`,
      })),
      {
        what: 'of them with RxDB or Dexie',
        value: String(scripts.withDatabase.length),
        beside: scripts.withDatabase.join(', '),
      },
    ],
    figures: {
      rounds: kiosk.length,
      limit: LIMIT,
      ratioP50: round(page.ratioP50),
      withinLimit: page.ratioP50 <= LIMIT,
      pairRatioP50: page.pairRatioP50,
      kioskP50Ms: page.kiosk.p50,
      emptyP50Ms: page.empty.p50,
      cold: {
        ratioP50: round(cold.ratioP50),
        withinLimit: cold.ratioP50 <= LIMIT,
        pairRatioP50: cold.pairRatioP50,
        kioskP50Ms: cold.kiosk.p50,
        emptyP50Ms: cold.empty.p50,
      },
      scripts: {
        gzipBytes: scripts.gzipBytes,
        limitBytes: SCRIPT_LIMIT_BYTES,
        withinLimit: isSmall,
        files: scripts.files,
        withDatabase: scripts.withDatabase,
        freeOfDatabase: scripts.withDatabase.length === 0,
      },
      spread: {
        page: { kiosk: page.kiosk, empty: page.empty },
        cold: { kiosk: cold.kiosk, empty: cold.empty },
      },
    },
  }
}

interface Comparison {
  readonly kiosk: Summary
  readonly empty: Summary
  readonly ratioP50: number
  readonly pairRatioP50: number
}

function compare(kiosk: readonly Start[], empty: readonly Start[], pick: (each: Start) => number): Comparison {
  const ours = kiosk.map(pick)
  const theirs = empty.map(pick)
  return {
    kiosk: summarize(ours, 1),
    empty: summarize(theirs, 1),
    ratioP50: quantile(ours, 0.5) / quantile(theirs, 0.5),
    pairRatioP50: round(quantile(pairRatios(ours, theirs), 0.5)),
  }
}

function range({ p25, p75 }: Summary): string {
  return `${p25.toFixed(0)} to ${p75.toFixed(0)} ms`
}
