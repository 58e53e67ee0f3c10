import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { realClock } from '../transport/clock.ts'
import { checkScanSettings, type SimulatedSource, type SimulatedSources } from './settings-check.ts'
import { createSimulatedScanner } from './simulated-scanner.ts'
import type {
  DocumentScannerSimulator,
  DocumentScannerSimulatorOptions,
  Endless,
  Garble,
  HangPlace,
} from './simulator-types.ts'
import type { PageFormat } from './states.ts'
import { makePage, type PageOrder } from './synthetic-page.ts'

/** A scanner that speaks eSCL over real HTTP, with pages of its own making and everything that can go wrong. */

const ROOT = '/eSCL'
/** A4 in portrait, as most flatbeds: 8.5 in x 11.69 in. */
const MAX_WIDTH = 2550
const MAX_HEIGHT = 3508
const MAX_SETTINGS_BYTES = 64 * 1024
const SLOW_STEP_MS = 100
const NOISE = Uint8Array.from({ length: 512 }, (_, index) => (index * 167 + 13) & 0xff)

/** Made once and kept: the same order gives the same bytes. */
const MAX_KEPT_PAGES = 32
const keptPages = new Map<string, Uint8Array>()

function madePage(order: PageOrder): Uint8Array {
  const key = JSON.stringify(order)
  const bytes = keptPages.get(key) ?? makePage(order)
  if (keptPages.size >= MAX_KEPT_PAGES) keptPages.clear()
  keptPages.set(key, bytes)
  return bytes
}

export async function openDocumentScannerSimulator(
  options: DocumentScannerSimulatorOptions = {},
): Promise<DocumentScannerSimulator> {
  const { clock = realClock, host = '127.0.0.1', retryAfterS, hasGrain = false, tls } = options
  const source: SimulatedSource = {
    maxWidth: MAX_WIDTH,
    maxHeight: MAX_HEIGHT,
    modes: options.modes ?? ['RGB24', 'Grayscale8', 'BlackAndWhite1'],
    resolutions: options.resolutions ?? [75, 100, 200, 300, 600],
    formats: options.formats ?? ['image/jpeg', 'application/pdf'],
  }
  const sources: SimulatedSources = {
    ...(options.hasFlatbed !== false && { platen: source }),
    ...(options.hasFeeder !== false && { feeder: source }),
    hasDuplex: options.hasDuplex ?? true,
  }
  const scanner = createSimulatedScanner({
    clock,
    sources,
    model: options.model ?? 'Bianmin Simulated Scanner',
    pageMs: options.pageMs ?? 0,
    sheets: options.sheets ?? 0,
    abandonAfterMs: options.abandonAfterMs ?? 60_000,
  })
  let port = options.port ?? 0
  let hangs: HangPlace | undefined
  let garbled: Garble | undefined
  let endless: Endless | undefined
  let truncated: 'short' | 'lying' | undefined
  let cutsPages = false
  let warmUps = { left: 0, retryAfterS: 1 }
  let deletesToRefuse = 0
  let bytesPerS: number | undefined
  let isOut = true
  const sockets = new Set<Socket>()
  const requests: { method: string; path: string; status: number | undefined }[] = []
  const waiters = new Set<() => void>()

  function activity(): void {
    for (const waiter of [...waiters]) waiter()
  }

  const pageBytes = (order: PageOrder): Uint8Array => options.replacePage?.(order) ?? madePage(order)

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url: path = '' } = request
    const entry: (typeof requests)[number] = { method, path, status: undefined }
    requests.push(entry)
    // A client that goes away takes its socket along; that is all there is to it.
    response.on('error', () => response.destroy())
    response.on('finish', () => {
      entry.status = response.statusCode
      activity()
    })
    const body: Buffer[] = []
    let bytes = 0
    request.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= MAX_SETTINGS_BYTES) body.push(piece)
    })
    request.on('error', () => response.destroy())
    request.on('end', () => {
      route(request, response, bytes > MAX_SETTINGS_BYTES ? undefined : Buffer.concat(body))
      activity()
    })
  }

  function route(request: IncomingMessage, response: ServerResponse, body: Buffer | undefined): void {
    const { method, url: path = '' } = request
    if (hangs === 'everywhere') return
    if (garbled === 'socket') {
      request.socket.end(NOISE)
      return
    }
    if (endless === 'head') {
      // As much as it takes: clients have limits of 16 kB and more.
      request.socket.write(`HTTP/1.1 200 OK\r\nX-Endless: ${'x'.repeat(512 * 1024)}\r\n`)
      return
    }
    const job = /^\/eSCL\/ScanJobs\/([\w-]+)(\/NextDocument)?$/.exec(path)
    const [, id = '', isNext] = job ?? []
    if (method === 'GET' && path === `${ROOT}/ScannerStatus`) answerXml(response, scanner.status(ROOT))
    else if (method === 'GET' && path === `${ROOT}/ScannerCapabilities`) answerXml(response, scanner.capabilities())
    else if (method === 'POST' && path === `${ROOT}/ScanJobs`) postJob(request, response, body)
    else if (method === 'GET' && isNext !== undefined) nextDocument(response, id)
    else if (method === 'DELETE' && job !== null && isNext === undefined) deleteJob(response, id)
    else answer(response, path.startsWith(`${ROOT}/`) && job === null ? 404 : 405)
  }

  function answer(response: ServerResponse, status: number, headers: Record<string, string | number> = {}): void {
    response.writeHead(status, { 'Content-Length': 0, ...headers }).end()
  }

  function answerXml(response: ServerResponse, xml: string): void {
    const headers = { 'Content-Type': 'text/xml' }
    if (endless === 'xml') {
      response.writeHead(200, headers)
      const filler = ' '.repeat(64 * 1024)
      response.write('<?xml version="1.0"?>')
      pour(response, () => Buffer.from(filler))
      return
    }
    if (garbled === 'xml') response.writeHead(200, headers).end(NOISE)
    else if (garbled === 'other') response.writeHead(200, headers).end('<html><body>404</body></html>')
    else response.writeHead(200, headers).end(xml)
  }

  /** Writes for ever, as fast as the other side takes it. */
  function pour(response: ServerResponse, piece: () => Uint8Array): void {
    const more = (): void => {
      while (!response.destroyed && response.write(piece()));
    }
    response.on('drain', more)
    more()
  }

  function postJob(request: IncomingMessage, response: ServerResponse, body: Buffer | undefined): void {
    if (warmUps.left > 0) {
      warmUps.left--
      answer(response, 503, { 'Retry-After': warmUps.retryAfterS })
      return
    }
    const isXml = /^(?:text|application)\/xml\b/.test(request.headers['content-type'] ?? '')
    if (body === undefined || !isXml) {
      answer(response, 400)
      return
    }
    const checked = checkScanSettings(body, sources)
    if (!checked.ok) {
      response.writeHead(checked.status, { 'Content-Type': 'text/plain' }).end(checked.why)
      return
    }
    const begun = scanner.begin(checked.settings)
    if ('status' in begun) {
      answer(response, begun.status, begun.status === 503 ? { 'Retry-After': 1 } : {})
      return
    }
    // The job exists, and only the answer does not come: the worst moment.
    if (hangs === 'new-job') return
    answer(response, 201, { Location: `http://${host}:${port}${ROOT}/ScanJobs/${begun.id}` })
  }

  function deleteJob(response: ServerResponse, id: string): void {
    if (hangs === 'delete') return
    if (deletesToRefuse > 0) {
      deletesToRefuse--
      answer(response, 500)
      return
    }
    answer(response, scanner.delete(id) ? 200 : 404)
  }

  function nextDocument(response: ServerResponse, id: string): void {
    if (hangs === 'before-page' || response.destroyed) return
    const next = scanner.next(id)
    if (next.next === 'refused') answer(response, next.status)
    else if (next.next === 'not-yet') {
      if (retryAfterS !== undefined) answer(response, 503, { 'Retry-After': retryAfterS })
      else clock.after(next.inMs, () => nextDocument(response, id))
    } else {
      const { colorMode, format, dpi, widthPx, heightPx } = next.settings
      const mode = colorMode === 'RGB24' ? 'colour' : colorMode === 'Grayscale8' ? 'grey' : 'bw'
      sendPage(response, format, pageBytes({ page: next.page, widthPx, heightPx, mode, dpi, format, hasGrain }))
    }
  }

  function sendPage(response: ServerResponse, format: PageFormat, whole: Uint8Array): void {
    const head = { 'Content-Type': format }
    if (endless === 'page') {
      response.writeHead(200, head)
      pour(response, () => whole)
      return
    }
    const half = whole.subarray(0, whole.length >> 1)
    if (hangs === 'mid-page' || cutsPages || truncated === 'lying') {
      response.writeHead(200, { ...head, 'Content-Length': whole.length })
      response.write(half, () => {
        if (hangs !== 'mid-page') response.destroy()
        activity()
      })
      return
    }
    const bytes = truncated === 'short' ? half : whole
    response.writeHead(200, { ...head, 'Content-Length': bytes.length })
    if (bytesPerS === undefined) response.end(bytes)
    else drip(response, bytes, Math.max(1, Math.round((bytesPerS * SLOW_STEP_MS) / 1000)))
  }

  function drip(response: ServerResponse, bytes: Uint8Array, step: number): void {
    if (response.destroyed) return
    if (bytes.length <= step) {
      response.end(bytes)
      return
    }
    response.write(bytes.subarray(0, step), activity)
    clock.after(SLOW_STEP_MS, () => drip(response, bytes.subarray(step), step))
  }

  const server = tls === undefined ? createServer(handle) : createTlsServer({ key: tls.key, cert: tls.cert }, handle)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    // A reset by the other end is followed by 'close', which is all that a scanner notices.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      activity()
    })
  })
  server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy())

  async function listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
    port = (server.address() as AddressInfo).port
    isOut = false
  }

  async function pullPlug(): Promise<void> {
    if (isOut) return
    isOut = true
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }

  await listen()
  return {
    url: `${tls ? 'escls' : 'escl'}://${host}:${port}${ROOT}`,
    loadFeeder: (sheets) => scanner.loadFeeder(sheets),
    sheetsLeft: () => scanner.sheetsLeft(),
    jam: () => scanner.setAilment('jam'),
    openCover: () => scanner.setAilment('cover-open'),
    doubleFeed: () => scanner.setAilment('double-feed'),
    stopDevice: () => scanner.setAilment('stopped'),
    selfTest: () => scanner.setAilment('self-test'),
    recover: () => scanner.setAilment(undefined),
    strikeAfterPages: (ailment, after) => scanner.strikeAfter(ailment, after),
    pullPlug,
    plugIn: listen,
    dropConnections() {
      for (const socket of sockets) socket.destroy()
    },
    hang(place) {
      hangs = place
    },
    garble(kind) {
      garbled = kind
    },
    endless(kind) {
      endless = kind
    },
    truncatePages(kind) {
      truncated = kind
    },
    cutPages(on) {
      cutsPages = on
    },
    loseJobs: () => scanner.loseJobs(),
    loseJobAfterPages: (after) => scanner.loseJobAfter(after),
    warmUp(left, after = 1) {
      warmUps = { left, retryAfterS: after }
    },
    refuseDeletes(times) {
      deletesToRefuse = times
    },
    slow(perS) {
      bytesPerS = perS
    },
    jobsLeft: () => scanner.jobs.size,
    requests: () => requests,
    until(condition) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return
          waiters.delete(look)
          resolve()
        }
        waiters.add(look)
        look()
      })
    },
    close: pullPlug,
  }
}
