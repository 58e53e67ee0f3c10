import { spawn } from 'node:child_process'
import { type Clock, realClock } from '../transport/clock.ts'

/**
 * The photo on a card is in a closed format, WLT, for which no open decoder is known (reference/devices.md 1.9). Whoever
 * has a decoder brings it as a program: 1024 bytes of WLT on its standard input, the picture as BMP on its standard
 * output. It runs in a process of its own, because such libraries crash and hang.
 */
export interface WltDecoder {
  /** Never rejects. One photo at a time; calls made meanwhile wait their turn. */
  decode(wlt: Uint8Array): Promise<PhotoResult>
}

export type PhotoResult =
  | { readonly ok: true; readonly bmp: Uint8Array }
  /** `no-decoder`: nobody brought one; screens say that no photo can be shown or compared. */
  | {
      readonly ok: false
      readonly fault: 'no-decoder' | 'no-photo' | 'timed-out' | 'crashed' | 'bad-picture'
      readonly detail: string
    }

/** In place of a decoder. */
export const NO_DECODER: WltDecoder = {
  decode: async () => ({ ok: false, fault: 'no-decoder', detail: 'no program for WLT photos is installed' }),
}

export const PHOTO_WIDTH = 102
export const PHOTO_HEIGHT = 126
/** 54 bytes of header, rows of 102 × 3 bytes padded to 308 (devices.md 1.9). */
export const PHOTO_BMP_BYTES = 38_862
const WLT_BYTES = 1024
/** Decoding takes some ms; loading a vendor's library may take longer. */
const TIMEOUT_MS = 5_000

export interface ProgramDecoderOptions {
  readonly command: string
  readonly args?: readonly string[]
  readonly timeoutMs?: number
  readonly clock?: Clock
}

/** A decoder that starts the given program for each photo. */
export function createProgramDecoder(options: ProgramDecoderOptions): WltDecoder {
  let last: Promise<unknown> = Promise.resolve()
  return {
    decode(wlt) {
      if (wlt.length !== WLT_BYTES) {
        return Promise.resolve({ ok: false, fault: 'no-photo', detail: `${wlt.length} bytes instead of ${WLT_BYTES}` })
      }
      const result = last.then(() => run(wlt, options))
      last = result
      return result
    },
  }
}

function run(wlt: Uint8Array, options: ProgramDecoderOptions): Promise<PhotoResult> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  return new Promise((resolve) => {
    // A group of its own, so that what the program starts ends with it.
    const program = spawn(options.command, options.args ?? [], { stdio: ['pipe', 'pipe', 'ignore'], detached: true })
    const pieces: Buffer[] = []
    let bytes = 0
    let killedFor: PhotoResult | undefined
    const kill = (fault: 'timed-out' | 'bad-picture', detail: string) => {
      killedFor ??= { ok: false, fault, detail }
      if (program.pid !== undefined) killGroup(program.pid)
    }
    const cancel = (options.clock ?? realClock).after(timeoutMs, () =>
      kill('timed-out', `no picture within ${timeoutMs} ms`),
    )
    program.once('error', (error) => {
      cancel()
      resolve({ ok: false, fault: 'crashed', detail: error.message })
    })
    program.once('close', (code, signal) => {
      cancel()
      if (killedFor !== undefined) resolve(killedFor)
      else if (code !== 0) resolve({ ok: false, fault: 'crashed', detail: `it ended with ${signal ?? code}` })
      else resolve(judge(Buffer.concat(pieces)))
    })
    program.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > PHOTO_BMP_BYTES) kill('bad-picture', `more than ${PHOTO_BMP_BYTES} bytes came`)
      else pieces.push(piece)
    })
    // A program that ends without reading its input breaks the pipe; how it ended is told by `close`.
    program.stdin.on('error', () => undefined)
    program.stdin.end(wlt)
  })
}

/** Also when its first process has ended: one that it started may hold the pipe open. */
function killGroup(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch (error) {
    // Nobody of it is left, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Lets only the one picture through that a card's photo can be. */
function judge(bmp: Buffer): PhotoResult {
  const bad = (detail: string): PhotoResult => ({ ok: false, fault: 'bad-picture', detail })
  if (bmp.length !== PHOTO_BMP_BYTES) return bad(`${bmp.length} bytes instead of ${PHOTO_BMP_BYTES}`)
  if (bmp.toString('latin1', 0, 2) !== 'BM') return bad('no BMP')
  const [width, height, bits] = [bmp.readInt32LE(18), Math.abs(bmp.readInt32LE(22)), bmp.readUInt16LE(28)]
  if (width !== PHOTO_WIDTH || height !== PHOTO_HEIGHT || bits !== 24) {
    return bad(`${width} × ${height} with ${bits} bits instead of ${PHOTO_WIDTH} × ${PHOTO_HEIGHT} with 24`)
  }
  return { ok: true, bmp: Uint8Array.from(bmp) }
}
