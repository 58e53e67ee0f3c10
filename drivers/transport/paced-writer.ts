import type { Clock } from './clock.ts'

/**
 * Releases bytes as a UART would: a PTY and a socket have no speed of their own (reference/devices.md 8), so a
 * simulator without this would make a driver look faster than any wire allows. Used by simulators only.
 */

/** 8N1: a start bit, eight data bits, a stop bit. */
export const BITS_PER_BYTE = 10
/** Released at once within a message: what a full-speed USB adapter hands over in one packet. */
const CHUNK_BYTES = 64
/** Timers are 1 ms or more late; the last stretch before a message's last byte is awaited turn by turn instead. */
const TURN_BY_TURN_MS = 2

/** Wire time of one byte in ms; 0 when `baud` is 0, which means "not paced". */
export function byteTimeMs(baud: number): number {
  return baud === 0 ? 0 : (BITS_PER_BYTE * 1000) / baud
}

export interface PacedWriterOptions {
  readonly clock: Clock
  /** Bits a second; 0 = write at once. */
  readonly baud: number
  readonly write: (bytes: Uint8Array) => void
  /** Runs its argument in a later turn of the event loop; `setImmediate` unless a test steps it. */
  readonly nextTurn?: (run: () => void) => void
}

export interface PacedWriter {
  /**
   * Sends `bytes` after all earlier ones, the first not before `notBeforeMs` on the clock. The last byte leaves no
   * earlier than n × byte time after the start. Resolves when it left; resolves also when the writer was stopped.
   */
  write(bytes: Uint8Array, notBeforeMs?: number): Promise<void>
  /** When the wire will be idle again, in the clock's ms. */
  idleAtMs(): number
  /** Drops what has not left yet, as a pulled plug does. */
  stop(): void
}

interface Job {
  readonly bytes: Uint8Array
  readonly startMs: number
  readonly done: () => void
  sent: number
}

export function createPacedWriter(options: PacedWriterOptions): PacedWriter {
  const { clock, write } = options
  const nextTurn = options.nextTurn ?? ((run) => void setImmediate(run))
  const perByteMs = byteTimeMs(options.baud)
  let jobs: Job[] = []
  let idleAtMs = 0
  let pumping = false
  let stopped = false

  function pump(): void {
    // Set for the whole loop: whoever receives a byte may at once write an answer to it.
    pumping = true
    for (;;) {
      const job = jobs[0]
      if (job === undefined) {
        pumping = false
        return
      }
      const target = Math.min(job.bytes.length, job.sent + CHUNK_BYTES)
      const waitMs = job.startMs + target * perByteMs - clock.nowMs()
      if (waitMs > 0) {
        wait(waitMs, target === job.bytes.length)
        return
      }
      write(job.bytes.subarray(job.sent, target))
      job.sent = target
      if (target === job.bytes.length) {
        jobs.shift()
        job.done()
      }
    }
  }

  function wait(waitMs: number, exactly: boolean): void {
    if (!exactly) clock.after(waitMs, pump)
    else if (waitMs > TURN_BY_TURN_MS) clock.after(waitMs - TURN_BY_TURN_MS, pump)
    else nextTurn(pump)
  }

  return {
    write: (bytes, notBeforeMs = 0) =>
      new Promise((resolve) => {
        if (stopped || bytes.length === 0) {
          resolve()
          return
        }
        const startMs = Math.max(clock.nowMs(), idleAtMs, notBeforeMs)
        idleAtMs = startMs + bytes.length * perByteMs
        jobs.push({ bytes, startMs, done: resolve, sent: 0 })
        if (!pumping) pump()
      }),
    idleAtMs: () => idleAtMs,
    stop() {
      stopped = true
      const dropped = jobs
      jobs = []
      for (const job of dropped) job.done()
    },
  }
}
