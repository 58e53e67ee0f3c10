import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parsePrinterUrl } from '../../drivers/document-printer/address.ts'
import type { JobReading } from '../../drivers/document-printer/answers.ts'
import { type Asked, type Conversation, createConversation } from '../../drivers/document-printer/conversation.ts'
import { createIppPost } from '../../drivers/document-printer/http-post.ts'
import { openPrintStopwatch, type PrintStopwatch } from '../../drivers/document-printer/measure.ts'
import { samplePdf } from '../../drivers/document-printer/sample-pdf.ts'
import { type Ippeveprinter, startIppeveprinter } from '../../drivers/document-printer/testing/ippeveprinter.ts'
import { type PrivateCups, startPrivateCups } from '../../drivers/document-printer/testing/private-cups.ts'
import { DEFAULT_TIMING } from '../../drivers/document-printer/timing.ts'
import { realClock } from '../../drivers/transport/clock.ts'
import { limitNote, ms, renderTable, times } from './render.ts'
import { type Bench, type BenchOptions, firstLine, machine, type Report, type Row } from './report.ts'
import { pairRatios, quantile, round, type Summary, summarize } from './stats.ts'

/**
 * One PDF page from the call to the settled job on ippeveprinter: ours beside `lp` doing the same. ippeveprinter prints in no
 * time, so all that is measured is what the way there costs. lp cannot print to a device, only to a queue, so it has a CUPS of
 * its own in front of the same printer; ours is measured both ways.
 */

/** Issue 4: at most so many times lp, from the page to the settled job. */
const LIMIT = 1.2
const DEFAULT_ROUNDS = 15
const QUEUE = 'BenchA4'
/** How exactly the end of lp's job is seen. Ours looks for itself, and less often. */
const LOOK_AGAIN_MS = 3
const SETTLE_TIMEOUT_MS = 20_000

export const devicesPdf: Bench = {
  about: 'from a PDF page to the settled job on ippeveprinter, beside lp doing the same',
  run: measurePdf,
}

interface Rounds {
  /** Ours, straight to the device. */
  readonly ours: number[]
  /** lp, until the device says completed. */
  readonly lp: number[]
  /** Ours, through lp's queue, until device and queue say completed. */
  readonly oursQueue: number[]
  /** lp, until its queue says completed. */
  readonly lpQueue: number[]
}

/** Runs where the programs are; elsewhere the report has a problem that names what is missing, and no figures. */
export async function measurePdf({ samples, tell }: Pick<BenchOptions, 'samples' | 'tell'>): Promise<Report> {
  const cups = await startPrivateCups()
  if (!cups.ok) return { rows: [], figures: { ratio: null }, problems: [`pdf: ${cups.missing}`] }
  try {
    const device = await startIppeveprinter()
    if (!device.ok) return { rows: [], figures: { ratio: null }, problems: [`pdf: ${device.missing}`] }
    try {
      return await measureAt(cups, device, samples ?? DEFAULT_ROUNDS, tell)
    } finally {
      await device.close()
    }
  } finally {
    await cups.close()
  }
}

async function measureAt(
  cups: PrivateCups,
  device: Ippeveprinter,
  rounds: number,
  tell: BenchOptions['tell'],
): Promise<Report> {
  const queueUrl = await cups.addQueue(QUEUE, device.url, 'everywhere')
  const folder = await mkdtemp(join(tmpdir(), 'bench-pdf-'))
  const file = join(folder, 'page.pdf')
  await writeFile(file, samplePdf(1))
  const post = createIppPost(realClock)
  const direct = await openPrintStopwatch(device.url)
  const throughQueue = await openPrintStopwatch(queueUrl)
  const lp = { cups, file, device: talkTo(device.url), queue: talkTo(queueUrl) }
  const measured: Rounds = { ours: [], lp: [], oursQueue: [], lpQueue: [] }
  const problems: string[] = []

  function talkTo(url: string): Conversation {
    const parsed = parsePrinterUrl(url)
    if (!parsed.ok) throw new Error(parsed.detail)
    return createConversation(parsed.address.target, post, DEFAULT_TIMING)
  }

  try {
    // One round that does not count: the first page finds nothing compiled.
    for (let round = -1; round < rounds; round += 1) {
      tell(`pages ${Math.max(0, round)} of ${rounds}`)
      const one = await measureRound(direct, throughQueue, lp, round)
      if (round < 0) continue
      measured.ours.push(one.ours)
      measured.lp.push(one.lp)
      measured.oursQueue.push(one.oursQueue)
      measured.lpQueue.push(one.lpQueue)
    }
  } catch (error) {
    // What was printed so far is reported; that not all was, is the bench's failure.
    problems.push(`pdf: ${firstLine(error)}`)
  } finally {
    await direct.close()
    await throughQueue.close()
    post.close()
    await rm(folder, { recursive: true, force: true })
  }
  return report(measured, problems)
}

interface Lp {
  readonly cups: PrivateCups
  readonly file: string
  readonly device: Conversation
  readonly queue: Conversation
}

/** Each way once, so that a load that comes and goes hits all; every second round in the other order. */
async function measureRound(direct: PrintStopwatch, throughQueue: PrintStopwatch, lp: Lp, round: number) {
  if (round % 2 === 0) {
    const ours = await direct.printOne()
    const theirs = await printWithLp(lp, round)
    const oursQueue = await throughQueue.printOne()
    return { ours, oursQueue, ...theirs }
  }
  const oursQueue = await throughQueue.printOne()
  const theirs = await printWithLp(lp, round)
  const ours = await direct.printOne()
  return { ours, oursQueue, ...theirs }
}

async function printWithLp({ cups, file, device, queue }: Lp, round: number) {
  const title = `lp-${round}`
  const startMs = performance.now()
  const said = await cups.command('lp', '-d', QUEUE, '-t', title, file)
  await untilCompleted('the device', () => device.findJob(title, 0))
  const lp = performance.now() - startMs
  // CUPS shows the names of other people's jobs to nobody, so there it is asked for by the number that lp told.
  const id = Number(/-(\d+) \(/.exec(said)?.[1])
  await untilCompleted('the queue', () => queue.job(id))
  return { lp, lpQueue: performance.now() - startMs }
}

async function untilCompleted(where: string, ask: () => Promise<Asked<{ readonly job: JobReading | undefined }>>) {
  const giveUpAtMs = performance.now() + SETTLE_TIMEOUT_MS
  while (performance.now() < giveUpAtMs) {
    const asked = await ask()
    if (asked.ok && asked.job?.state === 'completed') return
    await sleep(LOOK_AGAIN_MS)
  }
  throw new Error(`lp's job did not end at ${where} within ${SETTLE_TIMEOUT_MS} ms`)
}

function report(measured: Rounds, problems: readonly string[]): Report {
  if (measured.ours.length === 0) return { rows: [], figures: { ratio: null }, problems }
  const ours = summarize(measured.ours)
  const lp = summarize(measured.lp)
  const oursQueue = summarize(measured.oursQueue)
  const lpQueue = summarize(measured.lpQueue)
  const ratio = ours.p50 / lp.p50
  const queueRatio = oursQueue.p50 / lpQueue.p50
  const rows: Row[] = [
    { what: 'PDF page → settled job, ours to the device, p50', value: ms(ours.p50, 1), beside: spread(ours) },
    { what: '… lp through its CUPS, until the device says completed, p50', value: ms(lp.p50, 1), beside: spread(lp) },
    { what: '… ours / lp', value: times(ratio), beside: limitNote(times(LIMIT), ratio <= LIMIT) },
    { what: '… ours through the same queue, p50', value: ms(oursQueue.p50, 1), beside: spread(oursQueue) },
    { what: '… lp, until its queue says completed too, p50', value: ms(lpQueue.p50, 1), beside: spread(lpQueue) },
    {
      what: '… ours / lp through the same queue',
      value: times(queueRatio),
      beside: limitNote(times(LIMIT), queueRatio <= LIMIT),
    },
  ]
  return {
    rows,
    problems,
    figures: {
      rounds: measured.ours.length,
      ratio: round(ratio),
      limit: LIMIT,
      withinLimit: ratio <= LIMIT,
      pairRatioP50: round(quantile(pairRatios(measured.ours, measured.lp), 0.5)),
      oursP50Ms: ours.p50,
      lpP50Ms: lp.p50,
      queueRatio: round(queueRatio),
      queuePairRatioP50: round(quantile(pairRatios(measured.oursQueue, measured.lpQueue), 0.5)),
      spread: { oursMs: ours, lpMs: lp, oursQueueMs: oursQueue, lpQueueMs: lpQueue },
    },
  }
}

function spread({ p25, p75, p95 }: Summary): string {
  return `p25 ${p25.toFixed(1)}, p75 ${p75.toFixed(1)}, p95 ${p95.toFixed(1)}`
}

if (import.meta.main) {
  const before = machine()
  const result = await measurePdf({ samples: undefined, tell: (line) => process.stderr.write(`${line}\n`) })
  if (result.rows.length > 0)
    process.stdout.write(`${renderTable(`${devicesPdf.about} (load ${before.load1m})`, result)}\n`)
  process.stdout.write(`${JSON.stringify({ pdf: result.figures, problems: result.problems })}\n`)
  process.exitCode = result.problems.length === 0 ? 0 : 1
}
