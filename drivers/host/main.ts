import { realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { type Parent, runHost } from './host.ts'

/**
 * The device host's entry: a child by Node's fork (process.send) or by Electron's utilityProcess (process.parentPort).
 */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

function parentOf(): Parent {
  const port = (process as unknown as { parentPort?: ParentPort }).parentPort
  if (port !== undefined) {
    return {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', ({ data }) => listener(data)),
    }
  }
  if (process.send === undefined) throw new Error('the device host is started by the terminal, not by hand')
  // The parent is gone: nobody needs the devices any more.
  process.on('disconnect', () => process.exit(0))
  return {
    // A parent that dies while we write: "disconnect" follows, and is the answer.
    send: (message) => process.send?.(message, () => undefined),
    onMessage: (listener) => process.on('message', listener),
  }
}

runHost({
  parent: parentOf(),
  openLink,
  clock: realClock,
  clockEpochMs: performance.timeOrigin,
  pid: process.pid,
  exit: () => process.exit(0),
})
