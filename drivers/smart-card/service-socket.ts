import { connect } from 'node:net'
import type { LinkFault, OpenLink } from '../transport/byte-link.ts'
import { messageOf } from '../transport/link-core.ts'
import { linkOverSocket } from '../transport/tcp-link.ts'

const FAULT_OF_CODE: Readonly<Record<string, LinkFault['fault']>> = {
  ENOENT: 'not-found',
  ENOTSOCK: 'not-found',
  ENOTDIR: 'not-found',
  ECONNREFUSED: 'refused',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
}

/** Connects to the service's Unix socket (on Windows: a named pipe of a simulator). `url` is the path. */
export const openServiceSocket: OpenLink = (path, timeoutMs) =>
  new Promise((resolve) => {
    const socket = connect({ path })
    const giveUp = (fault: LinkFault['fault'], detail: string) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ ok: false, fault, detail })
    }
    const timer = setTimeout(() => giveUp('timed-out', `no connection within ${timeoutMs} ms`), timeoutMs)
    // This listener stays for the socket's life, so that an error can never be an unhandled event.
    socket.on('error', (error) => {
      const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
      giveUp(FAULT_OF_CODE[code] ?? 'refused', messageOf(error))
    })
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve({ ok: true, link: linkOverSocket(path, socket) })
    })
  })
