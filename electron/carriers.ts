import type { SupportedMessagePort } from '@orpc/client/message-port'
import { ORPCError, onError } from '@orpc/server'
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
  const sockets = {
    bridge: new SocketHandler(terminal.bridge, { interceptors: [onError((error) => complain('bridge', error))] }),
    worker: new SocketHandler(terminal.worker, { interceptors: [onError((error) => complain('worker', error))] }),
  }
  const ports = {
    bridge: new PortHandler(terminal.bridge, { interceptors: [onError((error) => complain('bridge', error))] }),
    worker: new PortHandler(terminal.worker, { interceptors: [onError((error) => complain('worker', error))] }),
  }

  function opened(who: 'bridge' | 'worker'): () => void {
    log('bridge-opened', { who })
    const pageGone = who === 'bridge' ? terminal.pageConnected() : undefined
    return () => {
      log('bridge-closed', { who })
      pageGone?.()
    }
  }
  function socket(who: 'bridge' | 'worker', carrier: WebSocket): void {
    carrier.on('close', opened(who))
    carrier.on('error', (error) => log('bridge-refused', { where: who, code: error.message }))
    void sockets[who].upgrade(carrier)
  }
  function port(who: 'bridge' | 'worker', carrier: MainPort): void {
    carrier.on('close', opened(who))
    ports[who].upgrade(carrier)
    carrier.start()
  }

  return {
    bridgeSocket: (carrier) => socket('bridge', carrier),
    workerSocket: (carrier) => socket('worker', carrier),
    bridgePort: (carrier) => port('bridge', carrier),
    workerPort: (carrier) => port('worker', carrier),
  }
}
