/** Time as drivers see it, injected so that tests step it. `nowMs` is monotonic milliseconds with a fraction. */
export interface Clock {
  nowMs(): number
  /** Calls `run` once after `delayMs`; returns the way to call it off. */
  after(delayMs: number, run: () => void): () => void
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
