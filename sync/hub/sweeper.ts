import type { Logger } from 'pino'

/** Offers are kept for days; looking once an hour is enough. */
const SWEEP_EVERY_MS = 3_600_000

/** Half-filled forms live for a day; what is over goes within minutes. */
export const HANDOVER_SWEEP_EVERY_MS = 600_000

/** Sweeps now and then until stopped. A sweep that fails is logged; the next one tries again. */
export function startSweeper(
  what: 'offers' | 'handovers',
  sweep: () => Promise<void>,
  log: Logger,
  everyMs = SWEEP_EVERY_MS,
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve()
  const run = () => {
    running = sweep().catch((error: unknown) => log.error({ err: error }, `${what}.sweep-failed`))
  }
  run()
  const timer = setInterval(run, everyMs)
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
