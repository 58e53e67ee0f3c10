/** Time as the hub client needs it, injected. */
export interface Clock {
  /** Wall clock in milliseconds since 1970. */
  unixMs(): number
  /** Calls `run` once after `delayMs`; returns the way to call it off. */
  after(delayMs: number, run: () => void): () => void
}

export const systemClock: Clock = {
  unixMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
