import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createDocumentScanner, type DocumentScanner } from '../../drivers/document-scanner/driver.ts'
import { realClock } from '../../drivers/transport/clock.ts'
import { findCommand } from '../support/chromium.ts'
import { type CurlPage, PAGE } from './escl-page.ts'
import { limitNote, ms, times } from './render.ts'
import { type Bench, type BenchOptions, firstLine, type Report } from './report.ts'
import { pairRatios, round, type Summary, summarize } from './stats.ts'

/** Issue 4: p50 at most this many times what curl takes for the same bytes. */
const LIMIT = 1.2
const DEFAULT_SAMPLES = 60
/** Rounds that do not count: the page is drawn in the first, and code is compiled in the first few. */
const WARM_UP = 10

export const devicesEscl: Bench = {
  about: 'an A4 page of a simulated eSCL scanner, from the order to its bytes in hand, beside curl of the same bytes',
  run,
}

async function run(options: BenchOptions): Promise<Report> {
  const curl = findCommand('curl')
  if (curl === undefined) return { rows: [], figures: {}, problems: ['no curl: there is nothing to compare with'] }
  const scanner = startChild('escl-scanner.ts', [])
  const [{ url }] = (await once(scanner, 'message')) as [{ url: string }]
  const peer = startChild('escl-curl.ts', [curl, url.replace('escl:', 'http:'), options.dir])
  try {
    return report(await measure(url, peer, options))
  } finally {
    for (const child of [peer, scanner]) {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    }
  }
}

/**
 * Scanner and curl have processes of their own: neither the pages that are served nor the programs that are started shall
 * cost the one that is measured anything.
 */
function startChild(file: string, args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, file), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

async function curlPage(peer: ChildProcess): Promise<CurlPage> {
  peer.send('page')
  const [answer] = (await once(peer, 'message')) as [CurlPage | { readonly problem: string }]
  if ('problem' in answer) throw new Error(`curl: ${answer.problem}`)
  return answer
}

interface Measured {
  /** From scan() to onPage. */
  readonly ourMs: number[]
  /**
   * Curl's own time for the same three requests: without the start of its processes, and without the connections of those
   * two for which ours is kept open.
   */
  readonly curlMs: number[]
  /** Of it the page alone. */
  readonly curlPageMs: number[]
  /** From scan() to its result: job deleted, state looked at. */
  readonly wholeMs: number[]
  readonly bytes: number
  readonly problems: string[]
}

async function measure(url: string, peer: ChildProcess, { samples, tell }: BenchOptions): Promise<Measured> {
  const measured: Measured = { ourMs: [], curlMs: [], curlPageMs: [], wholeMs: [], bytes: 0, problems: [] }
  const nothing = (): void => undefined
  const scanner = createDocumentScanner({ url, clock: realClock, onEvent: nothing, log: nothing })
  scanner.start()
  const count = samples ?? DEFAULT_SAMPLES
  let bytes = 0
  try {
    for (let round = -WARM_UP; round < count; round++) {
      if (round % 20 === 0) tell(`pages ${Math.max(0, round)} of ${count}`)
      // Who goes first takes turns: what one leaves behind in caches is the other's gain.
      const peerFirst = round % 2 === 0
      const before = peerFirst ? await curlPage(peer) : undefined
      const ours = await ourPage(scanner)
      const theirs = before ?? (await curlPage(peer))
      if (ours.sha256 !== theirs.sha256) throw new Error('the two did not get the same bytes')
      bytes = ours.bytes
      if (round < 0) continue
      measured.ourMs.push(ours.pageMs)
      measured.wholeMs.push(ours.wholeMs)
      measured.curlMs.push(theirs.ms)
      measured.curlPageMs.push(theirs.pageMs)
    }
  } catch (error) {
    measured.problems.push(firstLine(error))
  } finally {
    await scanner.stop()
  }
  return { ...measured, bytes }
}

async function ourPage(scanner: DocumentScanner) {
  let pageMs = 0
  let page = new Uint8Array()
  const startedMs = performance.now()
  const result = await scanner.scan(PAGE, {
    onPage({ bytes }) {
      pageMs = performance.now() - startedMs
      page = bytes
    },
  })
  const wholeMs = performance.now() - startedMs
  if (!result.ok) throw new Error(`the scan failed: ${result.fault} ${result.detail ?? ''}`)
  return { pageMs, wholeMs, bytes: page.length, sha256: sha256(page) }
}

function report({ ourMs, curlMs, curlPageMs, wholeMs, bytes, problems }: Measured): Report {
  if (ourMs.length === 0) return { rows: [], figures: {}, problems }
  const ours = summarize(ourMs)
  const curl = summarize(curlMs)
  const curlPage = summarize(curlPageMs)
  const whole = summarize(wholeMs)
  const ratio = ours.p50 / curl.p50
  const isWithin = ratio <= LIMIT
  const pairs = summarize(pairRatios(ourMs, curlMs))
  return {
    problems,
    rows: [
      { what: 'order → page in hand, checked to be whole, p50', value: ms(ours.p50), beside: spread(ours) },
      { what: 'curl, the same three requests, p50', value: ms(curl.p50), beside: spread(curl) },
      { what: '… times curl', value: times(ratio), beside: limitNote(times(LIMIT), isWithin) },
      { what: '… times curl, p50 of the pairs', value: times(pairs.p50), beside: spread(pairs) },
      { what: 'curl, the page alone, p50', value: ms(curlPage.p50), beside: `${bytes} bytes` },
      { what: 'order → job deleted, scanner ready again, p50', value: ms(whole.p50), beside: spread(whole) },
    ],
    figures: {
      escl: {
        samples: ourMs.length,
        bytes,
        pageP50Ms: ours.p50,
        curlP50Ms: curl.p50,
        ratio: round(ratio),
        pairsRatioP50: pairs.p50,
        limit: LIMIT,
        withinLimit: isWithin,
        curlPageAloneP50Ms: curlPage.p50,
        wholeP50Ms: whole.p50,
        spread: { pageMs: ours, curlMs: curl, wholeMs: whole },
      },
    },
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function spread({ p25, p75, p95 }: Summary): string {
  return `p25 ${p25.toFixed(2)}, p75 ${p75.toFixed(2)}, p95 ${p95.toFixed(2)}`
}
