import { ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Log } from './events.ts'
import { jsonOrUndefined } from './small-files.ts'
import type { Terminal } from './terminal.ts'

/** Electron's MessagePortMain, as far as it is used here. */
export interface MainPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  postMessage(message: unknown): void
  start(): void
}

/**
 * Carries the Terminal's two routers over what a shell has: WebSockets in the browser shell, MessagePorts in Electron.
 * Input and output are checked against the contract by the routers themselves; here only that a message is one at all,
 * because the RPC library answers some that are none by an exception that nobody could catch.
 */
export interface Carriers {
  bridgeSocket(socket: WebSocket): void
  workerSocket(socket: WebSocket): void
  bridgePort(port: MainPort): void
  workerPort(port: MainPort): void
}

type Who = 'bridge' | 'worker'

/** A socket or a port, seen alike. */
interface Wire {
  send(message: unknown): void
  onMessage(listener: (data: unknown) => void): void
  onClose(listener: () => void): void
}

const IdSchema = z.string().max(64)
/** Our contracts know neither files nor forms: a message that says it brings one is none of ours. */
const HeadersSchema = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .refine((headers) => !Object.keys(headers).some((name) => /^content-(type|disposition)$/i.test(name)))
/** The RPC library's message from a client, by its wire format (@orpc/standard-server-peer 1.16): call, event, abort. */
const ClientMessageSchema = z.union([
  z.object({
    i: IdSchema,
    t: z.literal(1).optional(),
    p: z.object({
      u: z.string().regex(/^\/[\w/]*$/),
      h: HeadersSchema.optional(),
      m: z.string().max(10).optional(),
      b: z.unknown(),
    }),
  }),
  z.object({ i: IdSchema, t: z.literal(3), p: z.object({ e: z.enum(['message', 'error', 'done']) }) }),
  z.object({ i: IdSchema, t: z.literal(4) }),
])

export function createCarriers(terminal: Terminal, log: Log): Carriers {
  function complain(where: Who, error: unknown): void {
    if (error instanceof ORPCError && error.status < 500) {
      log('bridge-refused', { where, code: error.code })
    } else if (!(error instanceof Error && error.name === 'AbortError')) {
      log('bridge-fault', { where, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }
  /** What a stream throws after it began passes the other interceptors by. */
  function heard<T>(where: Who, output: T): T {
    if (!isIterator(output)) return output
    const next = output.next.bind(output)
    output.next = async () => {
      try {
        return await next()
      } catch (error) {
        complain(where, error)
        throw error
      }
    }
    return output
  }

  /** Passes a call on and says aloud what went wrong with it, at once or while it streams. */
  const watched = (who: Who) => ({
    interceptors: [
      async <T>({ next }: { next(): Promise<T> }): Promise<T> => {
        try {
          return await next()
        } catch (error) {
          complain(who, error)
          throw error
        }
      },
    ],
    clientInterceptors: [async <T>({ next }: { next(): Promise<T> }): Promise<T> => heard(who, await next())],
  })

  /** Lets messages through that are some, to a handler that believes it has a WebSocket. */
  function guarded(who: Who, wire: Wire): WebSocket {
    const seen = {
      send: wire.send,
      addEventListener(type: string, listener: (event: { data: unknown }) => void) {
        if (type === 'close') wire.onClose(() => listener({ data: undefined }))
        if (type !== 'message') return
        wire.onMessage((data) => {
          if (typeof data === 'string' && ClientMessageSchema.safeParse(jsonOrUndefined(data)).success) {
            listener({ data })
          } else {
            // Nothing of it is said: it may hold anything.
            log('bridge-refused', { where: who, code: 'NOT_A_MESSAGE' })
          }
        })
      },
    }
    return seen as unknown as WebSocket
  }

  /** Notes the coming and going of a page or worker, and hands it the router that it may call. */
  function serveBridge(wire: Wire): void {
    log('bridge-opened', { who: 'bridge' })
    const gone = terminal.pageConnected()
    wire.onClose(() => {
      log('bridge-closed', { who: 'bridge' })
      gone()
    })
    void new RPCHandler(terminal.bridge, watched('bridge')).upgrade(guarded('bridge', wire))
  }
  function serveWorker(wire: Wire): void {
    log('bridge-opened', { who: 'worker' })
    const worker = terminal.openWorker()
    wire.onClose(() => {
      log('bridge-closed', { who: 'worker' })
      worker.closed()
    })
    void new RPCHandler(worker.router, watched('worker')).upgrade(guarded('worker', wire))
  }

  function overSocket(socket: WebSocket): Wire {
    socket.on('error', (error) => log('bridge-refused', { where: 'socket', code: error.message }))
    return {
      send: (message) => socket.send(message as string | Uint8Array),
      onMessage: (listener) => socket.addEventListener('message', ({ data }) => listener(data)),
      onClose: (listener) => socket.on('close', listener),
    }
  }
  function overPort(port: MainPort): Wire {
    return {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', (event) => listener(event?.data)),
      onClose: (listener) => port.on('close', listener),
    }
  }

  return {
    bridgeSocket: (socket) => serveBridge(overSocket(socket)),
    workerSocket: (socket) => serveWorker(overSocket(socket)),
    bridgePort(port) {
      serveBridge(overPort(port))
      port.start()
    },
    workerPort(port) {
      serveWorker(overPort(port))
      port.start()
    },
  }
}

function isIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
