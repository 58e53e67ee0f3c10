import type { Clock } from '../transport/clock.ts'
import { createInterpreter, type EscPosCommand, type Interpreter, type ReadCommand } from './interpreter.ts'
import { createPaperMachine, type Paper } from './paper.ts'

/**
 * The inside of the simulated printer: buffers, paper path, sensors. It serves real-time requests the moment their bytes
 * arrive, whatever the buffer holds, and works off all else in order at the pace of the motor.
 */

export interface PrintedPaper {
  readonly paper: Paper
  /** The commands that made it, status requests left out. */
  readonly bytes: Uint8Array
}

export interface Sensors {
  paperEnd: boolean
  paperNearEnd: boolean
  coverOpen: boolean
  cutterJammed: boolean
  headHot: boolean
}

export interface MachineOptions {
  readonly clock: Clock
  /** 0: no waiting at all. */
  readonly speedMmPerS: number
  /** Whether DLE ENQ 2 throws the buffers away, as it should. Some models ignore it. */
  readonly clearsBuffers: boolean
  /** Automatic status on from the start; else GS a turns it on. */
  readonly autoStatus: boolean
  readonly qrModules: (payload: string, level: 'L' | 'M' | 'Q' | 'H') => number
  onPaper(printed: PrintedPaper): void
  /** Something happened: bytes came, a line was printed, a switch was turned. */
  onActivity(): void
}

/** A connection's side of the machine. */
export interface MachinePort {
  receive(bytes: Uint8Array): void
  /** The other end is gone: what it sent is still printed, answers go nowhere. */
  disconnect(): void
}

export interface MachineCounters {
  realTimeRequests: number
  queuedAnswers: number
  bytesReceived: number
  linesPrinted: number
  /** Commands that the interpreter does not know, as hex. Must stay empty for our own driver. */
  unknown: string[]
  /** Lines longer than the paper. */
  overflows: number
}

interface Port {
  readonly interpreter: Interpreter
  send: ((bytes: Uint8Array) => void) | undefined
  /** The last bytes of the raw stream, to find real-time requests across pieces. */
  tail: number[]
}

export function createPrinterMachine(options: MachineOptions) {
  const { clock } = options
  const sensors: Sensors = {
    paperEnd: false,
    paperNearEnd: false,
    coverOpen: false,
    cutterJammed: false,
    headHot: false,
  }
  const counters: MachineCounters = {
    realTimeRequests: 0,
    queuedAnswers: 0,
    bytesReceived: 0,
    linesPrinted: 0,
    unknown: [],
    overflows: 0,
  }
  const paper = createPaperMachine(options.qrModules)
  let ports: Port[] = []
  let paperBytes: Uint8Array[] = []
  let cutterError = false
  let autoStatus = options.autoStatus
  let lastAutoStatus = ''
  let held = false
  let silent = false
  let garbage: Uint8Array | undefined
  let linesLeft: number | undefined
  let moving = false
  let cancelMotion: () => void = () => undefined

  const stopped = (): boolean => sensors.paperEnd || sensors.coverOpen || cutterError || sensors.headHot

  function realTimeAnswer(n: number): number {
    const paperStop = sensors.paperEnd && !sensors.coverOpen
    switch (n) {
      case 1:
        return 0x12 | (stopped() ? 0x08 : 0) | (cutterError ? 0x20 : 0)
      case 2:
        return (
          0x12 | (sensors.coverOpen ? 0x04 : 0) | (paperStop ? 0x20 : 0) | (cutterError || sensors.headHot ? 0x40 : 0)
        )
      case 3:
        return 0x12 | (cutterError ? 0x08 : 0) | (sensors.headHot ? 0x40 : 0)
      default:
        return 0x12 | (sensors.paperNearEnd || sensors.paperEnd ? 0x0c : 0) | (sensors.paperEnd ? 0x60 : 0)
    }
  }

  const queuedPaperStatus = (): number =>
    (sensors.paperNearEnd || sensors.paperEnd ? 0x03 : 0) | (sensors.paperEnd ? 0x0c : 0)

  function autoStatusBytes(): Uint8Array {
    const first = 0x10 | (stopped() ? 0x08 : 0) | (sensors.coverOpen ? 0x20 : 0)
    const second = (cutterError ? 0x08 : 0) | (sensors.headHot ? 0x40 : 0)
    return Uint8Array.from([first, second, queuedPaperStatus(), 0])
  }

  function answer(port: Port, bytes: Uint8Array): void {
    if (!silent) port.send?.(bytes)
  }

  /** After any change: tell it if asked to, go on if possible. */
  function changed(): void {
    pump()
    const now = autoStatusBytes()
    if (autoStatus && now.join() !== lastAutoStatus) for (const port of ports) answer(port, now)
    lastAutoStatus = now.join()
    options.onActivity()
  }

  function serveRealTime(port: Port, byte: number): 'cleared' | 'kept' {
    port.tail = [...port.tail.slice(-2), byte]
    const [first, second, n = 0] = port.tail
    if (first !== 0x10 || port.tail.length < 3) return 'kept'
    if (second === 0x04 && n >= 1 && n <= 4) {
      counters.realTimeRequests++
      answer(port, garbage ?? Uint8Array.of(realTimeAnswer(n)))
    }
    if (second !== 0x05 || n !== 2 || !options.clearsBuffers) return 'kept'
    clearBuffers()
    return 'cleared'
  }

  function clearBuffers(): void {
    for (const port of ports) port.interpreter.clear()
    paper.reset()
    cutterError = false
  }

  function pump(): void {
    while (!moving && !held && !stopped()) {
      const next = nextCommand()
      if (!next) return
      execute(next.port, next.read.command, next.read.bytes)
    }
  }

  /** Older connections first; one that is gone and read to its end is forgotten. */
  function nextCommand(): { port: Port; read: ReadCommand } | undefined {
    for (const port of ports) {
      const read = port.interpreter.next()
      if (read) return { port, read }
    }
    ports = ports.filter((port) => port.send)
    return undefined
  }

  function execute(port: Port, command: EscPosCommand, bytes: Uint8Array): void {
    if (command.type === 'real-time') return
    if (command.type === 'queued-status') {
      counters.queuedAnswers++
      answer(port, Uint8Array.of(queuedPaperStatus()))
      return
    }
    if (command.type === 'auto-status') {
      autoStatus = command.mask !== 0
      return
    }
    if (command.type === 'unknown') counters.unknown.push(Buffer.from(bytes).toString('hex'))
    paperBytes.push(bytes)
    const movedDots = paper.run(command)
    counters.overflows = paper.overflows()
    if (command.type === 'cut') cut()
    if (movedDots > 0) countLine()
    if (movedDots === 0 || options.speedMmPerS === 0) return
    moving = true
    cancelMotion = clock.after((movedDots / 8 / options.speedMmPerS) * 1000, () => {
      moving = false
      changed()
    })
  }

  function countLine(): void {
    counters.linesPrinted++
    if (linesLeft === undefined) return
    linesLeft--
    if (linesLeft > 0) return
    linesLeft = undefined
    sensors.paperEnd = true
  }

  function cut(): void {
    if (sensors.cutterJammed) cutterError = true
    else takeOff('cut')
  }

  function takeOff(end: 'cut' | 'torn'): void {
    const taken = paper.takeOff(end)
    const bytes = Uint8Array.from(paperBytes.flatMap((piece) => [...piece]))
    paperBytes = []
    if (taken) options.onPaper({ paper: taken, bytes })
  }

  return {
    counters,
    currentPaper: () => paper.current(),
    sensors: (): Readonly<Sensors> => ({ ...sensors }),
    connect(send: (bytes: Uint8Array) => void): MachinePort {
      const port: Port = { interpreter: createInterpreter(), send, tail: [] }
      ports.push(port)
      return {
        receive(bytes) {
          counters.bytesReceived += bytes.length
          let kept = 0
          for (const [index, byte] of bytes.entries()) if (serveRealTime(port, byte) === 'cleared') kept = index + 1
          port.interpreter.push(bytes.subarray(kept))
          changed()
        },
        disconnect() {
          port.send = undefined
          options.onActivity()
        },
      }
    },
    set(change: Partial<Sensors>) {
      Object.assign(sensors, change)
      changed()
    },
    /** The paper ends after so many more moves of the paper (lines, feeds, pictures). */
    endPaperAfter(lines: number) {
      linesLeft = lines
    },
    /** A new roll: the half receipt that hung there is taken off. */
    loadPaper() {
      takeOff('torn')
      sensors.paperEnd = false
      sensors.paperNearEnd = false
      changed()
    },
    freeCutter() {
      sensors.cutterJammed = false
      cutterError = false
      changed()
    },
    /** Stops working off the queue, as a stuck motor does; real-time requests are still answered. */
    hold(on: boolean) {
      held = on
      changed()
    },
    silence(on: boolean) {
      silent = on
    },
    /** Answers every real-time request with these bytes instead; undefined: the truth again. */
    garble(bytes: Uint8Array | undefined) {
      garbage = bytes
    },
    say(bytes: Uint8Array) {
      for (const port of ports) answer(port, bytes)
    },
    /** Power off: buffers and settings are gone, what had come out hangs there. */
    powerOff() {
      cancelMotion()
      moving = false
      ports = []
      paper.reset()
      takeOff('torn')
      options.onActivity()
    },
  }
}

export type PrinterMachine = ReturnType<typeof createPrinterMachine>
