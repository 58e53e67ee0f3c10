import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { ClientRequest } from 'node:http'
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
/** Where curl puts its page: in memory too, where there is such a folder, as the driver's page is. */
const MEMORY_DIR = '/dev/shm'
/** Node's own: a request has been handed to its connection. */
const REQUEST_STARTS = 'http.client.request.start'

export const devicesEscl: Bench = {
  about: 'an A4 page of a simulated eSCL scanner, from the order to its bytes in hand, beside curl of the same bytes',
  run,
}

async function run(options: BenchOptions): Promise<Report> {
  const curl = findCommand('curl')
  if (curl === undefined) return { rows: [], figures: {}, problems: ['no curl: there is nothing to compare with'] }
  const peerDir = await mkdtemp(join(existsSync(MEMORY_DIR) ? MEMORY_DIR : options.dir, 'bianmin-escl-'))
  const scanner = startChild('escl-scanner.ts', [])
  const [{ url }] = (await once(scanner, 'message')) as [{ url: string }]
  const peer = startChild('escl-curl.ts', [curl, url.replace('escl:', 'http:'), peerDir])
  try {
    return report(await measure(url, peer, options))
  } finally {
    for (const child of [peer, scanner]) {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    }
    await rm(peerDir, { recursive: true, force: true })
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
  /** From the request for the page to onPage: its bytes in hand, and checked to be whole. */
  readonly ourPageMs: number[]
  /** Curl's, from the same moment to its last byte. */
  readonly curlPageMs: number[]
  /** From scan() to onPage, so with the new job. */
  readonly ourOrderMs: number[]
  readonly curlOrderMs: number[]
  /** From scan() to its result: job deleted, state looked at. */
  readonly wholeMs: number[]
  readonly bytes: number
  readonly problems: string[]
}

async function measure(url: string, peer: ChildProcess, { samples, tell }: BenchOptions): Promise<Measured> {
  const measured: Measured = {
    ...{ ourPageMs: [], curlPageMs: [], ourOrderMs: [], curlOrderMs: [], wholeMs: [] },
    ...{ bytes: 0, problems: [] },
  }
  const nothing = (): void => undefined
  const scanner = createDocumentScanner({ url, clock: realClock, onEvent: nothing, log: nothing })
  scanner.start()
  subscribe(REQUEST_STARTS, noteRequest)
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
      measured.ourPageMs.push(ours.pageMs)
      measured.curlPageMs.push(theirs.pageMs)
      measured.ourOrderMs.push(ours.orderMs)
      measured.curlOrderMs.push(theirs.orderMs)
      measured.wholeMs.push(ours.wholeMs)
    }
  } catch (error) {
    measured.problems.push(firstLine(error))
  } finally {
    unsubscribe(REQUEST_STARTS, noteRequest)
    await scanner.stop()
  }
  return { ...measured, bytes }
}

/** When the last page was asked for. Listened to once and for all: coming and going makes Node's client slow. */
let askedMs = 0
function noteRequest(message: unknown): void {
  if ((message as { request: ClientRequest }).request.path.endsWith('/NextDocument')) askedMs = performance.now()
}

async function ourPage(scanner: DocumentScanner) {
  let inHandMs = 0
  let page = new Uint8Array()
  const startedMs = performance.now()
  const result = await scanner.scan(PAGE, {
    onPage({ bytes }) {
      inHandMs = performance.now()
      page = bytes
    },
  })
  const wholeMs = performance.now() - startedMs
  if (!result.ok) throw new Error(`the scan failed: ${result.fault} ${result.detail ?? ''}`)
  const sha256 = createHash('sha256').update(page).digest('hex')
  return { pageMs: inHandMs - askedMs, orderMs: inHandMs - startedMs, wholeMs, bytes: page.length, sha256 }
}

function report({ ourPageMs, curlPageMs, ourOrderMs, curlOrderMs, wholeMs, bytes, problems }: Measured): Report {
  if (ourPageMs.length === 0) return { rows: [], figures: {}, problems }
  const ours = summarize(ourPageMs)
  const curl = summarize(curlPageMs)
  const ourOrder = summarize(ourOrderMs)
  const curlOrder = summarize(curlOrderMs)
  const whole = summarize(wholeMs)
  const ratio = ours.p50 / curl.p50
  const isWithin = ratio <= LIMIT
  const pairs = summarize(pairRatios(ourPageMs, curlPageMs))
  const orderRatio = ourOrder.p50 / curlOrder.p50
  return {
    problems,
    rows: [
      { what: 'page asked for → in hand, checked to be whole, p50', value: ms(ours.p50), beside: spread(ours) },
      { what: 'curl of the same bytes, p50', value: ms(curl.p50), beside: `${spread(curl)}; ${bytes} bytes` },
      { what: '… times curl', value: times(ratio), beside: limitNote(times(LIMIT), isWithin) },
      { what: '… times curl, p50 of the pairs', value: times(pairs.p50), beside: spread(pairs) },
      { what: 'order → page in hand (new job and page), p50', value: ms(ourOrder.p50), beside: spread(ourOrder) },
      { what: '… curl: new job and page, p50', value: ms(curlOrder.p50), beside: times(orderRatio) },
      { what: 'order → job deleted, scanner ready again, p50', value: ms(whole.p50), beside: spread(whole) },
    ],
    figures: {
      escl: {
        samples: ourPageMs.length,
        bytes,
        pageP50Ms: ours.p50,
        curlP50Ms: curl.p50,
        ratio: round(ratio),
        pairsRatioP50: pairs.p50,
        limit: LIMIT,
        withinLimit: isWithin,
        orderP50Ms: ourOrder.p50,
        curlOrderP50Ms: curlOrder.p50,
        orderRatio: round(orderRatio),
        wholeP50Ms: whole.p50,
        spread: { pageMs: ours, curlMs: curl, orderMs: ourOrder, curlOrderMs: curlOrder, wholeMs: whole },
      },
    },
  }
}

function spread({ p25, p75, p95 }: Summary): string {
  return `p25 ${p25.toFixed(2)}, p75 ${p75.toFixed(2)}, p95 ${p95.toFixed(2)}`
}
