import { createServer, type Server, type Socket } from 'node:net'
import type { ByteLink } from '../transport/byte-link.ts'
import { type Clock, realClock } from '../transport/clock.ts'
import type { Paper } from './paper.ts'
import { qrModuleCount, renderPaperSvg } from './paper-svg.ts'
import { createPrinterMachine, type MachineCounters, type PrintedPaper, type Sensors } from './printer-machine.ts'

export interface ReceiptPrinterSimulatorOptions {
  readonly host?: string
  /** 0: any free port. */
  readonly port?: number
  /** Default 250 mm/s, as devices.md section 10; 0 prints at once. */
  readonly speedMmPerS?: number
  readonly clock?: Clock
  /** Default true; false imitates models that ignore DLE ENQ 2. */
  readonly clearsBuffers?: boolean
  /** Default false; true sends four status bytes by itself on each change. */
  readonly autoStatus?: boolean
}

/** What a failing status line sounds like: none of these has the fixed bits of a real-time answer. */
const GARBAGE = Uint8Array.of(0xff)

export interface ReceiptPrinterSimulator {
  /** Listens on TCP. Resolves with the device URL, tcp://host:port. */
  start(): Promise<string>
  stop(): Promise<void>
  url(): string
  /** Speaks over a link of the caller's, e.g. the far end of a PTY. Pulling that link is the caller's business. */
  attachLink(link: ByteLink): void
  paperOut(): void
  /** The paper ends after so many more moves of the paper. */
  paperOutAfterLines(lines: number): void
  loadPaper(): void
  paperNearEnd(on?: boolean): void
  openCover(): void
  closeCover(): void
  /** The next cut fails. */
  cutterJam(): void
  freeCutter(): void
  headHot(on: boolean): void
  /** Power and cable gone: connections drop, new ones are refused, the buffer is lost. */
  unplug(): Promise<void>
  plug(): Promise<void>
  /** Stops working off the queue; real-time status is still answered. */
  hold(on: boolean): void
  silence(on: boolean): void
  garbageOnStatus(on: boolean): void
  /** Says these bytes unasked, on every connection. */
  say(bytes: Uint8Array): void
  sensors(): Readonly<Sensors>
  /** Papers taken off so far, oldest first. */
  papers(): readonly PrintedPaper[]
  onPaper(listener: (printed: PrintedPaper) => void): () => void
  /** What hangs out of the slot now. */
  currentPaper(): Paper
  counters(): Readonly<MachineCounters>
  /** Resolves when the condition holds; looked at after each thing that happens. */
  until(condition: () => boolean): Promise<void>
  /** A paper as SVG, 576 user units wide (1 unit = 1 dot). */
  svg(paper: Paper): string
}

export function createReceiptPrinterSimulator(options: ReceiptPrinterSimulatorOptions = {}): ReceiptPrinterSimulator {
  const host = options.host ?? '127.0.0.1'
  let port = options.port ?? 0
  let server: Server | undefined
  const sockets = new Set<Socket>()
  const papers: PrintedPaper[] = []
  const paperListeners = new Set<(printed: PrintedPaper) => void>()
  const waiters = new Set<() => void>()
  const machine = createPrinterMachine({
    clock: options.clock ?? realClock,
    speedMmPerS: options.speedMmPerS ?? 250,
    clearsBuffers: options.clearsBuffers ?? true,
    autoStatus: options.autoStatus ?? false,
    qrModules: qrModuleCount,
    onPaper(printed) {
      papers.push(printed)
      for (const listener of paperListeners) listener(printed)
    },
    onActivity() {
      for (const waiter of waiters) waiter()
    },
  })

  function accept(socket: Socket): void {
    sockets.add(socket)
    socket.setNoDelay(true)
    const machinePort = machine.connect((bytes) => void socket.write(bytes))
    socket.on('data', (bytes) => machinePort.receive(bytes))
    // A reset by the other end is followed by 'close', which is all that a printer notices.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      machinePort.disconnect()
    })
  }

  async function listen(): Promise<void> {
    const created = createServer(accept)
    await new Promise<void>((resolve, reject) => {
      created.once('error', reject)
      created.listen(port, host, resolve)
    })
    const address = created.address()
    if (address !== null && typeof address === 'object') port = address.port
    server = created
  }

  async function hangUp(): Promise<void> {
    const closing = server
    server = undefined
    for (const socket of sockets) socket.destroy()
    if (closing) await new Promise<void>((resolve) => closing.close(() => resolve()))
  }

  const url = (): string => `tcp://${host}:${port}`

  return {
    async start() {
      await listen()
      return url()
    },
    async stop() {
      machine.powerOff()
      await hangUp()
    },
    url,
    attachLink(link) {
      const machinePort = machine.connect((bytes) => void link.write(bytes))
      link.onData((bytes) => machinePort.receive(bytes))
      link.onClose(() => machinePort.disconnect())
    },
    paperOut: () => machine.set({ paperEnd: true }),
    paperOutAfterLines: (lines) => machine.endPaperAfter(lines),
    loadPaper: () => machine.loadPaper(),
    paperNearEnd: (on = true) => machine.set({ paperNearEnd: on }),
    openCover: () => machine.set({ coverOpen: true }),
    closeCover: () => machine.set({ coverOpen: false }),
    cutterJam: () => machine.set({ cutterJammed: true }),
    freeCutter: () => machine.freeCutter(),
    headHot: (on) => machine.set({ headHot: on }),
    async unplug() {
      machine.powerOff()
      await hangUp()
    },
    plug: listen,
    hold: (on) => machine.hold(on),
    silence: (on) => machine.silence(on),
    garbageOnStatus: (on) => machine.garble(on ? GARBAGE : undefined),
    say: (bytes) => machine.say(bytes),
    sensors: () => machine.sensors(),
    papers: () => papers,
    onPaper(listener) {
      paperListeners.add(listener)
      return () => paperListeners.delete(listener)
    },
    currentPaper: () => machine.currentPaper(),
    counters: () => machine.counters,
    until(condition) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return
          waiters.delete(look)
          resolve()
        }
        waiters.add(look)
        look()
      })
    },
    svg: renderPaperSvg,
  }
}
