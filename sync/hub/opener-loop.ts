import type { Logger } from 'pino'
import type { Opener } from './opener.ts'

/** Every arrival wakes the opener; this is for what was left over, e.g. while the database was away. */
const SWEEP_MS = 5_000

export interface OpenerLoop {
  /** Something arrived: look now. */
  wake(): void
  /** Ends after the round that runs. */
  stop(): Promise<void>
}

/**
 * Runs rounds, one at a time, until nothing waits; then tells whom the cases are about (`tell`). A round that fails is logged and tried again at the next sweep. */
export function startOpenerLoop(
  opener: Opener,
  log: Logger,
  tell: () => Promise<void> = async () => undefined,
): OpenerLoop {
  let running: Promise<void> | undefined
  let wanted = false
  let stopped = false

  const run = async () => {
    while (wanted && !stopped) {
      wanted = false
      try {
        const { opened, stuck } = await opener.round()
        for (const { submissionId, state, faults } of opened) {
          log.info({ submissionId, state, faults: faults.length }, 'case.opened')
        }
        for (const { submissionId, error } of stuck) log.error({ submissionId, err: error }, 'case.stuck')
        if (opened.length + stuck.length > 0) wanted = true
        else await tell()
      } catch (error) {
        log.error({ err: error }, 'opener.failed')
      }
    }
    running = undefined
  }
  const wake = () => {
    wanted = true
    if (!stopped) running ??= run()
  }
  const sweep = setInterval(wake, SWEEP_MS)
  wake()
  return {
    wake,
    async stop() {
      stopped = true
      clearInterval(sweep)
      await running
    },
  }
}
