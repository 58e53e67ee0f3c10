import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as WebSocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { ResponseValidationPlugin } from '@orpc/contract/plugins'
import { workerContract } from '../../sync/protocol/worker-port.ts'
import type { WorkerChannel } from './messages.ts'

export type WorkerClient = ContractRouterClient<typeof workerContract>

/** One open way to main. `closed` resolves with the reason, once. */
export type Connection = {
  client: WorkerClient
  closed: Promise<string>
  /** Ends it from this side, for instance because nobody answers. */
  close(why: string): void
  /** Can the worker open such a channel again by itself? */
  reopens: boolean
}

/** Opens a channel; answers of main are checked against the contract. */
export function connect(channel: WorkerChannel): Connection {
  return channel.kind === 'websocket' ? overWebSocket(channel.url) : overPort(channel.port)
}

function overWebSocket(url: string): Connection {
  const socket = new WebSocket(url)
  const { closed, end } = ending()
  socket.addEventListener('close', (event) => end(`socket-closed ${event.code}`))
  const link = new WebSocketLink({ websocket: socket, plugins: [new ResponseValidationPlugin(workerContract)] })
  return {
    client: createORPCClient(link),
    closed,
    reopens: true,
    close(why) {
      socket.close()
      end(why)
    },
  }
}

function overPort(port: MessagePort): Connection {
  const { closed, end } = ending()
  const link = new PortLink({ port, plugins: [new ResponseValidationPlugin(workerContract)] })
  // Older Chromium has no close event on ports; there the unanswered lease renewal tells.
  port.addEventListener('close', () => end('port-closed'))
  port.start()
  return {
    client: createORPCClient(link),
    closed,
    reopens: false,
    close(why) {
      port.close()
      end(why)
    },
  }
}

function ending(): { closed: Promise<string>; end: (why: string) => void } {
  let end: (why: string) => void = () => undefined
  const closed = new Promise<string>((resolve) => {
    end = resolve
  })
  return { closed, end }
}
