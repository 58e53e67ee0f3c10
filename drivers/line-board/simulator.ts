import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteLink } from '../transport/byte-link.ts'
import { type Clock, realClock } from '../transport/clock.ts'
import { openLink } from '../transport/open-link.ts'
import { openPtyPair, type PtyPair } from '../transport/pty-pair.ts'
import { linkOverSocket } from '../transport/tcp-link.ts'
import { type BoardMessage, boardBody, PROTOCOL_VERSION, readTerminal, type TerminalMessage } from './messages.ts'
import { buildFrame, createLineParser } from './protocol.ts'
import { LAMPS, type Lamp, type LampMode, type LineBoardInputs } from './states.ts'
import { BOARD_SILENCE_MS } from './timing.ts'

/** A simulated line board: over TCP, or on one end of a PTY pair, with everything that can happen to a real one. */

const OPEN_TIMEOUT_MS = 3_000
/** The star, four digits, CR LF. */
const CHECKSUM_BYTES = 7

export interface LineBoardSimulatorOptions {
  readonly clock?: Clock
  /** TCP on loopback unless told; a PTY needs socat. */
  readonly over?: 'tcp' | 'pty'
  /** All, unless given. */
  readonly lamps?: readonly Lamp[]
  readonly beeper?: boolean
  readonly inputs?: Partial<LineBoardInputs>
  readonly version?: number
}

export interface LineBoardSimulatorView {
  readonly plugged: boolean
  readonly inputs: LineBoardInputs
  readonly lamps: Readonly<Record<Lamp, LampMode>>
  /** Durations, in milliseconds, in order. */
  readonly beeps: readonly number[]
}

export interface LineBoardSimulator {
  /** For the driver: tcp://127.0.0.1:PORT, or serial:// and a path that is there again after plug(). */
  readonly url: string
  loseMains(): void
  restoreMains(): void
  setBattery(percent: number): void
  setDoor(door: 'closed' | 'open'): void
  setPresence(present: boolean): void
  /** The wire is gone: refused over TCP, no path over a PTY. */
  pullPlug(): Promise<void>
  plug(): Promise<void>
  /** Takes all and answers nothing, until told otherwise. */
  beSilent(silent: boolean): void
  /** Does not send its next frames: neither answers nor news. */
  dropFrames(count: number): void
  /** Changes a digit in its next frames, so that they look right and their checksums are wrong. */
  corruptFrames(count: number): void
  /** Bytes on the line that are no frame. */
  noise(bytes: Uint8Array): void
  /** Noise before and behind each frame, until told otherwise. */
  beNoisy(noise: Uint8Array | undefined): void
  /** Switched off and on: lamps out, numbers from the beginning, a hello of its own. */
  restart(): void
  view(): LineBoardSimulatorView
  /** `carriedOut`: without those that came twice. */
  counters(): {
    readonly links: number
    readonly received: Readonly<Partial<Record<TerminalMessage['word'] | 'damaged' | 'unknown', number>>>
    readonly carriedOut: number
  }
  close(): Promise<void>
}

/** Throws when a PTY is wanted and there is no socat. */
export async function openLineBoardSimulator(options: LineBoardSimulatorOptions = {}): Promise<LineBoardSimulator> {
  const clock = options.clock ?? realClock
  const fitted = options.lamps ?? LAMPS
  const received: Partial<Record<TerminalMessage['word'] | 'damaged' | 'unknown', number>> = {}
  const links = new Set<ByteLink>()
  let inputs: LineBoardInputs = { mains: 'on', batteryPercent: 100, door: 'closed', presence: false, ...options.inputs }
  let lamps = dark()
  const beeps: number[] = []
  let sequence = 0
  let linkCount = 0
  let carriedOut = 0
  let plugged = true
  let silent = false
  let toDrop = 0
  let toCorrupt = 0
  let noisy: Uint8Array | undefined
  let cancelDark: (() => void) | undefined
  /** The last request and its answer: a request that comes again is not carried out again. */
  let last: { readonly sequence: number; readonly body: string; readonly answer: BoardMessage } | undefined

  function write(bytes: Uint8Array): void {
    for (const link of links) void link.write(bytes)
  }

  function say(message: BoardMessage): void {
    sequence = (sequence + 1) & 0xff
    const frame = Uint8Array.from(buildFrame(sequence, boardBody(message)))
    if (silent) return
    if (toDrop > 0) {
      toDrop -= 1
      return
    }
    if (toCorrupt > 0) {
      toCorrupt -= 1
      // The last digit before the checksum: what it says then is as likely, and only the checksum can tell.
      const digit = frame.findLastIndex(
        (byte, at) => at < frame.length - CHECKSUM_BYTES && byte >= 0x30 && byte <= 0x39,
      )
      frame[digit] = (frame[digit] ?? 0) ^ 0x01
    }
    write(noisy === undefined ? frame : Buffer.concat([noisy, frame, noisy]))
  }

  function carryOut(message: TerminalMessage | undefined, re: number): BoardMessage {
    switch (message?.word) {
      case undefined:
        return { word: 'NO', re, why: 'unknown' }
      case 'HELLO':
        return {
          word: 'HELLO',
          re,
          version: options.version ?? PROTOCOL_VERSION,
          lamps: fitted,
          beeper: options.beeper ?? true,
        }
      case 'ASK':
        return { word: 'STATE', re, inputs }
      case 'LAMP':
        if (!fitted.includes(message.lamp)) return { word: 'NO', re, why: 'no-such-lamp' }
        lamps = { ...lamps, [message.lamp]: message.mode }
        return { word: 'OK', re }
      case 'BEEP':
        if (options.beeper === false) return { word: 'NO', re, why: 'no-beeper' }
        beeps.push(message.ms)
        return { word: 'OK', re }
    }
  }

  function take(frameSequence: number, body: string): void {
    const message = readTerminal(body)
    const word = message?.word ?? 'unknown'
    received[word] = (received[word] ?? 0) + 1
    cancelDark?.()
    cancelDark = clock.after(BOARD_SILENCE_MS, () => {
      lamps = dark()
    })
    if (last?.sequence !== frameSequence || last.body !== body) {
      carriedOut += 1
      last = { sequence: frameSequence, body, answer: carryOut(message, frameSequence) }
    }
    say(last.answer)
  }

  function serve(link: ByteLink): void {
    links.add(link)
    linkCount += 1
    const parser = createLineParser()
    link.onData((bytes) => {
      for (const event of parser.push(bytes)) {
        if (event.kind === 'frame') take(event.frame.sequence, event.frame.body)
        else received.damaged = (received.damaged ?? 0) + 1
      }
    })
    link.onClose(() => void links.delete(link))
  }

  function change(to: Partial<LineBoardInputs>): void {
    inputs = { ...inputs, ...to }
    say({ word: 'STATE', re: undefined, inputs })
  }

  const wire = options.over === 'pty' ? await openPtyWire(serve) : await openTcpWire(serve)

  async function pullPlug(): Promise<void> {
    plugged = false
    await wire.pull()
    await Promise.all([...links].map((link) => link.close()))
  }

  return {
    url: wire.url,
    loseMains: () => change({ mains: 'lost' }),
    restoreMains: () => change({ mains: 'on' }),
    setBattery: (batteryPercent) => change({ batteryPercent }),
    setDoor: (door) => change({ door }),
    setPresence: (presence) => change({ presence }),
    pullPlug,
    async plug() {
      if (plugged) return
      await wire.plug()
      plugged = true
    },
    beSilent(isSilent) {
      silent = isSilent
    },
    dropFrames(count) {
      toDrop += count
    },
    corruptFrames(count) {
      toCorrupt += count
    },
    noise: write,
    beNoisy(noise) {
      noisy = noise
    },
    restart() {
      lamps = dark()
      sequence = 0
      last = undefined
      say({
        word: 'HELLO',
        re: undefined,
        version: options.version ?? PROTOCOL_VERSION,
        lamps: fitted,
        beeper: options.beeper ?? true,
      })
    },
    view: () => ({ plugged, inputs, lamps, beeps: [...beeps] }),
    counters: () => ({ links: linkCount, received: { ...received }, carriedOut }),
    async close() {
      cancelDark?.()
      await pullPlug()
      await wire.close()
    },
  }
}

function dark(): Record<Lamp, LampMode> {
  return {
    reader: 'off',
    card: 'off',
    code: 'off',
    receipt: 'off',
    paper: 'off',
    scan: 'off',
    pad: 'off',
    camera: 'off',
  }
}

interface Wire {
  readonly url: string
  plug(): Promise<void>
  pull(): Promise<void>
  close(): Promise<void>
}

async function openTcpWire(serve: (link: ByteLink) => void): Promise<Wire> {
  let server: Server | undefined
  let port = 0
  const plug = async () => {
    const starting = createServer((socket) => serve(linkOverSocket('tcp:accepted', socket)))
    await new Promise<void>((resolve, reject) => {
      starting.once('error', reject)
      starting.listen(port, '127.0.0.1', resolve)
    })
    const address = starting.address()
    if (address === null || typeof address === 'string') throw new Error('the simulator has no TCP port')
    port = address.port
    server = starting
  }
  await plug()
  return {
    url: `tcp://127.0.0.1:${port}`,
    plug,
    async pull() {
      // Ends when its sockets have ended, which is the caller's to do.
      server?.close()
      server = undefined
    },
    close: async () => undefined,
  }
}

/** A path of its own that leads to the near end of a PTY pair, and to nothing while the plug is out. */
async function openPtyWire(serve: (link: ByteLink) => void): Promise<Wire> {
  const folder = await mkdtemp(join(tmpdir(), 'line-board-'))
  const path = join(folder, 'port')
  let pair: PtyPair | undefined
  const plug = async () => {
    const opened = await openPtyPair()
    if (!opened.ok) throw new Error(opened.detail)
    pair = opened
    const far = await openLink(`serial://${opened.ends[1]}`, OPEN_TIMEOUT_MS)
    if (!far.ok) throw new Error(`cannot open the far end: ${far.detail}`)
    serve(far.link)
    await rm(path, { force: true })
    await symlink(opened.ends[0], path)
  }
  await plug()
  return {
    url: `serial://${path}`,
    plug,
    async pull() {
      await rm(path, { force: true })
      await pair?.close()
      pair = undefined
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
