import { createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '../transport/clock.ts'
import { BODY_BYTES, COMMAND, type CommandName, HEADER_BYTES, PROTOCOL_MAJOR, RESET_CARD, SHARE } from './protocol.ts'
import {
  RV_INSUFFICIENT_BUFFER,
  RV_INVALID_HANDLE,
  RV_NO_SMARTCARD,
  RV_NOT_TRANSACTED,
  RV_OK,
  RV_REMOVED_CARD,
  RV_SERVICE_STOPPED,
  RV_SHARING_VIOLATION,
  RV_UNKNOWN_READER,
  RV_UNPOWERED_CARD,
} from './return-codes.ts'
import type { SimulatedReaders } from './simulated-readers.ts'

/**
 * The service's side of pcscd's protocol, on a socket of its own: so that drivers can be tried where no pcscd is. It
 * answers as pcscd 1.9.9 was seen to answer (smart-card/pcscd.test.ts runs the same jobs against both).
 */

/** The transmit structure, and 64 KiB of command behind it, as pcscd allows. */
const MAX_REQUEST_BYTES = HEADER_BYTES + 160 + 65_548
const T0 = 1

const NAME_OF_COMMAND: ReadonlyMap<number, CommandName> = new Map(
  Object.entries(COMMAND).map(([name, code]) => [code, name as CommandName]),
)

export interface SimulatedService {
  /** Listens on the path; rejects when it cannot. */
  start(): Promise<void>
  /** Ends as a service that is killed: all connections drop, the path refuses. */
  stop(): Promise<void>
  /** The protocol's minor version that it insists on; 4 unless told. */
  speakVersion(minor: number): void
  /** Takes connections and requests and says nothing, until told otherwise. */
  beSilent(silent: boolean): void
  /** Hangs up on whoever connects, as pcscd does on users that polkit does not let in. */
  hangUp(hangsUp: boolean): void
  /** The next answers to this command (any, if none is named) are replaced by these bytes. */
  garble(bytes: Uint8Array, command?: CommandName, times?: number): void
  /** Bytes sent to every connection unasked. */
  blurt(bytes: Uint8Array): void
  requests(): Readonly<Partial<Record<CommandName | 'unknown', number>>>
}

export interface SimulatedServiceOptions {
  readonly path: string
  readonly readers: SimulatedReaders
  readonly clock: Clock
}

export function createSimulatedService({ path, readers, clock }: SimulatedServiceOptions): SimulatedService {
  const sockets = new Set<Socket>()
  const waiting = new Set<Socket>()
  const requests: Partial<Record<CommandName | 'unknown', number>> = {}
  let server: Server | undefined
  let version = 4
  let silent = false
  let hangsUp = false
  let garbled: { bytes: Uint8Array; command: CommandName | undefined; left: number }[] = []
  let nextContext = 0x0100_0000

  readers.onChange(() => {
    const told = [...waiting]
    waiting.clear()
    for (const socket of told) socket.write(Buffer.alloc(8))
  })

  function count(what: CommandName | 'unknown'): void {
    requests[what] = (requests[what] ?? 0) + 1
  }

  function say(socket: Socket, command: CommandName, ...parts: Uint8Array[]): void {
    if (silent) return
    const entry = garbled.find((each) => each.command === undefined || each.command === command)
    if (entry === undefined) {
      socket.write(Buffer.concat(parts))
      return
    }
    entry.left -= 1
    if (entry.left <= 0) garbled = garbled.filter((each) => each !== entry)
    socket.write(entry.bytes)
  }

  /** True: the connection's next request has to wait until `done`, as pcscd serves one after the other. */
  function transmit(socket: Socket, body: Buffer, command: Uint8Array, done: () => void): boolean {
    const answer = (rv: number, bytes: Uint8Array = new Uint8Array(0)) => {
      body.writeUInt32LE(bytes.length, 24)
      body.writeUInt32LE(rv, 28)
      say(socket, 'transmit', body, bytes)
    }
    const room = body.readUInt32LE(24)
    const handle = readers.handle(body.readUInt32LE(0))
    if (handle === undefined || handle.owner !== socket) {
      socket.destroy()
      return false
    }
    const card = handle.card()
    if (card === undefined) {
      answer(RV_REMOVED_CARD)
      return false
    }
    const given = card.transmit(command)
    if (given.kind === 'silence') return true
    if (given.kind === 'lifted') {
      readers.lift(handle.reader)
      answer(RV_NOT_TRANSACTED)
      return false
    }
    const deliver = () => {
      if (handle.card() === undefined) answer(RV_NOT_TRANSACTED)
      else if (given.bytes.length > room) answer(RV_INSUFFICIENT_BUFFER)
      else answer(RV_OK, given.bytes)
    }
    if (given.delayMs === 0) deliver()
    else
      clock.after(given.delayMs, () => {
        deliver()
        done()
      })
    return given.delayMs > 0
  }

  function connect(socket: Socket, body: Buffer): void {
    const nameEnd = body.indexOf(0, 4)
    const share = body.readUInt32LE(132) === SHARE.exclusive ? 'exclusive' : 'shared'
    const opened = readers.connect(body.subarray(4, nameEnd).toString('utf8'), share, socket)
    if (opened.ok) {
      body.writeUInt32LE(opened.handle, 140)
      body.writeUInt32LE(T0, 144)
    }
    body.writeUInt32LE(opened.ok ? RV_OK : RV_OF_REFUSAL[opened.why], 148)
    say(socket, 'connect', body)
  }

  function serve(socket: Socket, command: Exclude<CommandName, 'transmit'>, body: Buffer): void {
    switch (command) {
      case 'version': {
        const fits = body.readUInt32LE(0) === PROTOCOL_MAJOR && body.readUInt32LE(4) === version
        body.writeUInt32LE(version, 4)
        body.writeUInt32LE(fits ? RV_OK : RV_SERVICE_STOPPED, 8)
        say(socket, command, body)
        return
      }
      case 'establishContext':
        nextContext += 1
        body.writeUInt32LE(nextContext, 4)
        body.writeUInt32LE(RV_OK, 8)
        say(socket, command, body)
        return
      case 'waitReaderStateChange':
        say(socket, command, readers.table())
        if (!silent) waiting.add(socket)
        return
      case 'getReadersState':
        say(socket, command, readers.table())
        return
      case 'stopWaitingReaderStateChange':
        if (waiting.delete(socket)) say(socket, command, Buffer.alloc(8))
        return
      case 'connect':
        connect(socket, body)
        return
      case 'disconnect': {
        const left = readers.disconnect(body.readUInt32LE(0), socket, body.readUInt32LE(4) === RESET_CARD)
        body.writeUInt32LE(left ? RV_OK : RV_INVALID_HANDLE, 8)
        say(socket, command, body)
        return
      }
      case 'beginTransaction':
      case 'releaseContext':
        body.writeUInt32LE(RV_OK, 4)
        say(socket, command, body)
        return
      case 'endTransaction':
        body.writeUInt32LE(RV_OK, 8)
        say(socket, command, body)
    }
  }

  function accept(socket: Socket): void {
    if (hangsUp) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    let kept = Buffer.alloc(0)
    let busy = false
    const drain = () => {
      while (!busy && kept.length >= HEADER_BYTES) {
        const size = kept.readUInt32LE(0)
        const name = NAME_OF_COMMAND.get(kept.readUInt32LE(4))
        // pcscd hangs up on what it does not understand.
        if (name === undefined || size !== BODY_BYTES[name]) {
          count('unknown')
          socket.destroy()
          return
        }
        if (kept.length < HEADER_BYTES + size) return
        const body = kept.subarray(HEADER_BYTES, HEADER_BYTES + size)
        const total = HEADER_BYTES + size + (name === 'transmit' ? body.readUInt32LE(12) : 0)
        if (total > MAX_REQUEST_BYTES) {
          count('unknown')
          socket.destroy()
          return
        }
        if (kept.length < total) return
        count(name)
        const after = Uint8Array.from(kept.subarray(HEADER_BYTES + size, total))
        kept = kept.subarray(total)
        if (name !== 'transmit') serve(socket, name, Buffer.from(body))
        else busy = transmit(socket, Buffer.from(body), after, resume)
      }
    }
    const resume = () => {
      busy = false
      drain()
    }
    socket.on('data', (bytes: Buffer) => {
      kept = Buffer.concat([kept, bytes])
      drain()
    })
    // The other end may vanish at any moment; 'close' follows and clears up.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      waiting.delete(socket)
      readers.drop(socket)
    })
  }

  return {
    async start() {
      const starting = createServer(accept)
      await new Promise<void>((resolve, reject) => {
        starting.once('error', reject)
        starting.listen(path, resolve)
      })
      server = starting
    },
    async stop() {
      const closing = server
      server = undefined
      for (const socket of sockets) socket.destroy()
      if (closing !== undefined) await new Promise<void>((resolve) => closing.close(() => resolve()))
    },
    speakVersion(minor) {
      version = minor
    },
    beSilent(isSilent) {
      silent = isSilent
    },
    hangUp(does) {
      hangsUp = does
    },
    garble(bytes, command, times = 1) {
      garbled.push({ bytes, command, left: times })
    },
    blurt(bytes) {
      for (const socket of sockets) socket.write(bytes)
    },
    requests: () => ({ ...requests }),
  }
}

const RV_OF_REFUSAL = {
  'no-reader': RV_UNKNOWN_READER,
  'no-card': RV_NO_SMARTCARD,
  mute: RV_UNPOWERED_CARD,
  'in-use': RV_SHARING_VIOLATION,
} as const
