import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Log } from '../events.ts'
import { type Assets, PAGE_HEADERS } from './assets.ts'
import { createDoor } from './door.ts'

/** A message larger than this is no form of ours. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024

export interface HttpDoorOptions {
  readonly assets: Assets
  /** 0: any free port. */
  readonly port: number
  readonly nowMs: () => number
  readonly log: Log
  readonly onBridge: (socket: WebSocket) => void
  readonly onWorker: (socket: WebSocket) => void
  /** A browser came in by its start address. */
  readonly onEntered?: () => void
  /** Development: serves the page from its sources instead of `assets`, behind the same cookie. */
  readonly sources?: (request: IncomingMessage, response: ServerResponse) => void
}

export interface HttpDoor {
  readonly origin: string
  /** A start address: good once, for 10 s. */
  startUrl(): string
  close(): Promise<void>
}

/** Serves the page and its two sockets on loopback, to the holder of the cookie only. */
export async function openHttpDoor(options: HttpDoorOptions): Promise<HttpDoor> {
  const { assets, log } = options
  const door = createDoor(options.nowMs)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  const server: Server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      log('bridge-fault', { where: 'page', error: String(error) })
      response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const origin = `http://${host}`

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = targetOf(request, origin)
    if (url === undefined) return refuse(response, 400, 'target', '')
    if (request.headers.host !== host) return refuse(response, 421, 'host', url.pathname)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'method', url.pathname)
    if (url.pathname === '/start') {
      const cookie = door.exchange(url.searchParams.get('token') ?? '')
      if (cookie === undefined) return refuse(response, 403, 'token', url.pathname)
      response.writeHead(303, { ...PAGE_HEADERS, location: '/', 'set-cookie': cookie })
      response.end()
      options.onEntered?.()
      return
    }
    if (!door.knows(request.headers.cookie)) return refuse(response, 403, 'cookie', url.pathname)
    if (options.sources !== undefined) return options.sources(request, response)
    const asset = await assets.get(url.pathname)
    if (asset === undefined) return refuse(response, 404, 'no-such-file', url.pathname)
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': asset.type, 'content-length': asset.body.length })
    response.end(request.method === 'HEAD' ? undefined : asset.body)
  }

  function refuse(response: ServerResponse, status: number, why: string, path: string): void {
    log('door-refused', { status, why, path: path.slice(0, 100) })
    response.writeHead(status, { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8' })
    response.end(`${status}\n`)
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client that resets before it reads our answer: Node leaves an upgrade's socket without a listener of its own.
    socket.on('error', (error) => log('door-refused', { status: 0, why: 'socket', error: error.message }))
    const path = targetOf(request, origin)?.pathname ?? ''
    const accept = new Map([
      ['/bridge', options.onBridge],
      ['/worker', options.onWorker],
    ]).get(path)
    const why = wrongWith(request, accept !== undefined)
    if (accept === undefined || why !== undefined) {
      log('door-refused', { status: 403, why, path: path.slice(0, 100) })
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, accept)
  })

  function wrongWith(request: IncomingMessage, known: boolean): string | undefined {
    if (!known) return 'no-such-socket'
    if (request.headers.host !== host) return 'host'
    if (request.headers.origin !== origin) return 'origin'
    return door.knows(request.headers.cookie) ? undefined : 'cookie'
  }

  return {
    origin,
    startUrl: () => `${origin}/start?token=${door.issueToken()}`,
    async close() {
      for (const client of sockets.clients) client.terminate()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** The address that a request names, or undefined for one that is none of ours: anybody on this machine may send anything. */
function targetOf(request: IncomingMessage, origin: string): URL | undefined {
  const target = request.url ?? '/'
  // Only a path: "http://elsewhere/" is for proxies.
  if (!target.startsWith('/')) return undefined
  try {
    const url = new URL(target, origin)
    // "//elsewhere/" and "/\\elsewhere/" would name another host.
    return url.origin === origin ? url : undefined
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
