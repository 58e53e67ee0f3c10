import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createHidFramer, REPORT_BYTES } from '../../drivers/code-scanner/hid-framing.ts'
import { createSerialFramer } from '../../drivers/code-scanner/serial-framing.ts'
import { createFrameParser } from '../../drivers/id-card-reader/protocol.ts'
import type { BenchOptions, Report, Row } from './report.ts'
import { quantile, round } from './stats.ts'

/**
 * How much noise the parsers of devices swallow a second, and whether they keep any of it. A line that sees nothing but
 * noise must not cost the terminal its processor or its memory (issue 4: at least 50 MB/s, constant memory).
 */

/** Issue 4. */
const LEAST_MB_PER_S = 50
const BYTES_PER_MB = 1_000_000
const STREAM_BYTES = 32 * BYTES_PER_MB
/** What a USB packet, a serial port and a socket hand over at once. */
const PIECES_BYTES = [64, 4_096, 65_536] as const
const DEFAULT_ROUNDS = 5
/** Odd, so that the bytes never fall into step with a frame. */
const SEED = 0x2545f491

export interface NoiseParser {
  readonly name: string
  /** A parser that has heard nothing yet. */
  start(): { push(bytes: Uint8Array): void; heldBytes(): number }
}

export const NOISE_PARSERS: readonly NoiseParser[] = [
  {
    name: 'id-card-reader/frames',
    start() {
      const parser = createFrameParser('answers')
      return { push: (bytes) => void parser.push(bytes), heldBytes: parser.heldBytes }
    },
  },
  {
    name: 'code-scanner/serial',
    start() {
      const framer = createSerialFramer()
      const push = (bytes: Uint8Array) => {
        framer.push(bytes)
        // Noise with pauses: each piece is judged, and what ends like a code is decoded.
        framer.quiet()
      }
      return { push, heldBytes: framer.heldBytes }
    },
  },
  {
    name: 'code-scanner/hid',
    start() {
      const framer = createHidFramer()
      const push = (bytes: Uint8Array) => {
        for (let at = 0; at < bytes.length; at += REPORT_BYTES) framer.push(bytes.subarray(at, at + REPORT_BYTES))
        framer.quiet()
      }
      return { push, heldBytes: framer.heldBytes }
    },
  },
]

/** Kinds of noise: what a loose wire gives, and what costs a parser of frames most. */
const NOISES: Readonly<Record<string, () => Uint8Array>> = {
  random: () => {
    const words = new Uint32Array(STREAM_BYTES / 4)
    let word = SEED
    for (let at = 0; at < words.length; at += 1) {
      word ^= word << 13
      word ^= word >>> 17
      word ^= word << 5
      words[at] = word
    }
    return new Uint8Array(words.buffer)
  },
  silence: () => new Uint8Array(STREAM_BYTES),
  /** Nothing but beginnings of the longest frame, one in the other. */
  beginnings: () => Buffer.alloc(STREAM_BYTES, Buffer.from('aaaaaa9669090a', 'hex')),
}

export interface NoiseFigure {
  readonly parser: string
  readonly noise: string
  readonly pieceBytes: number
  readonly mbPerS: number
}

export interface NoiseResult {
  readonly figures: readonly NoiseFigure[]
  /** The slowest parser on the slowest noise, in pieces of a serial port. */
  readonly mbPerS: number
  /** The most that any parser kept of unfinished input. */
  readonly maxHeldBytes: number
  /** What the heap holds more after all the noise than before it. */
  readonly heapGrowthMb: number
}

export function measureNoise(rounds = DEFAULT_ROUNDS): NoiseResult {
  const collect = garbageCollector()
  const figures: NoiseFigure[] = []
  let maxHeldBytes = 0
  let heapGrowthMb = 0
  for (const [noise, make] of Object.entries(NOISES)) {
    const stream = make()
    for (const { name, start } of NOISE_PARSERS) {
      for (const pieceBytes of PIECES_BYTES) {
        const speeds: number[] = []
        const parser = start()
        let before = 0
        // The first round, in which everything is compiled, does not count.
        for (let round = -1; round < rounds; round += 1) {
          if (round === 0) before = usedMb(collect)
          const beganAtMs = performance.now()
          for (let at = 0; at < stream.length; at += pieceBytes) parser.push(stream.subarray(at, at + pieceBytes))
          if (round >= 0) speeds.push(stream.length / BYTES_PER_MB / ((performance.now() - beganAtMs) / 1_000))
          maxHeldBytes = Math.max(maxHeldBytes, parser.heldBytes())
        }
        heapGrowthMb = Math.max(heapGrowthMb, usedMb(collect) - before)
        figures.push({ parser: name, noise, pieceBytes, mbPerS: round(quantile(speeds, 0.5), 0) })
      }
    }
  }
  const serial = figures.filter(({ pieceBytes }) => pieceBytes === PIECES_BYTES[1])
  return {
    figures,
    mbPerS: Math.min(...serial.map(({ mbPerS }) => mbPerS)),
    maxHeldBytes,
    heapGrowthMb: round(heapGrowthMb, 2),
  }
}

/** The same as a part of a bench's report. */
export function noiseReport({ samples }: Pick<BenchOptions, 'samples'>): Report {
  const { figures, ...noise } = measureNoise(samples)
  const rows: Row[] = figures.map(({ parser, noise, pieceBytes, mbPerS }) => ({
    what: `${parser}, ${noise} in pieces of ${pieceBytes} B`,
    value: `${mbPerS} MB/s`,
    beside: `at least ${LEAST_MB_PER_S}`,
  }))
  rows.push({ what: 'kept of it', value: `${noise.maxHeldBytes} B`, beside: `heap ${noise.heapGrowthMb} MB more` })
  return { rows, figures: { noise }, problems: [] }
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('this engine has no garbage collector to call')
  return () => void collect()
}

function usedMb(collect: () => void): number {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / BYTES_PER_MB
}

if (import.meta.main) console.log(JSON.stringify(measureNoise()))
