import type { Logger } from 'pino'

/** Offers are kept for days; looking once an hour is enough. */
const SWEEP_EVERY_MS = 3_600_000

/** Sweeps now and then until stopped. A sweep that fails is logged; the next one tries again. */
export function startOfferSweeper(sweep: () => Promise<void>, log: Logger): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve()
  const run = () => {
    running = sweep().catch((error: unknown) => log.error({ err: error }, 'offers.sweep-failed'))
  }
  run()
  const timer = setInterval(run, SWEEP_EVERY_MS)
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
