import type { Clock } from '../transport/clock.ts'

/** All waits of the driver, in milliseconds; tests and slow serial lines hand in their own. */
export interface ReceiptPrinterTiming {
  readonly openTimeoutMs: number
  /** Between looks at an idle printer. A person who closes the cover sees the screen follow within a second. */
  readonly idlePollMs: number
  /** For one real-time answer when idle. Over loopback it takes 0.04 ms, over 9600 baud 4 ms; the rest is the printer's own. */
  readonly answerTimeoutMs: number
  /** Between looks while printing: paper-out is noticed within 100 ms, 25 mm of paper. */
  readonly printPollMs: number
  /** For one real-time answer while printing: it may wait behind a raster line, 3.5 kB = 3.6 s at 9600 baud. */
  readonly printAnswerTimeoutMs: number
  /** For the printer to get through what it held before our job. */
  readonly stallTimeoutMs: number
  /** No further queued answer for this long means that none is left. */
  readonly quietMs: number
  readonly backOffFirstMs: number
  /** A plug that is put back is found within this. */
  readonly backOffCapMs: number
  /** For a whole job, from its first byte to its settle mark. A receipt of 200 mm takes about a second. */
  readonly jobTimeoutMs: number
}

export const DEFAULT_TIMING: ReceiptPrinterTiming = {
  openTimeoutMs: 3000,
  idlePollMs: 1000,
  answerTimeoutMs: 1000,
  printPollMs: 100,
  printAnswerTimeoutMs: 5000,
  stallTimeoutMs: 2000,
  quietMs: 300,
  backOffFirstMs: 250,
  backOffCapMs: 5000,
  jobTimeoutMs: 20_000,
}

/** A wait that can be ended early. */
export function pause(clock: Clock, delayMs: number): { readonly done: Promise<void>; end(): void } {
  let end: () => void = () => undefined
  const done = new Promise<void>((resolve) => {
    const cancel = clock.after(delayMs, resolve)
    end = () => {
      cancel()
      resolve()
    }
  })
  return { done, end: () => end() }
}
