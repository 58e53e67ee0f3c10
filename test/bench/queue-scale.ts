import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findChromium } from '../support/chromium.ts'
import { startPostgres } from './postgres.ts'
import { limitNote, ms, times } from './render.ts'
import { type Bench, type BenchOptions, firstLine, type Report, type Row } from './report.ts'
import { makeRig, type Rig } from './rig.ts'
import { type MemoryRun, watchMemory } from './scale-memory.ts'
import { type NewestTimes, newestInLedger, newestInRxdb } from './scale-newest.ts'
import { timeStart } from './scale-start.ts'
import { submitBeside } from './scale-submit.ts'
import { quantile, round, summarize } from './stats.ts'

/** Issue 3, each as a ratio of the large queue to the small one. */
const LIMITS = { submit: 1.2, newest: 1.5, start: 2, memoryMb: 64 } as const
const DEFAULT_ITEMS = 100_000
const DEFAULT_PAIRS = 300
/** Issue 3 puts 100,000 beside 10,000. */
const NEWEST_SHARE = 10
/** Odd, so that there is a middle one; a start takes seconds, so a small sample has fewer. */
const STARTS = 5
const STARTS_OF_SAMPLE = 3
const SAMPLE_ITEMS = 10_000

export const queueScale: Bench = {
  about:
    'what a queue of 100,000 costs: submit, newest 20, start, memory while it drains; beside an empty or small one',
  run,
}

interface Part {
  readonly rows: readonly Row[]
  readonly figures: Readonly<Record<string, unknown>>
}

async function run({ samples, items, dir, tell }: BenchOptions): Promise<Report> {
  const count = items ?? DEFAULT_ITEMS
  const pairs = samples ?? DEFAULT_PAIRS
  const problems: string[] = []
  const parts: Part[] = []
  const started = startPostgres(join(dir, 'postgres'))
  const postgres = started.ok ? started.postgres : undefined
  const attempt = async (what: string, measure: () => Promise<Part>): Promise<void> => {
    tell(what)
    try {
      parts.push(await measure())
    } catch (error) {
      problems.push(`${what}: ${firstLine(error)}`)
    }
  }
  try {
    tell('founding a hub and a terminal …')
    const rig = await makeRig({ dir: join(dir, 'rig'), postgres, count, tell })
    await attempt(`submit with ${count} queued and with none, ${pairs} pairs`, () => submitPart(rig, dir, count, pairs))
    await attempt('newest 20', () => newestPart(rig, dir, count))
    await attempt(`memory while ${count} drain, then starts with them retained`, () =>
      drainedPart(rig, dir, count, problems),
    )
  } finally {
    postgres?.stop()
  }
  return {
    problems,
    rows: parts.flatMap(({ rows }) => rows),
    figures: {
      ...Object.assign({}, ...parts.map(({ figures }) => figures)),
      items: count,
      hub: started.ok ? `PostgreSQL ${started.postgres.version}` : 'PGlite',
      submissions: 'each really sealed and signed by the production modules, 2 KB of content',
    },
  }
}

async function submitPart(rig: Rig, dir: string, queued: number, pairs: number): Promise<Part> {
  const at = join(dir, 'submit')
  try {
    const full = await rig.copy(join(at, 'full'))
    const empty = await rig.copyEmpty(join(at, 'empty'))
    const { fullMs, emptyMs } = await submitBeside({
      fullDir: full.terminalDir,
      queued,
      emptyDir: empty.terminalDir,
      pairs,
    })
    const ratio = quantile(fullMs, 0.5) / quantile(emptyMs, 0.5)
    return {
      rows: [
        {
          what: `submit with ${queued} queued, p50`,
          value: ms(quantile(fullMs, 0.5), 3),
          beside: `with none ${ms(quantile(emptyMs, 0.5), 3)}`,
        },
        { what: '… ratio', value: times(ratio), beside: limitNote(times(LIMITS.submit), ratio <= LIMITS.submit) },
      ],
      figures: {
        submitP50Ratio: round(ratio),
        withinSubmit: ratio <= LIMITS.submit,
        submit: { pairs, fullMs: summarize(fullMs), emptyMs: summarize(emptyMs) },
      },
    }
  } finally {
    await rm(at, { recursive: true, force: true })
  }
}

async function newestPart(rig: Rig, dir: string, count: number): Promise<Part> {
  const at = join(dir, 'newest')
  const small = Math.ceil(count / NEWEST_SHARE)
  try {
    const copy = await rig.copy(at)
    const ledger = await newestInLedger(join(copy.terminalDir, 'journal'), small)
    const rxdb = findChromium() === undefined ? undefined : await newestInRxdb(at, small, count)
    const inLedger = ratioOf(ledger)
    const inRxdb = rxdb === undefined ? undefined : ratioOf(rxdb)
    const worst = Math.max(inLedger, inRxdb ?? 0)
    return {
      rows: [
        newestRow(`newest 20 of ${count} in main’s ledger, p50`, ledger, small, 4),
        { what: '… ratio', value: times(inLedger), beside: limitNote(times(LIMITS.newest), inLedger <= LIMITS.newest) },
        ...(rxdb === undefined || inRxdb === undefined
          ? [{ what: 'newest 20 in RxDB', value: 'no Chromium' }]
          : [
              newestRow(`newest 20 of ${count} in RxDB, p50`, rxdb, small, 1),
              {
                what: '… ratio',
                value: times(inRxdb),
                beside: limitNote(times(LIMITS.newest), inRxdb <= LIMITS.newest),
              },
            ]),
      ],
      figures: {
        newestRatio: round(worst),
        withinNewest: inRxdb !== undefined && worst <= LIMITS.newest,
        newest: {
          small,
          ledger: { ratio: round(inLedger), ...spread(ledger) },
          rxdb: rxdb === undefined ? null : { ratio: round(inRxdb ?? 0), ...spread(rxdb) },
        },
      },
    }
  } finally {
    await rm(at, { recursive: true, force: true })
  }
}

function ratioOf({ largeMs, smallMs }: NewestTimes): number {
  return quantile(largeMs, 0.5) / quantile(smallMs, 0.5)
}
function newestRow(what: string, { largeMs, smallMs }: NewestTimes, small: number, digits: number): Row {
  return {
    what,
    value: ms(quantile(largeMs, 0.5), digits),
    beside: `of ${small}: ${ms(quantile(smallMs, 0.5), digits)}`,
  }
}
function spread({ largeMs, smallMs }: NewestTimes) {
  return { largeMs: summarize(largeMs, 4), smallMs: summarize(smallMs, 4) }
}

/** Drains a full queue under watch; what it leaves is then the journal with everything retained. */
async function drainedPart(rig: Rig, dir: string, count: number, problems: string[]): Promise<Part> {
  const at = join(dir, 'drained')
  try {
    const full = await rig.copy(join(at, 'full'))
    const empty = await rig.copyEmpty(join(at, 'empty'))
    if (findChromium() === undefined) throw new Error('no Chromium: there is no worker to watch')
    const idle = await watchMemory({ copy: empty, dir: join(at, 'watch-empty'), waiting: 0 })
    const drained = await watchMemory({ copy: full, dir: join(at, 'watch-full'), waiting: count })
    if (drained.hubRows !== count) problems.push(`the hub held ${drained.hubRows} of ${count} submissions`)
    const memory = memoryPart(idle, drained, count)

    const withAll: number[] = []
    const withNone: number[] = []
    const readyMs: { all: number[]; none: number[] } = { all: [], none: [] }
    // The first of each finds cold files; it does not count.
    const starts = count < SAMPLE_ITEMS ? STARTS_OF_SAMPLE : STARTS
    for (let turn = -1; turn < starts; turn += 1) {
      const one = async () => {
        const { usableMs, readyMs: ready } = await timeStart(full, count)
        if (turn >= 0) withAll.push(usableMs)
        if (turn >= 0) readyMs.all.push(ready)
      }
      if (turn % 2 === 0) await one()
      const none = await timeStart(empty, 0)
      if (turn >= 0) withNone.push(none.usableMs)
      if (turn >= 0) readyMs.none.push(none.readyMs)
      if (turn % 2 !== 0) await one()
    }
    const ratio = quantile(withAll, 0.5) / quantile(withNone, 0.5)
    return {
      rows: [
        ...memory.rows,
        {
          what: `start with ${count} retained, p50`,
          value: ms(quantile(withAll, 0.5), 0),
          beside: `with none ${ms(quantile(withNone, 0.5), 0)}`,
        },
        { what: '… ratio', value: times(ratio), beside: limitNote(times(LIMITS.start), ratio <= LIMITS.start) },
      ],
      figures: {
        ...memory.figures,
        startRatio: round(ratio),
        withinStart: ratio <= LIMITS.start,
        start: {
          usableMs: { all: summarize(withAll, 0), none: summarize(withNone, 0) },
          readyMs: { all: summarize(readyMs.all, 0), none: summarize(readyMs.none, 0) },
        },
      },
    }
  } finally {
    await rm(at, { recursive: true, force: true })
  }
}

function memoryPart(idle: MemoryRun, drained: MemoryRun, count: number): Part {
  const together = ({ mainMb, rendererMb }: { mainMb: number; rendererMb: number }) => mainMb + rendererMb
  const overEmpty = drained.mostTogetherMb - together(idle.idle)
  const overQueued = drained.mostTogetherMb - together(drained.idle)
  const mb = (value: number) => `${value.toFixed(0)} MB`
  const columns = (run: MemoryRun['idle']) =>
    `main ${mb(run.mainMb)} (heap ${mb(run.mainHeapMb)}), renderer ${mb(run.rendererMb)} (worker heap ${mb(run.workerHeapMb)})`
  return {
    rows: [
      { what: 'main and renderer, idle, nothing queued', value: mb(together(idle.idle)), beside: columns(idle.idle) },
      { what: `… idle, ${count} queued`, value: mb(together(drained.idle)), beside: columns(drained.idle) },
      { what: `… most while ${count} drain`, value: mb(drained.mostTogetherMb), beside: columns(drained.most) },
      {
        what: 'more than idle with nothing queued',
        value: mb(overEmpty),
        beside: limitNote(mb(LIMITS.memoryMb), overEmpty <= LIMITS.memoryMb),
      },
      {
        what: 'more than idle with all queued',
        value: mb(overQueued),
        beside: limitNote(mb(LIMITS.memoryMb), overQueued <= LIMITS.memoryMb),
      },
      { what: 'that drain', value: `${((count * 1000) / drained.drainMs).toFixed(0)}/s` },
    ],
    figures: {
      memoryDeltaMb: round(overEmpty, 1),
      withinMemory: overEmpty <= LIMITS.memoryMb,
      memory: {
        idle: 'main and renderer of the same terminal with an empty queue',
        overQueuedMb: round(overQueued, 1),
        mostTogetherMb: round(drained.mostTogetherMb, 1),
        emptyIdle: idle.idle,
        queuedIdle: drained.idle,
        draining: drained.most,
        drainDocsPerSecond: round((count * 1000) / drained.drainMs, 1),
      },
    },
  }
}
