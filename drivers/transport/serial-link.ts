import { access } from 'node:fs/promises'
import { SerialPort } from 'serialport'
import type { LinkFault, OpenLinkResult } from './byte-link.ts'
import type { SerialDevice } from './device-url.ts'
import { createLinkCore, messageOf } from './link-core.ts'

/**
 * How often the port's path is looked for while it is open. A pulled USB adapter may show as an endless run of empty
 * reads instead of an error, but its device node is gone within a second (reference/devices.md 8: unplug events are
 * unreliable, watch the port yourself). Windows has no path to look for; there the driver's probe finds out.
 */
const PRESENCE_INTERVAL_MS = 1_000

/** serialport gives its faults as sentences without codes; these are the ones its Linux and Windows bindings use. */
const FAULT_OF_MESSAGE: readonly (readonly [RegExp, LinkFault['fault']])[] = [
  [/no such file or directory|no such device|file not found|is a directory|inappropriate ioctl/i, 'not-found'],
  [/permission denied|operation not permitted/i, 'no-permission'],
  [/cannot lock port|resource (temporarily unavailable|busy)|device or resource busy|access denied/i, 'busy'],
]

/** Opens a serial port (or a PTY, which ignores the speed): 8 data bits, no parity, 1 stop bit, no flow control. */
export function openSerialLink(url: string, device: SerialDevice, timeoutMs: number): Promise<OpenLinkResult> {
  return new Promise((resolve) => {
    const port = new SerialPort({ path: device.path, baudRate: device.baud, autoOpen: false })
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      resolve({ ok: false, fault: 'timed-out', detail: `${device.path} did not open within ${timeoutMs} ms` })
    }, timeoutMs)
    let lastError: Error | undefined
    // Stays for the port's life, so that an error can never be an unhandled event.
    port.on('error', (error) => {
      lastError = error
    })
    port.open((error) => {
      clearTimeout(timer)
      if (error) {
        resolve({ ok: false, fault: faultOfMessage(messageOf(error)), detail: messageOf(error) })
        return
      }
      if (timedOut) {
        // Nobody waits for it any more; an open port that nobody owns would lock the next attempt out.
        port.close()
        return
      }
      resolve({ ok: true, link: linkOverPort(url, device.path, port, () => lastError) })
    })
  })
}

function linkOverPort(url: string, path: string, port: SerialPort, lastError: () => Error | undefined) {
  const core = createLinkCore()
  let closing = false
  let lostBecause: string | undefined
  const closed = new Promise<void>((resolve) => {
    port.once('close', (error: Error | null) => {
      clearInterval(presence)
      if (closing) core.end({ fault: 'closed', detail: 'closed by this side' })
      else core.end({ fault: 'lost', detail: lostBecause ?? messageOf(error ?? lastError() ?? 'port closed') })
      resolve()
    })
  })
  port.on('data', (bytes: Buffer) => core.deliver(bytes))

  const lose = (why: string) => {
    lostBecause ??= why
    if (port.isOpen) port.close()
  }
  const lookForPath = () => {
    access(path).catch((error) => lose(`the port's path is gone: ${messageOf(error)}`))
  }
  const presence = path.startsWith('/') ? setInterval(lookForPath, PRESENCE_INTERVAL_MS).unref() : undefined

  return {
    url,
    write: (bytes: Uint8Array) =>
      new Promise<void>((resolve) => {
        if (!port.isOpen) {
          resolve()
          return
        }
        port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), (error) => {
          if (error) lose(messageOf(error))
          resolve()
        })
      }),
    onData: core.onData,
    onClose: core.onClose,
    close() {
      closing = true
      if (port.isOpen) port.close()
      return core.ended() === undefined ? closed : Promise.resolve()
    },
  }
}

function faultOfMessage(message: string): LinkFault['fault'] {
  return FAULT_OF_MESSAGE.find(([pattern]) => pattern.test(message))?.[1] ?? 'refused'
}
