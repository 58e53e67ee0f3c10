import { execFile, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createDocumentScanner, type DocumentScanner } from '../../drivers/document-scanner/driver.ts'
import { readCapabilities, writeScanSettings } from '../../drivers/document-scanner/protocol.ts'
import type { ScanOptions } from '../../drivers/document-scanner/states.ts'
import { realClock } from '../../drivers/transport/clock.ts'
import { findCommand } from '../support/chromium.ts'
import { limitNote, ms, times } from './render.ts'
import { type Bench, type BenchOptions, firstLine, type Report } from './report.ts'
import { pairRatios, round, type Summary, summarize } from './stats.ts'

/** Issue 4: p50 at most this many times what curl takes for the same bytes. */
const LIMIT = 1.2
const DEFAULT_SAMPLES = 60
/** Rounds that do not count: the page is drawn in the first, and code is compiled in the first few. */
const WARM_UP = 10
const PAGE: ScanOptions = { source: 'flatbed', mode: 'colour', dpi: 300, format: 'image/jpeg' }

export const devicesEscl: Bench = {
  about: 'an A4 page of a simulated eSCL scanner, from the order to its bytes in hand, beside curl of the same bytes',
  run,
}

const execFileAsync = promisify(execFile)

async function run(options: BenchOptions): Promise<Report> {
  const curl = findCommand('curl')
  if (curl === undefined) return { rows: [], figures: {}, problems: ['no curl: there is nothing to compare with'] }
  const child = fork(join(import.meta.dirname, 'escl-scanner.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  try {
    const [{ url }] = (await once(child, 'message')) as [{ url: string }]
    const measured = await measure(url, curl, options)
    return report(measured)
  } finally {
    const ended = once(child, 'exit')
    child.disconnect()
    await ended
  }
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

async function measure(url: string, curl: string, { samples, dir, tell }: BenchOptions): Promise<Measured> {
  const measured: Measured = { ourMs: [], curlMs: [], curlPageMs: [], wholeMs: [], bytes: 0, problems: [] }
  const nothing = (): void => undefined
  const scanner = createDocumentScanner({ url, clock: realClock, onEvent: nothing, log: nothing })
  scanner.start()
  const peer = await openCurl(curl, url.replace('escl:', 'http:'), dir)
  const count = samples ?? DEFAULT_SAMPLES
  let bytes = 0
  try {
    for (let round = -WARM_UP; round < count; round++) {
      if (round % 20 === 0) tell(`pages ${Math.max(0, round)} of ${count}`)
      // Who goes first takes turns: what one leaves behind in caches is the other's gain.
      const peerFirst = round % 2 === 0
      const before = peerFirst ? await peer.page() : undefined
      const ours = await ourPage(scanner)
      const theirs = before ?? (await peer.page())
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

interface Curl {
  /** Looks, posts a job, takes its page, deletes it. Only the first three count, as only they do for us. */
  page(): Promise<{ readonly ms: number; readonly pageMs: number; readonly sha256: string }>
}

async function openCurl(curl: string, url: string, dir: string): Promise<Curl> {
  const settings = join(dir, 'scan-settings.xml')
  const page = join(dir, 'page.jpg')
  const write = '%{time_total} %{time_connect} %{http_code} %header{location}'

  async function request(to: string, ...args: string[]) {
    const { stdout } = await execFileAsync(curl, ['--silent', '--noproxy', '*', '--write-out', write, ...args, to])
    const [total, connect, status = '', location = ''] = stdout.trim().split(' ')
    if (!status.startsWith('2')) throw new Error(`curl was answered ${status}`)
    const ms = Number(total) * 1000
    return { ms, afterConnectMs: ms - Number(connect) * 1000, location }
  }

  await request(`${url}/ScannerCapabilities`, '--output', settings)
  const read = readCapabilities(await readFile(settings))
  if (!read.ok) throw new Error(read.detail)
  await writeFile(settings, writeScanSettings(PAGE, read.capabilities))
  return {
    async page() {
      const status = await request(`${url}/ScannerStatus`, '--output', '/dev/null')
      const body = ['--header', 'Content-Type: text/xml', '--data-binary', `@${settings}`]
      const job = await request(`${url}/ScanJobs`, '--output', '/dev/null', ...body)
      const got = await request(`${job.location}/NextDocument`, '--output', page)
      await request(job.location, '--output', '/dev/null', '--request', 'DELETE')
      const all = status.afterConnectMs + job.ms + got.afterConnectMs
      return { ms: all, pageMs: got.afterConnectMs, sha256: sha256(await readFile(page)) }
    },
  }
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
