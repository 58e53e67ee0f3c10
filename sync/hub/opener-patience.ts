import { setTimeout as wait } from 'node:timers/promises'

/** An arrival within this time means that more are on their way. */
const BUSY_AFTER_ARRIVAL_MS = 250
/** While they come, one case is opened in so long: none starves, and ingest keeps its processor. */
const PAUSE_MS = 1_000
/** So soon it is seen that no more come. */
const STEP_MS = 100

/**
 * Opening a case takes milliseconds of RSA and a transaction of its own, fifty times as long as taking it in. While a
 * backlog comes in the opener steps back, so that terminals are rid of their queues first; nobody waits for the state of a
 * case that quickly.
 */
export function makePatience(pauseMs = PAUSE_MS) {
  let lastArrivalMs = Number.NEGATIVE_INFINITY
  const ending = new AbortController()
  const { signal } = ending
  return {
    arrived(): void {
      lastArrivalMs = performance.now()
    },
    /** True when the next case may be opened; false when the hub stops. */
    async mayGoOn(): Promise<boolean> {
      const untilMs = performance.now() + pauseMs
      for (let nowMs = performance.now(); nowMs < untilMs && !signal.aborted; nowMs = performance.now()) {
        if (nowMs - lastArrivalMs >= BUSY_AFTER_ARRIVAL_MS) break
        await wait(STEP_MS, undefined, { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error
        })
      }
      return !signal.aborted
    },
    end(): void {
      ending.abort()
    },
  }
}
