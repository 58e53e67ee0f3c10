import { setTimeout as wait } from 'node:timers/promises'

/** An arrival within this time means that more are on their way. */
const BUSY_AFTER_ARRIVAL_MS = 250
/** While they come, one case is opened in so long: none starves, and ingest keeps its processor. */
const PAUSE_MS = 100

/**
 * Opening a case takes milliseconds of RSA, fifty times as long as taking it in. While a backlog comes in the opener
 * steps back, so that terminals are rid of their queues first; nobody waits for the state of a case that quickly.
 */
export function makePatience() {
  let lastArrivalMs = Number.NEGATIVE_INFINITY
  let ended = false
  return {
    arrived(): void {
      lastArrivalMs = performance.now()
    },
    /** True when the next case may be opened; false when the hub stops. */
    async mayGoOn(): Promise<boolean> {
      if (!ended && performance.now() - lastArrivalMs < BUSY_AFTER_ARRIVAL_MS) await wait(PAUSE_MS)
      return !ended
    },
    end(): void {
      ended = true
    },
  }
}
