import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../transport/clock.ts'
import type { SimulatedAnswerer } from './simulated-answers.ts'

/** HTTP around the simulator's answers, with all that can go wrong between two machines. */

/** Answers that are garbage: no HTTP at all, or HTTP around bytes that are no IPP. */
export type Garbage = 'http' | 'ipp'

export interface WireFaults {
  /** Requests are read and not answered. */
  silent: boolean
  garbage: Garbage | undefined
  /** Answers go on and on. */
  endless: boolean
  delayMs: number
  httpStatus: number | undefined
  /** Once: the connection breaks when so many bytes of a request's body have come. */
  breakAfterBytes: number | undefined
  /** Once: the request with this operation code is carried out, and its answer lost with the connection. */
  loseAnswerTo: number | undefined
  /** Once: the connection breaks at the request with this operation code, and it is not carried out. */
  dropRequest: number | undefined
}

export interface SimulatedWire {
  readonly faults: WireFaults
  port(): number
  listen(): Promise<void>
  /** Connections drop, new ones are refused. */
  hangUp(): Promise<void>
}

export interface WireOptions {
  readonly host: string
  /** 0: any free one, the same again after hangUp. */
  readonly port: number
  readonly path: string
  readonly clock: Clock
  readonly answer: SimulatedAnswerer
  /** A request was read; 0 for bytes that name no operation. */
  readonly onRequest: (operation: number) => void
}

/** A document of this size is far beyond what the driver sends. */
const MAX_REQUEST_BYTES = 128 * 1024 * 1024
const ENDLESS_CHUNK = new Uint8Array(64 * 1024)
/** An endless answer ends all the same when nobody stops reading it: a test must not fill the memory. */
const ENDLESS_BYTES = 16 * 1024 * 1024

export function createSimulatedWire(options: WireOptions): SimulatedWire {
  const { host, path, clock, answer, onRequest } = options
  let { port } = options
  let server: Server | undefined
  const sockets = new Set<Socket>()
  const cancelDelays = new Set<() => void>()
  const faults: WireFaults = {
    silent: false,
    garbage: undefined,
    endless: false,
    delayMs: 0,
    httpStatus: undefined,
    breakAfterBytes: undefined,
    loseAnswerTo: undefined,
    dropRequest: undefined,
  }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = []
    let length = 0
    // A reset by the other end needs no answer.
    request.on('error', () => request.destroy())
    response.on('error', () => response.destroy())
    request.on('data', (bytes: Buffer) => {
      length += bytes.length
      pieces.push(bytes)
      const isCut = faults.breakAfterBytes !== undefined && length >= faults.breakAfterBytes
      if (!isCut && length <= MAX_REQUEST_BYTES) return
      faults.breakAfterBytes = undefined
      request.socket.destroy()
    })
    request.on('end', () => {
      if (!request.socket.destroyed) respond(request, response, Buffer.concat(pieces))
    })
  }

  function respond(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
    const operation = ((body[2] ?? 0) << 8) | (body[3] ?? 0)
    if (faults.silent || faults.garbage === 'http' || faults.httpStatus !== undefined) {
      if (faults.garbage === 'http') request.socket.end('\u0000\u0001 nonsense \r\n\r\n')
      else if (faults.httpStatus !== undefined) response.writeHead(faults.httpStatus).end()
      onRequest(operation)
      return
    }
    const isWrongPath = request.url !== path || request.method !== 'POST'
    if (isWrongPath || request.headers['content-type'] !== 'application/ipp') {
      response.writeHead(isWrongPath ? 404 : 400).end()
      return
    }
    if (operation === faults.dropRequest) {
      faults.dropRequest = undefined
      request.socket.destroy()
      return
    }
    const bytes = answer(body)
    onRequest(operation)
    if (operation === faults.loseAnswerTo) {
      faults.loseAnswerTo = undefined
      request.socket.destroy()
      return
    }
    if (faults.delayMs === 0) send(response, bytes)
    else later(faults.delayMs, () => send(response, bytes))
  }

  function send(response: ServerResponse, bytes: Uint8Array): void {
    response.writeHead(200, { 'Content-Type': 'application/ipp' })
    if (faults.endless) pour(response, bytes)
    else response.end(faults.garbage === 'ipp' ? bytes.map((byte, index) => (byte * 31 + index) & 0xff) : bytes)
  }

  function later(delayMs: number, run: () => void): void {
    const cancel = clock.after(delayMs, () => {
      cancelDelays.delete(cancel)
      run()
    })
    cancelDelays.add(cancel)
  }

  function pour(response: ServerResponse, first: Uint8Array): void {
    // The end tag is left out, so that all that follows belongs to the message.
    response.write(first.subarray(0, -1))
    let poured = 0
    const more = (): void => {
      while (!response.destroyed && poured < ENDLESS_BYTES) {
        poured += ENDLESS_CHUNK.length
        if (response.write(ENDLESS_CHUNK)) continue
        response.once('drain', more)
        return
      }
      response.end()
    }
    more()
  }

  return {
    faults,
    port: () => port,
    async listen() {
      const created = createServer(serve)
      created.on('connection', (socket: Socket) => {
        sockets.add(socket)
        socket.on('error', () => socket.destroy())
        socket.once('close', () => sockets.delete(socket))
      })
      await new Promise<void>((resolve, reject) => {
        created.once('error', reject)
        created.listen(port, host, resolve)
      })
      const address = created.address()
      if (address !== null && typeof address === 'object') port = address.port
      server = created
    },
    async hangUp() {
      const closing = server
      server = undefined
      for (const cancel of cancelDelays) cancel()
      cancelDelays.clear()
      for (const socket of sockets) socket.destroy()
      if (closing !== undefined) await new Promise<void>((resolve) => closing.close(() => resolve()))
    },
  }
}
