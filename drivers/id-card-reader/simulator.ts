import { createServer, type Server } from 'node:net'
import type { ByteLink, LinkFault, OpenLink } from '../transport/byte-link.ts'
import { type Clock, realClock } from '../transport/clock.ts'
import { DEFAULT_BAUD } from '../transport/device-url.ts'
import { openLink } from '../transport/open-link.ts'
import { byteTimeMs, createPacedWriter } from '../transport/paced-writer.ts'
import type { SimulatedHid, SimulatedHidDevice } from '../transport/simulated-hid.ts'
import { linkOverSocket } from '../transport/tcp-link.ts'
import { type HidEnd, hidEnd, READER_HID } from './hid-end.ts'
import { type CommandName, commandOfBody, createFrameParser } from './protocol.ts'
import type { SamplePerson } from './sample-persons.ts'
import { createSimulatedModule, type Misbehaviour, type SimulatedAnswer } from './simulated-module.ts'

/**
 * A simulated ID card reader on a real wire: a TCP server, or one end of a serial cable or PTY pair. It takes and gives
 * bytes no faster than a UART of the given speed would. It can also be plugged into a simulated HID system.
 */

const OPEN_TIMEOUT_MS = 3_000
/** Stillness between the halves of a split preamble: long enough to arrive as two chunks. */
const SPLIT_PAUSE_MS = 5
const SW3_WRONG_CHECKSUM = 0x10
const SW3_WRONG_LENGTH = 0x11

export interface CardReaderSimulatorOptions {
  readonly clock?: Clock
  /** Speed of the imitated wire in bits a second; 0 = not paced. */
  readonly baud?: number
  /** `05.01-20120101-0000000001-0000000001` unless given. */
  readonly samId?: string
  readonly openLink?: OpenLink
}

export interface SimulatorCounters {
  /** Links over the simulator's life. */
  readonly links: number
  readonly requests: Readonly<Partial<Record<CommandName | 'unknown' | 'damaged', number>>>
  readonly bytesIn: number
  readonly bytesOut: number
  readonly readsServed: number
}

export interface SimulatorView {
  readonly plugged: boolean
  /** Id of the sample person whose card lies there. */
  readonly card: string | undefined
  /** Read since it was put there: find answers 80 now. */
  readonly cardAlreadyRead: boolean
}

export interface CardReaderSimulator {
  /** Serves drivers over TCP; resolves with the device URL for them. Port 0 = any. */
  listen(port?: number, host?: string): Promise<string>
  /** Speaks over a wire that it opens itself: `serial://` and the far end's path. */
  attach(url: string): Promise<{ readonly ok: true } | ({ readonly ok: false } & LinkFault)>
  /** Speaks in packets of 64 bytes to whoever opens it there; returns the device URL. Without pacing: give it baud 0. */
  plugIntoHid(system: SimulatedHid): string
  putCard(person: SamplePerson): void
  takeCard(): void
  misbehave(misbehaviour: Misbehaviour): void
  setSamFault(sw3: number | undefined): void
  /** Ends all misbehaviour and SAM faults. */
  behave(): void
  /** Drops every link and refuses new ones (TCP, HID) or falls silent (serial) until plugged, or for `forMs`. */
  unplug(forMs?: number): Promise<void>
  plug(): Promise<void>
  view(): SimulatorView
  counters(): SimulatorCounters
  /** What a driver set by 61 FF. */
  maxRfBytes(): number | undefined
  close(): Promise<void>
}

export function createCardReaderSimulator(options: CardReaderSimulatorOptions = {}): CardReaderSimulator {
  const clock = options.clock ?? realClock
  const open = options.openLink ?? openLink
  const baud = options.baud ?? DEFAULT_BAUD
  const sam = createSimulatedModule(options.samId)
  const requests: Partial<Record<CommandName | 'unknown' | 'damaged', number>> = {}
  const links = new Set<ByteLink>()
  let linkCount = 0
  let bytesIn = 0
  let bytesOut = 0
  let plugged = true
  let server: Server | undefined
  let serverAt: { readonly port: number; readonly host: string } | undefined
  let attachedUrl: string | undefined
  let hidDevice: SimulatedHidDevice | undefined
  let hid: HidEnd | undefined
  let cancelPlug: (() => void) | undefined

  function count(what: CommandName | 'unknown' | 'damaged'): void {
    requests[what] = (requests[what] ?? 0) + 1
  }

  function serve(link: ByteLink): void {
    links.add(link)
    linkCount += 1
    const parser = createFrameParser('requests')
    const writer = createPacedWriter({
      clock,
      baud,
      write: (bytes) => {
        bytesOut += bytes.length
        void link.write(bytes)
      },
    })
    /** When the request bytes received so far would have arrived over the real wire. */
    let arrivedAtMs = 0
    const send = (answer: SimulatedAnswer) => {
      if (link === hid?.link && answer.length > 0) {
        // A packet is never split, so a frame that would be is whole.
        void writer.write(Uint8Array.from(Buffer.concat([...answer])), arrivedAtMs)
        return
      }
      answer.forEach((chunk, index) => {
        const startMs = index === 0 ? arrivedAtMs : Math.max(arrivedAtMs, writer.idleAtMs()) + SPLIT_PAUSE_MS
        void writer.write(chunk, startMs)
      })
    }
    link.onData((bytes) => {
      bytesIn += bytes.length
      arrivedAtMs = Math.max(clock.nowMs(), arrivedAtMs) + bytes.length * byteTimeMs(baud)
      for (const event of parser.push(bytes)) {
        if (event.kind === 'damaged') {
          count('damaged')
          send(sam.answerDamaged(event.reason === 'checksum' ? SW3_WRONG_CHECKSUM : SW3_WRONG_LENGTH))
          continue
        }
        const command = commandOfBody(event.body)
        count(command ?? 'unknown')
        send(sam.answer(command, event.body.subarray(2)))
      }
    })
    link.onClose(() => {
      writer.stop()
      links.delete(link)
    })
  }

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

  async function dropAll(): Promise<void> {
    const closing = server
    server = undefined
    const closed = closing === undefined ? undefined : new Promise<void>((resolve) => closing.close(() => resolve()))
    await Promise.all([...links].map((link) => link.close()))
    await closed
  }

  async function plug(): Promise<void> {
    cancelPlug?.()
    cancelPlug = undefined
    if (plugged) return
    plugged = true
    hidDevice?.replug()
    if (serverAt !== undefined) await startServer(serverAt.port, serverAt.host)
    if (attachedUrl !== undefined) {
      const attached = await attach(attachedUrl)
      if (!attached.ok) throw new Error(`cannot plug in again: ${attached.fault}: ${attached.detail}`)
    }
  }

  return {
    async listen(port = 0, host = '127.0.0.1') {
      serverAt = { port: await startServer(port, host), host }
      return `tcp://${host.includes(':') ? `[${host}]` : host}:${serverAt.port}`
    },
    attach,
    plugIntoHid(system) {
      const device = system.plug(READER_HID.info, (request) => hid?.hear(request))
      hidDevice = device
      hid = hidEnd((packet) => device.say(packet))
      serve(hid.link)
      return READER_HID.url
    },
    putCard: sam.putCard,
    takeCard: sam.takeCard,
    misbehave: sam.misbehave,
    setSamFault: sam.setSamFault,
    behave: sam.behave,
    async unplug(forMs) {
      plugged = false
      hidDevice?.unplug()
      await dropAll()
      if (forMs !== undefined) cancelPlug = clock.after(forMs, () => void plug())
    },
    plug,
    view() {
      const { present, alreadyRead } = sam.card()
      return { plugged, card: present, cardAlreadyRead: alreadyRead }
    },
    counters: () => ({
      links: linkCount,
      requests: { ...requests },
      bytesIn,
      bytesOut,
      readsServed: sam.readsServed(),
    }),
    maxRfBytes: sam.maxRfBytes,
    async close() {
      cancelPlug?.()
      plugged = false
      hidDevice?.unplug()
      await dropAll()
    },
  }
}
