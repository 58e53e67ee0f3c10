import type { SupportedMessagePort } from '@orpc/client/message-port'
import { ORPCError } from '@orpc/server'
import { RPCHandler as PortHandler } from '@orpc/server/message-port'
import { RPCHandler as SocketHandler } from '@orpc/server/ws'
import type { WebSocket } from 'ws'
import type { Log } from './events.ts'
import type { Terminal } from './terminal.ts'

/** Electron's MessagePortMain, as far as it is used here. */
export type MainPort = SupportedMessagePort & {
  on(event: 'close', listener: () => void): unknown
  start(): void
}

/**
 * Carries the Terminal's two routers over what a shell has: WebSockets in the browser shell, MessagePorts in Electron.
 * Input and output are checked against the contract by the routers themselves.
 */
export interface Carriers {
  bridgeSocket(socket: WebSocket): void
  workerSocket(socket: WebSocket): void
  bridgePort(port: MainPort): void
  workerPort(port: MainPort): void
}

export function createCarriers(terminal: Terminal, log: Log): Carriers {
  function complain(where: string, error: unknown): void {
    if (error instanceof ORPCError && error.status < 500) {
      log('bridge-refused', { where, code: error.code })
    } else if (!(error instanceof Error && error.name === 'AbortError')) {
      log('bridge-fault', { where, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }
  /** Passes a call on and says aloud what went wrong with it. */
  const watched =
    (where: string) =>
    async <T>({ next }: { next(): Promise<T> }): Promise<T> => {
      try {
        return await next()
      } catch (error) {
        complain(where, error)
        throw error
      }
    }
  const onBridge = { interceptors: [watched('bridge')] }
  const onWorker = { interceptors: [watched('worker')] }

  /** Notes the coming and going of a page or worker, and hands out the router that it may call. */
  function openBridge() {
    log('bridge-opened', { who: 'bridge' })
    const gone = terminal.pageConnected()
    const closed = () => {
      log('bridge-closed', { who: 'bridge' })
      gone()
    }
    return { router: terminal.bridge, closed }
  }
  function openWorker() {
    log('bridge-opened', { who: 'worker' })
    const worker = terminal.openWorker()
    const closed = () => {
      log('bridge-closed', { who: 'worker' })
      worker.closed()
    }
    return { router: worker.router, closed }
  }
  function listen(socket: WebSocket, closed: () => void): void {
    socket.on('close', closed)
    socket.on('error', (error) => log('bridge-refused', { where: 'socket', code: error.message }))
  }

  return {
    bridgeSocket(socket) {
      const { router, closed } = openBridge()
      listen(socket, closed)
      void new SocketHandler(router, onBridge).upgrade(socket)
    },
    workerSocket(socket) {
      const { router, closed } = openWorker()
      listen(socket, closed)
      void new SocketHandler(router, onWorker).upgrade(socket)
    },
    bridgePort(port) {
      const { router, closed } = openBridge()
      port.on('close', closed)
      new PortHandler(router, onBridge).upgrade(port)
      port.start()
    },
    workerPort(port) {
      const { router, closed } = openWorker()
      port.on('close', closed)
      new PortHandler(router, onWorker).upgrade(port)
      port.start()
    },
  }
}
