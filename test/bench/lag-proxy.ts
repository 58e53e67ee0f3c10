import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * A long line on loopback: relays TCP, delays both directions by half a round trip and limits nothing else. A new
 * connection costs one more round trip, as a handshake over such a line would. Counts the bytes of both directions
 * (what TCP carries: HTTP with its headers; without the headers of TCP and IP themselves).
 */
export interface LagProxy {
  /** http://127.0.0.1:port */
  readonly url: string
  /** Lets connections through from now on; begins the counts anew. */
  open(): void
  /** Tears every connection down and refuses new ones, as a pulled cable does. */
  cut(): void
  /** Bytes since it was opened. `up`: towards the target. */
  bytes(): { readonly up: number; readonly down: number }
  /** Connections since it was opened. */
  connections(): number
  /** When the first byte came from the near side since it was opened, in ms of performance.now(). */
  firstByteAtMs(): number | undefined
  close(): Promise<void>
}

export interface LagProxyOptions {
  readonly target: { readonly host: string; readonly port: number }
  readonly rttMs: number
  /** Default true. */
  readonly isOpen?: boolean
}

export async function openLagProxy({ target, rttMs, isOpen = true }: LagProxyOptions): Promise<LagProxy> {
  const sockets = new Set<Socket>()
  let passes = isOpen
  let up = 0
  let down = 0
  let connections = 0
  let firstByteAtMs: number | undefined

  const server: Server = createServer({ allowHalfOpen: true }, (near) => {
    if (!passes) {
      near.resetAndDestroy()
      return
    }
    connections += 1
    const far = connect({ ...target, allowHalfOpen: true })
    const oneWayMs = rttMs / 2
    // The near side's connect() succeeded at once; over a long line it would have waited for one round trip.
    const upWire = delayLine(far, oneWayMs, performance.now() + rttMs)
    const downWire = delayLine(near, oneWayMs, 0)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
    }
    near.on('data', (chunk) => {
      firstByteAtMs ??= performance.now()
      up += chunk.length
      upWire.carry(chunk)
    })
    far.on('data', (chunk) => {
      down += chunk.length
      downWire.carry(chunk)
    })
    near.on('end', upWire.end)
    far.on('end', downWire.end)
    for (const [one, other, wire] of [
      [near, far, downWire],
      [far, near, upWire],
    ] as const) {
      // A reset is no fault of the line; the side that lives learns it by its own socket.
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        wire.drop()
      })
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open() {
      up = 0
      down = 0
      connections = 0
      firstByteAtMs = undefined
      passes = true
    },
    cut() {
      passes = false
      for (const socket of sockets) socket.resetAndDestroy()
    },
    bytes: () => ({ up, down }),
    connections: () => connections,
    firstByteAtMs: () => firstByteAtMs,
    async close() {
      passes = false
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** Hands on what it is given, in order, each piece so much later. */
function delayLine(to: Socket, delayMs: number, notBeforeMs: number) {
  const pieces: { readonly dueMs: number; readonly chunk: Buffer | undefined }[] = []
  let timer: NodeJS.Timeout | undefined

  function pass(chunk: Buffer | undefined): void {
    if (to.destroyed) return
    if (chunk === undefined) to.end()
    else to.write(chunk)
  }
  function deliver(): void {
    timer = undefined
    const nowMs = performance.now()
    for (;;) {
      const piece = pieces[0]
      if (piece === undefined) return
      if (piece.dueMs > nowMs) {
        timer = setTimeout(deliver, piece.dueMs - nowMs)
        return
      }
      pieces.shift()
      pass(piece.chunk)
    }
  }
  function put(chunk: Buffer | undefined): void {
    if (delayMs === 0) {
      pass(chunk)
      return
    }
    pieces.push({ dueMs: Math.max(performance.now(), notBeforeMs) + delayMs, chunk })
    if (timer === undefined) deliver()
  }
  return {
    carry: (chunk: Buffer) => put(chunk),
    end: () => put(undefined),
    drop() {
      clearTimeout(timer)
      pieces.length = 0
    },
  }
}
