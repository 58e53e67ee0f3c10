import { connect, type Socket } from 'node:net'
import type { ByteLink, LinkFault, OpenLinkResult } from './byte-link.ts'
import type { TcpDevice } from './device-url.ts'
import { createLinkCore, messageOf } from './link-core.ts'

/** Idle time before the kernel asks whether the other end still lives; drivers have their own, quicker probes. */
const KEEP_ALIVE_DELAY_MS = 5_000

const FAULT_OF_CODE: Readonly<Record<string, LinkFault['fault']>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'not-found',
  EAI_AGAIN: 'not-found',
  EHOSTUNREACH: 'not-found',
  ENETUNREACH: 'not-found',
  EADDRNOTAVAIL: 'not-found',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  ETIMEDOUT: 'timed-out',
}

/** Connects to a device behind TCP, with Nagle's delay off: device frames are small and each waits for its answer. */
export function openTcpLink(url: string, device: TcpDevice, timeoutMs: number): Promise<OpenLinkResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: device.host, port: device.port, noDelay: true })
    const giveUp = (fault: LinkFault['fault'], detail: string) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ ok: false, fault, detail })
    }
    const timer = setTimeout(() => giveUp('timed-out', `no connection within ${timeoutMs} ms`), timeoutMs)
    // This listener stays for the socket's life, so that an error can never be an unhandled event.
    socket.on('error', (error) => giveUp(faultOfError(error, 'refused'), messageOf(error)))
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS)
      resolve({ ok: true, link: linkOverSocket(url, socket) })
    })
  })
}

/** A byte link over a connected socket; simulators use it for the sockets that their servers accept. */
export function linkOverSocket(url: string, socket: Socket): ByteLink {
  const core = createLinkCore()
  let lastError: Error | undefined
  let closing = false
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      if (closing) core.end({ fault: 'closed', detail: 'closed by this side' })
      else core.end({ fault: 'lost', detail: lastError ? messageOf(lastError) : 'closed by the other side' })
      resolve()
    })
  })
  socket.setNoDelay(true)
  socket.on('data', (bytes: Buffer) => core.deliver(bytes))
  socket.on('error', (error) => {
    lastError = error
  })
  // A half-closed device connection is of no use to a request and its answer.
  socket.on('end', () => socket.destroy())

  return {
    url,
    write: (bytes) =>
      new Promise((resolve) => {
        if (socket.destroyed) {
          resolve()
          return
        }
        socket.write(bytes, (error) => {
          if (error) socket.destroy()
          resolve()
        })
      }),
    onData: core.onData,
    onClose: core.onClose,
    close() {
      closing = true
      socket.destroy()
      return closed
    },
  }
}

function faultOfError(error: Error, otherwise: LinkFault['fault']): LinkFault['fault'] {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return FAULT_OF_CODE[code] ?? otherwise
}
