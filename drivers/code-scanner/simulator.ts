import { createServer, type Server } from 'node:net'
import type { ByteLink, LinkFault, OpenLink } from '../transport/byte-link.ts'
import { type Clock, realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { createPacedWriter, type PacedWriter } from '../transport/paced-writer.ts'
import type { SimulatedHid, SimulatedHidDevice } from '../transport/simulated-hid.ts'
import { linkOverSocket } from '../transport/tcp-link.ts'
import { buildReports, HID_POS_USAGE, HID_POS_USAGE_PAGE, REPORT_BYTES } from './hid-framing.ts'
import { MAX_CODE_BYTES } from './states.ts'

/** A simulated code scanner: on one end of a serial cable or PTY pair, behind TCP, or in a simulated HID system. */

const OPEN_TIMEOUT_MS = 3_000
/** A USB-CDC scanner is not paced by a UART. */
const DEFAULT_BAUD = 0

/** A desktop scanner of a make that is woken by a feature report. */
export const SCANNER_HID = {
  url: 'hid://0c2e:0b61?usage=8c:2',
  info: {
    vendorId: 0x0c2e,
    productId: 0x0b61,
    path: '/dev/hidraw1',
    product: 'Test scanner',
    usagePage: HID_POS_USAGE_PAGE,
    usage: HID_POS_USAGE,
  },
} as const

export interface CodeScannerSimulatorOptions {
  readonly clock?: Clock
  /** Speed of the imitated wire in bits a second; 0, the default, = not paced. */
  readonly baud?: number
  readonly suffix?: '\r' | '\n' | '\r\n' | ''
  /** Sends `]Q1` and the like in front; HID always does. */
  readonly aimIdentifiers?: boolean
  /** HID: the AIM identifier one byte later, as some makes have it. */
  readonly aimLate?: boolean
  readonly openLink?: OpenLink
}

export interface CodeScannerSimulator {
  /** Serves drivers over TCP; resolves with the device URL for them. Port 0 = any. */
  listen(port?: number, host?: string): Promise<string>
  /** Speaks over a wire that it opens itself: `serial://` and the far end's path. */
  attach(url: string): Promise<{ readonly ok: true } | ({ readonly ok: false } & LinkFault)>
  plugIntoHid(system: SimulatedHid): string
  /** A code is held before it: a text in UTF-8, or bytes. Resolves when all has left. */
  scan(content: string | Uint8Array, aim?: string): Promise<void>
  /** The first so many bytes or reports of a code, and no more. */
  scanPart(content: string, count: number): Promise<void>
  /** Bytes of no code: as they are on a wire, in reports of their own on HID. */
  noise(bytes: Uint8Array): Promise<void>
  /** More than any code has. */
  overLong(): Promise<void>
  unplug(): Promise<void>
  plug(): Promise<void>
  isPlugged(): boolean
  /** Wires on which somebody hears it now. */
  listeners(): number
  close(): Promise<void>
}

export function createCodeScannerSimulator(options: CodeScannerSimulatorOptions = {}): CodeScannerSimulator {
  const clock = options.clock ?? realClock
  const open = options.openLink ?? openLink
  const suffix = options.suffix ?? '\r\n'
  const wires = new Map<ByteLink, PacedWriter>()
  let plugged = true
  let server: Server | undefined
  let serverAt: { readonly port: number; readonly host: string } | undefined
  let attachedUrl: string | undefined
  let hid: SimulatedHidDevice | undefined

  function serve(link: ByteLink): void {
    const write = (bytes: Uint8Array) => void link.write(bytes)
    wires.set(link, createPacedWriter({ clock, baud: options.baud ?? DEFAULT_BAUD, write }))
    link.onClose(() => {
      wires.get(link)?.stop()
      wires.delete(link)
    })
  }

  async function say(bytes: Uint8Array): Promise<void> {
    await Promise.all([...wires.values()].map((writer) => writer.write(bytes)))
  }

  function sayReports(reports: readonly Uint8Array[]): void {
    for (const report of reports) hid?.say(report)
  }

  const bytesOf = (content: string | Uint8Array) => (typeof content === 'string' ? Buffer.from(content) : content)

  function onWire(content: string | Uint8Array, aim: string): Uint8Array {
    const inFront = options.aimIdentifiers === true ? aim : ''
    return Buffer.concat([Buffer.from(inFront), bytesOf(content), Buffer.from(suffix)])
  }

  const reportsOf = (content: string | Uint8Array, aim: string) =>
    buildReports(bytesOf(content), aim, options.aimLate ?? false)

  async function startServer(port: number, host: string): Promise<number> {
    const starting = createServer((socket) => serve(linkOverSocket('tcp:accepted', socket)))
    await new Promise<void>((resolve, reject) => {
      starting.once('error', reject)
      starting.listen(port, host, resolve)
    })
    server = starting
    const address = starting.address()
    if (address === null || typeof address === 'string') throw new Error('the simulator has no TCP port')
    return address.port
  }

  async function attach(url: string): Promise<{ readonly ok: true } | ({ readonly ok: false } & LinkFault)> {
    const opened = await open(url, OPEN_TIMEOUT_MS)
    if (!opened.ok) return opened
    attachedUrl = url
    serve(opened.link)
    return { ok: true }
  }

  async function unplug(): Promise<void> {
    plugged = false
    hid?.unplug()
    const closing = server
    server = undefined
    const closed = closing === undefined ? undefined : new Promise<void>((resolve) => closing.close(() => resolve()))
    await Promise.all([...wires.keys()].map((link) => link.close()))
    await closed
  }

  return {
    async listen(port = 0, host = '127.0.0.1') {
      serverAt = { port: await startServer(port, host), host }
      return `tcp://${host.includes(':') ? `[${host}]` : host}:${serverAt.port}`
    },
    attach,
    plugIntoHid(system) {
      hid = system.plug(SCANNER_HID.info)
      return SCANNER_HID.url
    },
    async scan(content, aim = ']Q1') {
      sayReports(reportsOf(content, aim))
      await say(onWire(content, aim))
    },
    async scanPart(content, count) {
      sayReports(reportsOf(content, ']Q1').slice(0, count))
      await say(onWire(content, ']Q1').subarray(0, count))
    },
    async noise(bytes) {
      const report = new Uint8Array(REPORT_BYTES)
      for (let at = 0; at < bytes.length; at += REPORT_BYTES - 1) {
        // With the right number, else nobody would look at it.
        report.fill(0)
        report[0] = 0x02
        report.set(bytes.subarray(at, at + REPORT_BYTES - 1), 1)
        hid?.say(report)
      }
      await say(bytes)
    },
    async overLong() {
      const content = new Uint8Array(MAX_CODE_BYTES + 1).fill(0x37)
      sayReports(reportsOf(content, ']Q1'))
      await say(onWire(content, ']Q1'))
    },
    unplug,
    async plug() {
      if (plugged) return
      plugged = true
      hid?.replug()
      if (serverAt !== undefined) await startServer(serverAt.port, serverAt.host)
      if (attachedUrl === undefined) return
      const attached = await attach(attachedUrl)
      if (!attached.ok) throw new Error(`cannot plug in again: ${attached.fault}: ${attached.detail}`)
    },
    isPlugged: () => plugged,
    listeners: () => wires.size,
    close: unplug,
  }
}
