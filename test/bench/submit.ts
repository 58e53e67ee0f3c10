import { join } from 'node:path'
import { nodeDisk } from '../../sync/journal/node-disk.ts'
import type { ApplicationPayload } from '../../sync/protocol/submission.ts'
import { findChromium } from '../support/chromium.ts'
import { limitNote, ms, times } from './render.ts'
import { type Bench, type BenchOptions, firstLine, type Report, type Row } from './report.ts'
import { requestOf, samplePayload } from './sample-submission.ts'
import { slowDisk } from './slow-disk.ts'
import { quantile, round, summarize } from './stats.ts'
import { enrolForIntake, type IntakeParts, openIntake } from './submit-intake.ts'
import { measureInMain } from './submit-main.ts'
import { measureOnPage } from './submit-page.ts'

/** Issue 3: page → durable answer, at most so many times one strict RxDB insert of the same document. */
const RXDB_LIMIT = 0.5
/** Issue 3: a slow flash, and at most so many times its one fsync. */
const SLOW_SYNC_MS = 10
const SLOW_LIMIT = 1.15
/** Enough that the p99 is not the worst but ten. */
const DEFAULT_PAIRS = 1000
/** These take longer each, and only their p50 is wanted. */
const MOST_PAGE_PAIRS = 300
const MOST_SLOW = 200
const SLOW_WARM_UP = 20

export const submit: Bench = {
  about: 'from submit to the durable answer at 2 KB, beside the bare work, a strict RxDB insert and a slow disk',
  run,
}

async function run({ samples, dir, tell }: BenchOptions): Promise<Report> {
  const pairs = samples ?? DEFAULT_PAIRS
  tell('starting a hub for keys and catalogue …')
  const enrolled = await enrolForIntake(dir)
  const fast = await openIntake(join(dir, 'fast'), enrolled)
  const slow = await openIntake(join(dir, 'slow'), enrolled, slowDisk(nodeDisk, SLOW_SYNC_MS))
  const payload = samplePayload(fast.item, fast.applicant)
  let inMain: Report
  let onSlow: Part
  try {
    inMain = await measureInMain({ parts: fast, payload, pairs, tell })
    tell(`on a disk whose fsync takes ${SLOW_SYNC_MS} ms longer`)
    onSlow = slowPart(await slowTimes(slow, payload, Math.min(pairs, MOST_SLOW)))
  } finally {
    await fast.close()
    await slow.close()
  }
  const onPage = await pagePart(dir, payload, Math.min(pairs, MOST_PAGE_PAIRS), tell)
  return {
    rows: [...onPage.rows, ...onSlow.rows, ...inMain.rows],
    figures: { ...onPage.figures, ...onSlow.figures, ...inMain.figures },
    problems: [...inMain.problems, ...onPage.problems],
  }
}

interface Part {
  readonly rows: readonly Row[]
  readonly figures: Readonly<Record<string, unknown>>
}

async function slowTimes(slow: IntakeParts, payload: ApplicationPayload, count: number): Promise<number[]> {
  const took: number[] = []
  for (let turn = -SLOW_WARM_UP; turn < count; turn += 1) {
    const request = requestOf(payload)
    const beganMs = performance.now()
    const answer = await slow.intake.submit(request)
    if (!answer.ok) throw new Error(`not accepted: ${answer.fault}`)
    if (turn >= 0) took.push(performance.now() - beganMs)
  }
  return took
}

function slowPart(took: readonly number[]): Part {
  const slowMs = summarize(took)
  const ratio = slowMs.p50 / SLOW_SYNC_MS
  return {
    rows: [
      {
        what: `submit with every fsync ${SLOW_SYNC_MS} ms later, p50`,
        value: ms(slowMs.p50),
        beside: `p99 ${ms(slowMs.p99)}`,
      },
      { what: '… times that delay', value: times(ratio), beside: limitNote(times(SLOW_LIMIT), ratio <= SLOW_LIMIT) },
    ],
    figures: {
      slowDiskRatio: round(ratio),
      slowDiskLimit: SLOW_LIMIT,
      withinSlowDisk: ratio <= SLOW_LIMIT,
      slowDisk: { addedSyncMs: SLOW_SYNC_MS, submitMs: slowMs },
    },
  }
}

async function pagePart(
  dir: string,
  payload: ApplicationPayload,
  pairs: number,
  tell: (line: string) => void,
): Promise<Part & { readonly problems: readonly string[] }> {
  if (findChromium() === undefined) {
    return { rows: [], figures: { vsRxdbStrict: null }, problems: ['no Chromium: nothing was measured on a page'] }
  }
  tell(`page and RxDB in Chromium, ${pairs} pairs`)
  try {
    const { submitMs, insertMs } = await measureOnPage({ dir, payload, pairs })
    const page = summarize(submitMs)
    const rxdb = summarize(insertMs)
    const ratio = quantile(submitMs, 0.5) / quantile(insertMs, 0.5)
    return {
      problems: [],
      rows: [
        { what: 'page → durable answer, p50', value: ms(page.p50), beside: `strict RxDB insert ${ms(rxdb.p50)}` },
        { what: '… p99', value: ms(page.p99), beside: `strict RxDB insert ${ms(rxdb.p99)}` },
        {
          what: '… times the RxDB insert',
          value: times(ratio),
          beside: limitNote(times(RXDB_LIMIT), ratio <= RXDB_LIMIT),
        },
      ],
      figures: {
        vsRxdbStrict: round(ratio),
        vsRxdbStrictLimit: RXDB_LIMIT,
        withinVsRxdbStrict: ratio <= RXDB_LIMIT,
        page: { pairs, submitMs: page, rxdbInsertMs: rxdb },
      },
    }
  } catch (error) {
    return { rows: [], figures: { vsRxdbStrict: null }, problems: [`on the page: ${firstLine(error)}`] }
  }
}
