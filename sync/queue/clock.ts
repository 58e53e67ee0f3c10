/**
 * Time as sync/queue needs it. Wall time is only ever written down (nextAttemptAt); everything that must end after a
 * while is measured on the monotonic clock, so that a corrected wall clock can neither freeze nor hurry it.
 */
export type Clock = {
  /** Wall clock, epoch milliseconds. */
  now(): number
  /** Milliseconds from any fixed point; never goes back. */
  monotonic(): number
  /** Runs `task` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, task: () => void): () => void
}

/** An even random number 0 ≤ x < 1. */
export type Random = () => number

/** One line of log: an event's name and facts without personal data. */
export type Log = (event: string, facts?: Readonly<Record<string, string | number | boolean | null>>) => void

/** What an unexpected thing says, short enough for a log line. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return text.slice(0, 300)
}

/** Rejects with `what` when `work` has not settled within `limitMs`; the work itself cannot be stopped. */
export function withLimit<T>(clock: Clock, limitMs: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(new Error(`${what}: no answer within ${limitMs} ms`)))
    work.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}
