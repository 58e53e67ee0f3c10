import type { Clock } from '../transport/clock.ts'

/** All waits of the driver, in milliseconds; tests hand in their own. */
export interface DocumentPrinterTiming {
  /** For one question and its answer, connecting included. Network printers wake from sleep in a second or two. */
  readonly answerTimeoutMs: number
  /** For the request that carries the document: 20 MB over a slow wireless link. */
  readonly documentTimeoutMs: number
  /** Between looks at an idle printer. A person who closes the cover sees the screen follow within two seconds. */
  readonly idlePollMs: number
  readonly backOffFirstMs: number
  /** A plug that is put back is found within this. */
  readonly backOffCapMs: number
  /** Between questions about a job: the first, then each longer by `followGrowth` up to the cap. */
  readonly followFirstMs: number
  readonly followGrowth: number
  readonly followCapMs: number
  /** Between looks at the printer while a job is under way. */
  readonly lookEveryMs: number
  /** A fault that stands for this long ends the job: shorter ones come and go while paper is fed. */
  readonly troubleGraceMs: number
  /** A job under way is given up when nobody answered for this long. */
  readonly lostGraceMs: number
  /**
   * A job that did not move for this long, with a warning that was not there before, stands because of it: some printers
   * (ippeveprinter is one) call an empty tray a warning. A first page takes 6 to 10 s (reference/devices.md 10).
   */
  readonly stuckMs: number
  /** For a cancelled job to end. */
  readonly cancelSettleMs: number
  /** How long somebody else's job may keep us waiting. */
  readonly busyTimeoutMs: number
  /** Between offers to a printer that is busy. */
  readonly busyRetryMs: number
  /** For a whole job, from the first look to the settled answer. 20 pages at 20 a minute take one minute. */
  readonly jobTimeoutMs: number
}

export const DEFAULT_TIMING: DocumentPrinterTiming = {
  answerTimeoutMs: 4000,
  documentTimeoutMs: 60_000,
  idlePollMs: 2000,
  backOffFirstMs: 250,
  backOffCapMs: 10_000,
  followFirstMs: 20,
  followGrowth: 1.3,
  followCapMs: 500,
  lookEveryMs: 400,
  troubleGraceMs: 5000,
  lostGraceMs: 10_000,
  stuckMs: 30_000,
  cancelSettleMs: 5000,
  busyTimeoutMs: 30_000,
  busyRetryMs: 250,
  jobTimeoutMs: 180_000,
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
